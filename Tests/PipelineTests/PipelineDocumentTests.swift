import Configuration
import Detection
import Events
import Testing

@testable import Pipeline

@Suite struct PipelineDocumentTests {
    private static let threshold = Setting("threshold", .integer(0...64), standard: 31, "Bits.")
    private let catalog = [
        DetectorRegistration(name: "hash.exact", version: "1", summary: "") {
            FakeDetector(body: { _, _ in Findings() }, context: $0)
        },
        DetectorRegistration(name: "hash.pdq", version: "1", summary: "", settings: [threshold]) {
            FakeDetector(body: { _, _ in Findings() }, context: $0)
        },
        DetectorRegistration(name: "account", version: "1", summary: "", facts: ["young", "burst"]) {
            FakeDetector(body: { _, _ in Findings() }, context: $0)
        },
    ]

    private func read(_ text: String) throws -> PipelineDocument {
        try PipelineDocument(Array(text.utf8), file: "pipeline.yaml", catalog: catalog)
    }

    private func problems(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch let error as InvalidConfiguration {
            return error.problems.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    @Test func everyKey() throws {
        let document = try read(
            """
            version: 1
            batchSize: 64
            window: 3
            stages:
              - name: triage
                media: carried
                deadline: 50ms
                breaker: { failures: 2, pause: 1m }
                concurrency: 4
                settledBy: [hash.exact]
                detectors:
                  - hash.exact
                  - detector: hash.pdq
                    deadline: 2s
                    breaker: { failures: 9 }
                    with: { threshold: 16 }
              - name: inspect
                media: fetched
                detectors: [hash.pdq]
            """)
        #expect(document.batchSize == 64)
        #expect(document.window == 3)
        #expect(document.stages.map(\.name) == ["triage", "inspect"])
        #expect(document.stages.map(\.media) == [.carried, .fetched])
        #expect(document.stages.map(\.concurrency) == [4, nil])
        #expect(document.stages.map(\.settledBy) == [["hash.exact"], []])
        let steps = document.stages.flatMap(\.detectors)
        #expect(steps.map(\.detector) == ["hash.exact", "hash.pdq", "hash.pdq"])
        #expect(steps.map(\.deadline) == [.milliseconds(50), .seconds(2), .seconds(1)])
        #expect(
            steps.map(\.breaker) == [
                .init(failures: 2, pause: .seconds(60)), .init(failures: 9, pause: .seconds(60)),
                .init(failures: 5, pause: .seconds(10)),
            ])
        #expect(steps.map { $0.settings[PipelineDocumentTests.threshold] } == [31, 16, 31])
    }

    @Test func theDefaults() throws {
        let document = try read("version: 1\nstages: [ { name: s, detectors: [hash.exact] } ]")
        #expect(document.batchSize == 256)
        #expect(document.window == 8)
        #expect(document.stages.map(\.media) == [PipelineDocument.MediaAccess.none])
    }

    @Test(arguments: [
        (
            "{ name: s, detectors: [hash.exat] }",
            "stages[0].detectors[0]: no detector is called \"hash.exat\"; did you mean \"hash.exact\"?"
        ),
        (
            "{ name: s, detectors: [ { detector: hash.pdk } ] }",
            "stages[0].detectors[0].detector: no detector is called \"hash.pdk\"; did you mean \"hash.pdq\"?"
        ),
        ("{ name: s, settledBy: hash.exat, detectors: [hash.exat] }", "no detector is called \"hash.exat\""),
        ("{ name: s, detectors: [] }", "stages[0].detectors: has no detectors"),
        ("{ name: s }", "stages[0].detectors: has no detectors"),
        ("{ name: s, detectors: hash.exact }", "stages[0].detectors: expected a list, found \"hash.exact\""),
        ("{ detectors: [hash.exact] }", "stages[0].name: is missing"),
        ("{ name: s, detectors: [hash.exact, hash.exact] }", "stages[0].detectors[1]: \"hash.exact\" stands twice"),
        (
            "{ name: s, settledBy: hash.pdq, detectors: [hash.exact] }",
            "stages[0].settledBy: \"hash.pdq\" is no detector of this stage"
        ),
        (
            "{ name: s, media: some, detectors: [hash.exact] }",
            "stages[0].media: expected one of none, carried, fetched"
        ),
        ("{ name: s, deadline: 2m, detectors: [hash.exact] }", "stages[0].deadline: expected a duration 1ms…1m"),
        (
            "{ name: s, concurrency: 0, detectors: [hash.exact] }",
            "stages[0].concurrency: expected a whole number 1…1024"
        ),
        (
            "{ name: s, breaker: { failures: 0 }, detectors: [hash.exact] }",
            "stages[0].breaker.failures: expected a whole number"
        ),
        (
            "{ name: s, breaker: { pauze: 1s }, detectors: [hash.exact] }",
            "stages[0].breaker.pauze: unknown key; did you mean \"pause\"?"
        ),
        (
            "{ name: s, detecters: [hash.exact], detectors: [hash.exact] }",
            "stages[0].detecters: unknown key; did you mean \"detectors\"?"
        ),
        (
            "{ name: s, detectors: [ { detector: hash.pdq, with: { treshold: 3 } } ] }",
            "stages[0].detectors[0].with.treshold: unknown key; did you mean \"threshold\"?"
        ),
        (
            "{ name: s, detectors: [ { detector: hash.pdq, with: { threshold: 99 } } ] }",
            "threshold: expected a whole number 0…64, found \"99\""
        ),
        ("{ name: s, detectors: [ { detector: hash.exact, with: { threshold: 9 } } ] }", "unknown key"),
        ("just-a-name", "stages[0]: expected a mapping, found \"just-a-name\""),
    ]) func aMistakeIsNamedOnceWithItsPlace(stage: String, expected: String) {
        let found = problems("version: 1\nstages:\n  - \(stage)")
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(expected) == true, "\(found)")
        #expect(found.first?.hasPrefix("pipeline.yaml:3:") == true, "\(found)")
    }

