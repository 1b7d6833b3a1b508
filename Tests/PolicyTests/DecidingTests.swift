import Events
import TestSupport
import Testing

@testable import Policy

@Suite struct DecidingTests {
    @Test func theFirstRuleThatAppliesDecides() throws {
        let policy = try compiled(
            rules: """
                  - { name: one, when: { finding: { detector: hash.exact, opinion: positive } }, action: remove, preserve: true }
                  - { name: two, when: { finding: { detector: hash.exact } }, action: hold, labels: [b, a, b] }
                  - { name: three, when: { finding: {} }, action: escalate }
                """, standard: "label")
        #expect(
            try policy.decide([finding("hash.exact"), finding("hash.pdq")])
                == Decision(action: .remove, rule: "one", preserve: true))
        #expect(
            try policy.decide([finding("hash.exact", .seed)])
                == Decision(action: .hold, labels: ["a", "b"], rule: "two"))
        #expect(try policy.decide([finding("hash.pdq")]) == Decision(action: .escalate, rule: "three"))
        #expect(try policy.decide() == Decision(action: .label))
    }

    /// Each source is trusted for itself, whoever holds the same value beside it.
    @Test func aSourceIsTrustedForItsOwnWord() throws {
        let policy = try compiled(
            rules: """
                  - { name: trusted, when: { finding: { opinion: positive, source: [ours] } }, action: remove }
                  - { name: named, when: { finding: { opinion: disputed, source: [ours] } }, action: hold }
                  - { name: rest, when: { finding: { opinion: [positive, seed, disputed] } }, action: review }
                """)
        let cases: [(Opinion, words: [(String?, Opinion)], rule: String)] = [
            (.positive, [("theirs", .positive), ("ours", .positive)], "trusted"),
            (.positive, [("theirs", .positive), ("ours", .seed)], "rest"),
            (.positive, [("theirs", .positive), (nil, .positive)], "rest"),
            (.disputed, [("theirs", .negative), ("ours", .positive)], "named"),
            (.disputed, [("theirs", .negative), (nil, .positive)], "rest"),
        ]
        for (opinion, words, rule) in cases {
            let found = finding("hash.pdq", opinion, source: words[0].0, words: words)
            #expect(try policy.decide([found]).rule == rule, "\(words)")
        }
    }

    @Test func findingsAreComparedWithAllThatIsAsked() throws {
        let pattern =
            "{ finding: { detector: hash.pdq, opinion: [positive, seed], type: pdq, source: [a, b], labels: [x, y], distance: { atMost: 10 } } }"
        let policy = try rule(when: pattern)
        let hit = finding("hash.pdq", .seed, source: "a", labels: ["y", "z"], distance: 10)
        #expect(try policy.applies([hit]))
        #expect(try policy.applies([finding("text.terms"), hit]))
        for miss in [
            finding("hash.exact", .seed, source: "a", labels: ["y"], distance: 10),
            finding("hash.pdq", .disputed, source: "a", labels: ["y"], distance: 10),
            finding("hash.pdq", .seed, type: .sha256, source: "a", labels: ["y"], distance: 10),
            finding("hash.pdq", .seed, source: "c", labels: ["y"], distance: 10),
            finding("hash.pdq", .seed, source: nil, labels: ["y"], distance: 10),
            finding("hash.pdq", .seed, source: "a", labels: ["z"], distance: 10),
            finding("hash.pdq", .seed, source: "a", labels: ["y"], distance: 11),
            finding("hash.pdq", .seed, source: "a", labels: ["y"], distance: nil),
        ] {
            #expect(try !policy.applies([miss]))
        }
        // One finding must be all of it: two halves are not one.
        #expect(
            try !policy.applies([
                finding("hash.pdq", .seed, source: "a", labels: ["z"], distance: 1),
                finding("hash.pdq", .seed, source: "c", labels: ["y"], distance: 1),
            ]))
    }

    @Test func aSignalMayHaveToBeHeldByAnotherSource() throws {
        let policy = try rule(when: "{ finding: { opinion: seed, otherSourceThan: [a, b] } }")
        for (sources, applies) in [
            (["a"], false), (["a", "b"], false), (["c"], true), (["a", "c"], true), ([nil], true),
        ] as [([String?], Bool)] {
            let words = sources.map { ($0, Opinion.seed) }
            let found = finding("text.documents", .seed, source: sources[0], words: sources.count > 1 ? words : [])
            #expect(try policy.applies([found]) == applies, "\(sources)")
        }
    }

    @Test func anExactMatchHasDistanceZeroAndOtherFindingsHaveNone() throws {
        let policy = try rule(when: "{ finding: { distance: { atMost: 0 } } }")
        for type in [SignalType.sha256, .sha1, .md5] {
            #expect(try policy.applies([finding("hash.exact", type: type)]))
        }
        #expect(try !policy.applies([finding("text.terms", type: .term)]))
        #expect(try !policy.applies([finding("metadata.account", type: .domain)]))
        #expect(try !policy.applies([fact("metadata.account", "young-account", value: 0)]))
    }

    @Test func factsAndTheirFigures() throws {
        let policy = try rule(
            when: "{ finding: { fact: [young-account, low-quality], value: { atLeast: 10, atMost: 20 } } }")
        for (value, applies) in [(9, false), (10, true), (20, true), (21, false), (-1, false)] {
            #expect(try policy.applies([fact("metadata.account", "young-account", value: Int64(value))]) == applies)
        }
        #expect(try !policy.applies([fact("metadata.account", "young-account")]))
        #expect(try !policy.applies([fact("metadata.account", "type-mismatch", value: 15)]))
        #expect(try !policy.applies([finding("hash.exact")]))
    }

    @Test func coverage() throws {
        let policy = try rule(when: "{ finding: { coverage: { atLeast: 0.5 } } }")
        #expect(try policy.applies([finding("text.terms", coverage: 0.5)]))
        #expect(try !policy.applies([finding("text.terms", coverage: 0.499)]))
        #expect(try !policy.applies([finding("text.terms")]))
    }

    @Test func coverageOfText() throws {
        let policy = try rule(when: "{ finding: { coverageOfText: { atLeast: 0.5 } } }")
        var half = finding("text.terms", coverage: 0.1)
        half.coverageOfText = 0.5
        #expect(try policy.applies([half]))
        half.coverageOfText = 0.499
        #expect(try !policy.applies([half]))
        #expect(try !policy.applies([finding("text.terms", coverage: 1)]))
    }

    @Test func scoresAndLabelsOfAClassifier() throws {
        func classified(_ label: String, _ score: Double) -> Finding {
            var finding = Finding(event: 0, label: ClassifiedLabel(label, model: "made-1"), score: score)
            finding.detector = id("text.terms")
            return finding
        }
        let policy = try rule(
            when: "{ finding: { labels: [threat, hate], score: { atLeast: 0.9 } } }", labels: "findings")
        #expect(try policy.applies([classified("hate", 0.9)]))
        #expect(try !policy.applies([classified("hate", 0.899)]))
        #expect(try !policy.applies([classified("other", 1)]))
        // A signal has no score, however it is labelled, and a classifier has no opinion.
        #expect(try !policy.applies([finding("hash.exact", labels: ["hate"])]))
        #expect(try !rule(when: "{ finding: { opinion: positive } }").applies([classified("hate", 1)]))
        #expect(try policy.decide([classified("threat", 1), classified("other", 1)]).labels == ["threat"])
    }

    @Test func aPatternOfSignalsIsNotMetByAFact() throws {
        for pattern in [
            "opinion: [positive, negative, seed, disputed]", "type: pdq", "source: [\"\"]", "otherSourceThan: [x]",
            "labels: [x]",
        ] {
            let policy = try rule(when: "{ finding: { \(pattern) } }")
            #expect(try !policy.applies([fact("metadata.account", "young-account")]))
        }
    }

    /// Neither a rule nor the default applies to what a platform says of an account.
    @Test func thereIsNothingToDecideWithoutContent() throws {
        let policy = try compiled(
            rules: """
                  - { name: known, when: { finding: { opinion: positive } }, action: remove }
                  - { name: any, when: { account: {} }, action: review }
                """, standard: "label")
        let action = #"{"account":{"id":"a"},"action":"removed"}"#
        let found = [finding("hash.exact"), fact("metadata.account", "young-account", value: 0)]
        let decision = try policy.decide(
            found, [unavailable("hash.pdq", "timeout")], data: action, type: "weir.account.action.v1")
        #expect(decision == Decision(action: .allow))
        #expect(try policy.decide(found, data: plain).action == .remove)
        #expect(
            problems(
                "version: 1\nname: p\nrevision: \"1\"\nrules:\n"
                    + "  - { name: r, when: { event: { type: weir.account.action.v1 } }, action: review }"
            ).contains { $0.contains("rules[0].when.event.type: expected a list of one of weir.upload.created.v1") })
    }

    @Test func degraded() throws {
        let any = try rule(when: "{ degraded: {} }")
        #expect(try any.applies([], [unavailable("hash.pdq", "timeout")]))
        #expect(try !any.applies([finding("hash.pdq")]))
        let some = try rule(when: "{ degraded: { detector: [hash.pdq, hash.exact], reason: [timeout, failed] } }")
        #expect(try some.applies([], [unavailable("hash.exact", "failed")]))
        #expect(try !some.applies([], [unavailable("hash.exact", "breaker-open")]))
        #expect(try !some.applies([], [unavailable("text.terms", "failed")]))
        #expect(
            try !some.applies([], [unavailable("hash.exact", "breaker-open"), unavailable("text.terms", "failed")]))
    }

    @Test func allAnyNot() throws {
        let (exact, pdq) = (finding("hash.exact"), finding("hash.pdq"))
        let parts = "[ { finding: { detector: hash.exact } }, { finding: { detector: hash.pdq } } ]"
        let all = try rule(when: "{ all: \(parts) }")
        let any = try rule(when: "{ any: \(parts) }")
        let not = try rule(when: "{ not: { any: \(parts) } }")
        let side = try rule(when: "{ finding: { detector: hash.exact }, degraded: {} }")
        #expect(try all.applies([exact, pdq]))
        #expect(try !all.applies([exact]))
        #expect(try any.applies([pdq]))
        #expect(try !any.applies())
        #expect(try not.applies())
        #expect(try !not.applies([pdq]))
        // Side by side means all of them.
        #expect(try side.applies([exact], [unavailable("hash.pdq", "timeout")]))
        #expect(try !side.applies([exact]))
    }

    @Test(arguments: [
        ("{ youngerThan: 1h }", #""createdAt":"2026-11-23T09:00:01Z""#, true),
        ("{ youngerThan: 1h }", #""createdAt":"2026-11-23T09:00:00Z""#, false),
        ("{ olderThan: 1h }", #""createdAt":"2026-11-23T08:59:59Z""#, true),
        ("{ olderThan: 1h }", #""createdAt":"2026-11-23T09:00:00Z""#, false),
        // A clock that runs ahead makes an account new.
        ("{ youngerThan: 1h }", #""createdAt":"2026-11-24T00:00:00Z""#, true),
        ("{ olderThan: 1h }", #""createdAt":"2026-11-24T00:00:00Z""#, false),
        ("{ verified: true }", #""verified":true"#, true), ("{ verified: true }", #""verified":false"#, false),
        ("{ verified: false }", #""verified":false"#, true), ("{ verified: false }", #""verified":true"#, false),
        ("{ followersBelow: 10 }", #""followers":9"#, true), ("{ followersBelow: 10 }", #""followers":10"#, false),
        ("{ followersAtLeast: 10 }", #""followers":10"#, true), ("{ followersAtLeast: 10 }", #""followers":9"#, false),
        ("{ followersAtLeast: 5, followersBelow: 10 }", #""followers":7"#, true),
        ("{ followersAtLeast: 5, followersBelow: 10 }", #""followers":4"#, false),
        ("{ verified: false, youngerThan: 1h }", #""verified":false"#, false),
    ]) func accounts(pattern: String, facts: String, applies: Bool) throws {
        let policy = try rule(when: "{ account: \(pattern) }")
        #expect(try policy.applies(data: "{\"account\":{\"id\":\"a\",\(facts)},\"text\":{\"body\":\"x\"}}") == applies)
    }

    @Test(arguments: [
        "{ youngerThan: 1h }", "{ olderThan: 1ms }", "{ verified: true }", "{ verified: false }",
        "{ followersBelow: 10 }",
        "{ followersAtLeast: 0 }",
    ]) func whatAnAccountDoesNotSaySatisfiesNothing(pattern: String) throws {
        #expect(try !rule(when: "{ account: \(pattern) }").applies())
    }

    @Test(arguments: [
        ("{ type: weir.share.created.v1 }", false), ("{ type: [weir.share.created.v1, weir.live.segment.v1] }", true),
        ("{ kind: [story, post] }", true), ("{ kind: story }", false), ("{ kind: pos }", false),
        ("{ kind: posts }", false),
        ("{ hasMedia: true }", true), ("{ hasMedia: false }", false), ("{ hasText: true }", false),
        ("{ hasText: false }", true), ("{ hasLinks: true }", true), ("{ hasLinks: false }", false),
        ("{ kind: post, hasMedia: true, hasLinks: true, hasText: false }", true),
        ("{ kind: post, hasMedia: true, hasLinks: true, hasText: true }", false),
    ]) func events(pattern: String, applies: Bool) throws {
        let data = #"{"account":{"id":"a"},"kind":"post","media":[{"id":"m"}],"links":["https://site.example"]}"#
        let policy = try rule(when: "{ event: \(pattern) }")
        #expect(try policy.applies(data: data, type: "weir.live.segment.v1") == applies)
    }

    @Test func anEmptyTextIsNoTextAndAMissingKindIsNone() throws {
        #expect(try rule(when: "{ event: { hasText: true } }").applies())
        let empty = #"{"account":{"id":"a"},"text":{"body":"","title":""}}"#
        #expect(try !rule(when: "{ event: { hasText: true } }").applies(data: empty))
        #expect(
            try rule(when: "{ event: { hasText: true } }").applies(
                data: #"{"account":{"id":"a"},"text":{"title":"t"}}"#))
        #expect(try !rule(when: "{ event: { kind: \"\" } }").applies())
    }

    @Test func labelsOfTheFindingsThatTheRuleRestsOn() throws {
        let policy = try rule(
            when: "{ finding: { detector: hash.pdq, opinion: positive }, account: { verified: false } }",
            labels: "findings")
        let data = #"{"account":{"id":"a","verified":false},"text":{"body":"x"}}"#
        let decision = try policy.decide(
            [
                finding("hash.pdq", labels: ["b", "a"]), finding("hash.pdq", labels: ["a", "c"]),
                finding("hash.pdq", .seed, labels: ["seed"]), finding("hash.exact", labels: ["exact"]),
                fact("metadata.account", "young-account"),
            ], data: data)
        #expect(decision.labels == ["a", "b", "c"])
    }

    @Test func aBranchThatDoesNotHoldLendsNoLabels() throws {
        let policy = try rule(
            when:
                "{ any: [ { finding: { detector: hash.exact } }, { finding: { detector: hash.pdq }, account: { verified: false } } ] }",
            labels: "findings")
        let found = [finding("hash.exact", labels: ["exact"]), finding("hash.pdq", labels: ["near"])]
        let verified = #"{"account":{"id":"a","verified":true},"text":{"body":"x"}}"#
        let unverified = #"{"account":{"id":"a","verified":false},"text":{"body":"x"}}"#
        #expect(try policy.decide(found, data: verified).labels == ["exact"])
        #expect(try policy.decide(found, data: unverified).labels == ["exact", "near"])
    }

    @Test func whatIsDeniedLendsNoLabels() throws {
        let policy = try rule(when: "{ not: { finding: { detector: hash.exact } } }", labels: "findings")
        let decision = try policy.decide([finding("hash.pdq", labels: ["x"])])
        #expect(decision == Decision(action: .review, rule: "r"))
    }

    @Test(arguments: UInt64(1)...60) func theOrderOfFindingsDoesNotMatter(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let policy = try compiled(
            rules: """
                  - { name: a, when: { any: [ { finding: { opinion: positive, labels: [L1] } }, { finding: { opinion: positive, distance: { atMost: 9 } } } ] }, action: remove, labels: findings }
                  - { name: b, when: { finding: { opinion: [positive, seed] }, not: { finding: { opinion: negative } } }, action: hold, labels: findings }
                  - { name: c, when: { degraded: { reason: timeout } }, action: review }
                """)
        var findings = (0..<Int.random(in: 0...8, using: &random)).map { _ in
            finding(
                detectors.map(\.name).randomElement(using: &random) ?? "",
                Opinion.allCases.randomElement(using: &random) ?? .seed,
                labels: ["L\(Int.random(in: 0...4, using: &random))"], distance: Int.random(in: 0...40, using: &random))
        }
        var failed = [unavailable("hash.pdq", "timeout"), unavailable("hash.exact", "failed")]
        let expected = try policy.decide(findings, failed)
        for _ in 0..<5 {
            findings.shuffle(using: &random)
            failed.shuffle(using: &random)
            #expect(try policy.decide(findings, failed) == expected)
        }
    }
}
