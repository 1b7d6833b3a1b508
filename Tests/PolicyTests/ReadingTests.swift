import Configuration
import Events
import Testing

@testable import Policy

@Suite struct ReadingTests {
    @Test func whatBecomesOfEarlierUploadsOfCampaigns() throws {
        func policy(_ text: String) -> String {
            "version: 1\nname: p\nrevision: \"1\"\n\(text)\n"
                + "rules: [ { name: r, when: { degraded: {} }, action: review } ]\n"
        }
        func decision(_ text: String) throws -> Decision? { try document(policy(text)).earlierOfCampaigns }
        #expect(try decision("") == nil)
        #expect(try decision("campaigns: { earlier: allow }") == nil)
        #expect(
            try decision("campaigns: { description: why, earlier: review, labels: [b, a, b], preserve: true }")
                == Decision(action: .review, labels: ["a", "b"], rule: "campaigns", preserve: true))
        #expect(try decision("campaigns: { earlier: limit }")?.labels == ["campaign"])
        for action in ["remove", "hold", "endStream", "redirect"] {
            let found = problems(policy("campaigns: { earlier: \(action) }"))
            #expect(found.count == 1 && found[0].contains("campaigns.earlier") && found[0].contains(action), "\(found)")
        }
        #expect(!problems(policy("campaigns: { later: review }")).isEmpty)
        let accounts = try document(policy("accounts: { returning: escalate, struckLive: limit, preserve: true }"))
            .accounts
        // One word for all by which an account may be known again.
        let returning = Decision(
            action: .escalate, labels: ["returning-account"], rule: "accounts", preserve: true)
        #expect(
            accounts == [
                "returning-account": returning, "returning-avatar": returning, "returning-profile": returning,
                "returning-name": returning,
                "struck-account-live": Decision(
                    action: .limit, labels: ["struck-account-live"], rule: "accounts", preserve: true),
            ])
        #expect(
            try document(policy("accounts: { repeating: limit }")).accounts["repeated-near"]
                == Decision(action: .limit, labels: ["repeated-near"], rule: "accounts", preserve: false))
        for wrong in ["firstStream: endStream", "repeating: remove"] {
            #expect(problems(policy("accounts: { \(wrong) }")).count == 1)
        }
    }

    @Test func everyKey() throws {
        let policy = try document(
            """
            version: 1
            name: every-key.1
            revision: 2026-11-24.1
            description: what it is for
            default: label
            rules:
              - name: all-of-it
                description: why
                when:
                  all:
                    - any: [ { finding: {} }, { degraded: {} } ]
                  not: { event: { type: weir.live.segment.v1 } }
                  finding:
                    detector: [hash.exact, hash.pdq]
                    opinion: [positive]
                    type: [sha256, pdq]
                    fact: low-quality
                    source: [local, exchange]
                    otherSourceThan: [campaigns]
                    labels: [TVEC1]
                    distance: { atMost: 31 }
                    coverage: { atLeast: 0.5 }
                    coverageOfText: { atLeast: 0.25 }
                    score: { atLeast: 0.75 }
                    value: { atMost: 9, atLeast: 3 }
                  degraded: { detector: hash.pdq, reason: [timeout, failed] }
                  account: { youngerThan: 1d, olderThan: 1m, verified: false, followersBelow: 10, followersAtLeast: 2 }
                  event: { type: [weir.upload.created.v1], kind: post, hasMedia: true, hasText: false, hasLinks: true }
                action: remove
                labels: findings
                preserve: true
            """)
        #expect(policy.name == "every-key.1")
        #expect(policy.revision == "2026-11-24.1")
        #expect(policy.standard == .label)
        let rule = try #require(policy.rules.first)
        #expect(rule.name == "all-of-it")
        #expect(rule.action == .remove)
        #expect(rule.labels == .ofFindings)
        #expect(rule.preserve)
        guard case .all(let parts) = rule.condition else {
            Issue.record("not all of its parts: \(rule.condition)")
            return
        }
        #expect(parts.count == 6)
        let finding = try #require(
            parts.compactMap { if case .finding(let pattern) = $0 { pattern } else { nil } }.first)
        #expect(finding.detectors == ["hash.exact", "hash.pdq"])
        #expect(finding.opinions == [.positive])
        #expect(finding.types == [.sha256, .pdq])
        #expect(finding.facts == ["low-quality"])
        #expect(finding.sources == ["local", "exchange"])
        #expect(finding.otherThan == ["campaigns"])
        #expect(finding.labels == ["TVEC1"])
        #expect(finding.scoreAtLeast == 0.75)
        #expect(finding.distanceAtMost == 31)
        #expect(finding.coverageAtLeast == 0.5)
        #expect(finding.coverageOfTextAtLeast == 0.25)
        #expect(finding.valueAtMost == 9)
        #expect(finding.valueAtLeast == 3)
        let account = try #require(
            parts.compactMap { if case .account(let pattern) = $0 { pattern } else { nil } }.first)
        #expect(account.youngerThan == .seconds(86_400))
        #expect(account.olderThan == .seconds(60))
        #expect(account.verified == false)
        #expect(account.followersBelow == 10)
        #expect(account.followersAtLeast == 2)
    }

    @Test func theDefaultsAreMild() throws {
        let policy = try document(
            "version: 1\nname: p\nrevision: \"1\"\nrules:\n  - { name: r, when: { finding: {} }, action: review }")
        #expect(policy.standard == .allow)
        #expect(policy.rules.first?.labels == .fixed([]))
        #expect(policy.rules.first?.preserve == false)
    }

    @Test(arguments: [
        ("acton: review, action: review", "policy.yaml:5:39: rules[0].acton: unknown key; did you mean \"action\"?"),
        ("action: reviw", "policy.yaml:5:47: rules[0].action: expected one of allow, label"),
        ("action: review, labels: { a: b }", "rules[0].labels: expected \"findings\", or a list of labels"),
        ("action: review, preserve: maybe", "rules[0].preserve: expected true or false, found \"maybe\""),
    ]) func aMistakeInARuleIsNamedWithItsPlace(rest: String, expected: String) {
        let found = problems(
            "version: 1\nname: p\nrevision: \"1\"\nrules:\n  - { name: r, when: { finding: {} }, \(rest) }")
        #expect(found.count == 1)
        #expect(found.first?.contains(expected) == true, "\(found)")
    }

    @Test(arguments: [
        ("{ fnding: {} }", "rules[0].when.fnding: unknown key; did you mean \"finding\"?"),
        (
            "{ finding: { detecter: hash.pdq } }",
            "rules[0].when.finding.detecter: unknown key; did you mean \"detector\"?"
        ),
        (
            "{ finding: { detector: hash.pdk } }",
            "rules[0].when.finding.detector: no detector is called \"hash.pdk\"; did you mean \"hash.pdq\"?"
        ),
        (
            "{ degraded: { detector: text.term } }",
            "rules[0].when.degraded.detector: no detector is called \"text.term\"; did you mean \"text.terms\"?"
        ),
        ("{ finding: { opinion: certain } }", "rules[0].when.finding.opinion: expected a list of one of positive"),
        ("{ finding: { type: sha265 } }", "rules[0].when.finding.type: expected a list of one of sha256"),
        (
            "{ finding: { distance: { atMost: 257 } } }",
            "rules[0].when.finding.distance.atMost: expected a whole number 0…256"
        ),
        ("{ finding: { distance: {} } }", "rules[0].when.finding.distance.atMost: is missing"),
        (
            "{ finding: { coverage: { atLeast: 1.5 } } }",
            "rules[0].when.finding.coverage.atLeast: expected a number 0.0…1.0"
        ),
        ("{ finding: { value: {} } }", "rules[0].when.finding.value: give atMost, atLeast or both"),
        ("{ account: { youngerThan: 5 } }", "rules[0].when.account.youngerThan: expected a duration"),
        ("{ account: { verifed: true } }", "did you mean \"verified\"?"),
        ("{ event: { hasmedia: true } }", "did you mean \"hasMedia\"?"),
        ("{ event: { type: upload } }", "rules[0].when.event.type: expected a list of one of weir.upload.created.v1"),
        (
            "{ any: [ { finding: {} }, { acount: {} } ] }",
            "rules[0].when.any[1].acount: unknown key; did you mean \"account\"?"
        ),
        ("{ not: { not: { fact: x } } }", "rules[0].when.not.not.fact: unknown key"),
        ("{ all: {} }", "rules[0].when.all: expected a list, found a mapping"),
        ("{ all: [] }", "rules[0].when.all: has no conditions"),
        ("{ finding: {}, any: [] }", "rules[0].when.any: has no conditions"),
        ("{}", "rules[0].when: says nothing: give finding"),
        ("yes", "rules[0].when: expected a mapping, found \"yes\""),
    ]) func aMistakeInAConditionIsNamedOnce(condition: String, expected: String) {
        let found = problems(
            "version: 1\nname: p\nrevision: \"1\"\nrules:\n  - { name: r, when: \(condition), action: review }")
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(expected) == true, "\(found)")
        #expect(found.first?.hasPrefix("policy.yaml:5:") == true, "\(found)")
    }

    @Test(arguments: [
        ("version: 2", "version: expected a whole number 1…1, found \"2\""),
        ("name: a b", "name: expected a name of letters"),
        ("name: \(String(repeating: "x", count: 65))", "name: expected a name of letters"),
        ("default: remove", "default: remove can't be the default"),
        ("default: endStream", "default: endStream can't be the default"),
        ("default: alow", "default: expected one of allow"),
        ("rules: []", "rules: has no rules"),
        ("ruels: []", "ruels: unknown key; did you mean \"rules\"?"),
    ]) func aMistakeAtTheTopIsNamed(line: String, expected: String) throws {
        let key = try #require(line.split(separator: ":").first)
        let standard = [
            "version: 1", "name: p", "revision: \"1\"", "rules: [ { name: r, when: { finding: {} }, action: review } ]",
        ]
        let text = standard.filter { !$0.hasPrefix("\(key):") } + [line]
        let found = problems(text.joined(separator: "\n"))
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(expected) == true, "\(found)")
    }

    @Test func allMistakesAreToldAtOnce() {
        let found = problems(
            """
            version: 3
            revision: "1"
            rules:
              - { name: a, when: { finding: { detecor: x } }, action: revew }
              - { name: b, when: { acount: {} }, action: review }
              - { when: { finding: {} }, action: review }
              - { name: b, when: { finding: {} }, action: review, colour: red }
              - { name: b, when: { finding: {} }, action: review }
            """)
        for expected in [
            "version: expected", ": name: is missing", "rules[0].when.finding.detecor: unknown key",
            "rules[0].action: expected", "rules[1].when.acount: unknown key", "rules[2].name: is missing",
            "rules[3].colour: unknown key", "rules[4].name: two rules are called \"b\"",
        ] {
            #expect(found.count { $0.contains(expected) } == 1, "\(expected) in \(found)")
        }
        #expect(found.count == 8, "\(found)")
    }

    @Test func whatIsNoPolicyIsRefused() {
        for text in ["", "[]", "just text", "version: [", "name: &a p\nrules: *a"] {
            #expect(!problems(text).isEmpty)
        }
    }

    @Test func aDetectorThatThisPipelineLeavesOutIsNoMistake() throws {
        let policy = try rule(when: "{ finding: { detector: text.near } }")
        #expect(try !policy.applies([finding("hash.exact")]))
        let degraded = try rule(when: "{ degraded: { detector: text.near } }")
        #expect(try !degraded.applies([], [unavailable("hash.pdq", "timeout")]))
    }
}