    @Test(arguments: [
        ("version: 2", "version: expected a whole number 1…1"),
        ("batchSize: 5000", "batchSize: expected a whole number 1…4096"),
        ("window: 0", "window: expected a whole number 1…64"), ("stages: []", "stages: has no stages"),
        ("stage: []", "stage: unknown key; did you mean \"stages\"?"),
    ]) func aMistakeAtTheTopIsNamed(line: String, expected: String) throws {
        let key = try #require(line.split(separator: ":").first)
        let standard = ["version: 1", "stages: [ { name: s, detectors: [hash.exact] } ]"]
        let found = problems((standard.filter { !$0.hasPrefix("\(key):") } + [line]).joined(separator: "\n"))
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(expected) == true, "\(found)")
    }

    @Test func aStageMayAskForFactsOfEarlierOnes() throws {
        let document = try read(
            """
            version: 1
            stages:
              - { name: a, detectors: [account] }
              - { name: b, when: { facts: [burst, young] }, detectors: [hash.pdq] }
              - { name: c, when: { facts: young }, detectors: [hash.exact] }
            """)
        #expect(document.stages.map(\.facts) == [nil, ["burst", "young"], ["young"]])
    }

    @Test(arguments: [
        (
            "{ facts: [yung] }",
            "\"yung\" is reported by no detector of a stage before this one; did you mean \"young\"?"
        ),
        ("{ facts: [young, burrst] }", "\"burrst\" is reported by no detector"),
        ("{ facts: [] }", "names no facts: nothing would ever come into this stage"),
        ("{ fact: [young] }", "unknown key; did you mean \"facts\"?"), ("{}", "facts: is missing"),
        ("young", "expected a mapping, found \"young\""), ("{ facts: { young: 1 } }", "expected a list of text"),
    ])
    func factsThatNobodyFindsAreRefused(when: String, expected: String) {
        let found = problems(
            "version: 1\nstages:\n  - { name: a, detectors: [account] }\n"
                + "  - { name: b, when: \(when), detectors: [hash.pdq] }")
        #expect(found.contains { $0.contains("stages[1].when") && $0.contains(expected) }, "\(found)")
        #expect(found.allSatisfy { $0.hasPrefix("pipeline.yaml:4:") }, "\(found)")
    }

    @Test func aFactOfALaterStageOrOfTheSameIsRefused() {
        let late = problems(
            """
            version: 1
            stages:
              - { name: a, detectors: [hash.exact] }
              - { name: b, when: { facts: [young] }, detectors: [account] }
            """)
        #expect(late.count == 1)
        #expect(
            late.first?.contains(
                "stages[1].when.facts: \"young\" is reported by account, which stands in no stage before this one")
                == true, "\(late)")
        let first = problems("version: 1\nstages:\n  - { name: a, when: { facts: [old] }, detectors: [hash.exact] }")
        #expect(first.first?.contains("no stage before this one has a detector that reports facts") == true, "\(first)")
    }

    @Test func allMistakesAreToldAtOnceEachInItsPlace() {
        let found = problems(
            """
            version: 1
            windw: 2
            stages:
              - { name: a, detectors: [nothing] }
              - { detectors: [hash.exact] }
              - { name: b, detectors: [hash.exact] }
              - { name: b, detectors: [hash.pdq] }
            """)
        for expected in [
            ":2:1: windw: unknown key", ":4:28: stages[0].detectors[0]: no detector", "stages[1].name: is missing",
            ":7:5: stages[3].name: two stages are called \"b\"",
        ] {
            #expect(found.count { $0.contains(expected) } == 1, "\(expected) in \(found)")
        }
        #expect(found.count == 4, "\(found)")
    }
}
