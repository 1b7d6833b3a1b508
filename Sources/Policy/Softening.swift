internal import Events

/// Whether a text's own words make a person decide in place of an automatic action.
enum Softening {
    /// From this share on, of the document or of the text, a repeated document is no quotation.
    static let highCoverage = 0.5

    /// - Returns: whether the action is harder than a review and taken without a person, and every finding with a signal
    ///   that the rule rests on is of a text that stands apart from it (`TextContext`). Findings of media, hashes and links
    ///   have no such context, so a rule that rests on one of them is never softened; nor is the match of most of a known
    ///   document, whatever stands around it.
    static func applies(to action: Action, _ test: Test, _ input: CompiledPolicy.Input) -> Bool {
        guard action > .review, action.isAutomated else { return false }
        var isSoft = false
        for finding in input.findings where finding.signal != nil && test.rests(on: finding, of: input) {
            let isDocument = max(finding.coverage ?? 0, finding.coverageOfText ?? 0) >= highCoverage
            if finding.textContext.isEmpty || isDocument { return false }
            isSoft = true
        }
        return isSoft
    }
}