/// Only an undisputed positive signal may take content away without a person, whatever way into the rule there is.
@Suite struct RemovalTests {
    @Test(
        arguments: ["remove", "endStream"],
        [
            "{ finding: { opinion: positive } }", "{ finding: { opinion: [positive], detector: hash.exact } }",
            "{ finding: { opinion: positive }, account: { verified: false } }",
            "{ all: [ { account: {} }, { finding: { opinion: positive } } ] }",
            "{ any: [ { finding: { opinion: positive, type: sha256 } }, { finding: { opinion: positive, type: pdq } } ] }",
            "{ any: [ { all: [ { event: {} }, { finding: { opinion: positive } } ] }, { finding: { opinion: positive } } ] }",
            "{ finding: { opinion: positive }, not: { degraded: {} } }",
        ]) func aPositiveSignalMayRemove(action: String, condition: String)
    {
        #expect(removal(action, condition) == [])
    }

    @Test(
        arguments: ["remove", "endStream"],
        [
            "{ finding: {} }", "{ finding: { detector: hash.exact } }", "{ finding: { opinion: seed } }",
            "{ finding: { fact: media-burst } }",
            "{ finding: { fact: [strikes, young-account], value: { atLeast: 9 } } }",
            "{ all: [ { finding: { fact: struck-account-live } }, { finding: { fact: first-stream } } ] }",
            "{ all: [ { finding: { fact: media-burst } }, { finding: { opinion: [positive, disputed] } } ] }",
            "{ finding: { opinion: [positive, seed] } }", "{ finding: { opinion: [positive, disputed] } }",
            "{ finding: { opinion: negative } }", "{ degraded: {} }", "{ account: { youngerThan: 1d } }",
            "{ event: { hasMedia: true } }", "{ not: { finding: { opinion: positive } } }",
            "{ not: { not: { finding: { opinion: positive } } } }",
            "{ any: [ { finding: { opinion: positive } }, { degraded: {} } ] }",
            "{ any: [ { finding: { opinion: positive } }, { all: [ { event: {} } ] } ] }",
            "{ all: [ { account: {} }, { finding: { opinion: seed } } ] }",
        ]) func nothingElseMay(action: String, condition: String)
    {
        let found = removal(action, condition)
        #expect(found.count == 1)
        #expect(found.first?.contains("rules[0].action: \(action) acts without a person") == true, "\(found)")
    }

    /// What an account is or is called, where it is and what it believes are no conditions of any rule, whatever
    /// follows.
    @Test(
        arguments: ["account", "event"],
        ["language", "country", "region", "religion", "ethnicity", "name", "id", "displayName", "title", "network"])
    func nobodyIsJudgedByWhoTheyAre(of: String, key: String) {
        for action in ["review", "label", "limit"] {
            let found = problems(
                "version: 1\nname: p\nrevision: \"1\"\nrules:\n"
                    + "  - { name: r, when: { \(of): { \(key): x } }, action: \(action) }")
            #expect(found.contains { $0.contains("rules[0].when.\(of).\(key): unknown key") }, "\(found)")
        }
    }

    private func removal(_ action: String, _ condition: String) -> [String] {
        problems("version: 1\nname: p\nrevision: \"1\"\nrules:\n  - { name: r, when: \(condition), action: \(action) }")
    }
}
