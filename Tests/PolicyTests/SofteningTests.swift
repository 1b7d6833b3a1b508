import Events
import Testing

@testable import Policy

/// What a text says around a finding lowers what is done without a person, and does nothing else.
@Suite struct SofteningTests {
    private static let rules = """
          - { name: words, when: { finding: { detector: text.terms, opinion: positive } }, action: ACTION, preserve: true }
          - { name: old, when: { finding: { fact: old } }, action: label }
          - { name: file, when: { finding: { detector: hash.exact, opinion: positive } }, action: remove }
        """

    private func policy(_ action: String, _ more: String = "") throws -> CompiledPolicy {
        try compiled(rules: SofteningTests.rules.replacing("ACTION", with: action + more))
    }

    private func term(_ context: TextContext, coverage: Double? = nil, ofText: Double? = nil) -> Finding {
        var found = finding("text.terms", type: .phrase)
        found.textContext = context
        found.coverage = coverage
        found.coverageOfText = ofText
        return found
    }

    @Test(arguments: [("hold", Action.hold), ("remove", .remove), ("endStream", .endStream)])
    func anAutomaticActionBecomesAReview(name: String, action: Action) throws {
        let policy = try policy(name)
        #expect(try policy.decide([term([])]) == Decision(action: action, rule: "words", preserve: true))
        for context in [TextContext.attributedQuotation, .reported, .negated, .educational] {
            var expected = Decision(action: .review, rule: "words", preserve: true)
            expected.softenedFrom = action
            #expect(try policy.decide([term(context)]) == expected)
        }
    }

    @Test(arguments: ["allow", "label", "limit", "redirect", "review", "escalate"])
    func nothingElseIsChanged(name: String) throws {
        let decision = try policy(name).decide([term(.reported)])
        #expect("\(decision.action.name)" == name)
        #expect(decision.softenedFrom == nil)
    }

    @Test func everyFindingMustStandApart() throws {
        let policy = try policy("remove")
        #expect(try policy.decide([term(.reported), term(.negated)]).action == .review)
        #expect(try policy.decide([term(.reported), term([])]).action == .remove)
        // One that the rule does not rest on has no say.
        #expect(try policy.decide([term(.reported), finding("hash.pdq", .seed)]).action == .review)
    }

    /// A known file stays removed beside a text that reports.
    @Test func whatIsSaidOfOneFindingExcusesNoOther() throws {
        let policy = try policy("remove")
        let decision = try policy.decide([term(.reported), finding("hash.exact", type: .sha256)])
        #expect(decision == Decision(action: .remove, rule: "file"))
        // The rules keep their order: without the words the second would have decided.
        let labelled = try policy.decide([term(.reported), fact("metadata.account", "old")])
        #expect(labelled.action == .review)
        #expect(labelled.softenedFrom == .remove)
    }

    /// Nor does it make a verdict milder than it would be without the words.
    @Test func aHarderDefaultStays() throws {
        let rules = SofteningTests.rules.replacing("ACTION", with: "remove")
        for (standard, action) in [("label", Action.review), ("hold", .hold), ("escalate", .escalate)] {
            let policy = try compiled(rules: rules, standard: standard)
            #expect(try policy.decide([term(.reported)]).action == action)
        }
    }

    @Test(arguments: [(0.49, 0.49, true), (0.5, 0.1, false), (0.1, 0.5, false), (1, 1, false)])
    func mostOfAKnownDocumentIsNoQuotation(coverage: Double, ofText: Double, isSoftened: Bool) throws {
        let decision = try policy("hold").decide([term(.attributedQuotation, coverage: coverage, ofText: ofText)])
        #expect(decision.action == (isSoftened ? .review : .hold))
    }

    @Test func aRuleMayIgnoreContext() throws {
        let decision = try policy("remove", ", context: ignored").decide([term(.reported)])
        #expect(decision == Decision(action: .remove, rule: "words", preserve: true))
        #expect(try policy("remove", ", context: softens").decide([term(.reported)]).action == .review)
        #expect(
            problems(
                """
                version: 1
                name: p
                revision: "1"
                rules:
                  - { name: a, when: { finding: { opinion: positive } }, action: remove, context: forgives }
                """
            ).contains { $0.contains("context") && $0.contains("softens") })
    }
}
