/// A label that a classifier gives, with the model that it comes from; shared by all findings that have it.
package final class ClassifiedLabel: Sendable {
    package let label: String
    /// Name and content hash of the model.
    package let model: String

    package init(_ label: String, model: String) {
        self.label = label
        self.model = model
    }

    /// Whether `a` comes first among findings; nil if a verdict names both alike.
    static func order(_ a: ClassifiedLabel?, _ b: ClassifiedLabel?) -> Bool? {
        if a === b { return nil }
        guard let a, let b else { return a == nil }
        if a.label != b.label { return a.label.utf8.lexicographicallyPrecedes(b.label.utf8) }
        return a.model == b.model ? nil : a.model.utf8.lexicographicallyPrecedes(b.model.utf8)
    }
}
