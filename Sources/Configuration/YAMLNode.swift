/// A YAML value with its place in the file.
package struct YAMLNode: Sendable {
    package indirect enum Content: Sendable {
        /// `plain`: written without quotes, so `null` and `~` mean nothing at all.
        case scalar(String, plain: Bool)
        case sequence([YAMLNode])
        case mapping([Member])
    }

    package struct Member: Sendable {
        package let key: String
        package let place: Place
        package let value: YAMLNode
    }

    package let content: Content
    package let place: Place

    package init(_ content: Content, at place: Place) {
        self.content = content
        self.place = place
    }

    package var isNull: Bool {
        guard case .scalar(let text, plain: true) = content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// What the node is, in the words of error messages.
    package var kind: String {
        switch content {
        case .scalar(let text, _): isNull ? "nothing" : "\"\(excerpt(text, 60))\""
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
