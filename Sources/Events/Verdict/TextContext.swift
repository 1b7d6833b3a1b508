/// What a text says around every place of a finding that speaks against an automatic action: a policy may soften one for
/// it, and nothing more.
package struct TextContext: OptionSet, Sendable, Hashable, BitwiseCopyable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Between quotation marks that somebody's name or verb stands beside.
    package static let attributedQuotation = TextContext(rawValue: 1)
    /// In a sentence that tells what others said, did or are accused of.
    package static let reported = TextContext(rawValue: 2)
    /// Behind a word that denies or rejects.
    package static let negated = TextContext(rawValue: 4)
    /// In a sentence about teaching, research, remembrance or a court.
    package static let educational = TextContext(rawValue: 8)

    /// As verdicts name them, in the order in which they list them.
    package static let names: [(context: TextContext, name: StaticString)] = [
        (.attributedQuotation, "attributed-quotation"), (.reported, "reported"), (.negated, "negated"),
        (.educational, "educational"),
    ]

    package var names: [String] { TextContext.names.filter { contains($0.context) }.map { "\($0.name)" } }
}
