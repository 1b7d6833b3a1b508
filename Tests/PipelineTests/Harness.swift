import Configuration
import Detection
import Events
import Foundation
import Operations
import Policy
import Signals
import TestSupport

@testable import Pipeline

/// A detector that does what it is told.
struct FakeDetector: Detector {
    let body: @Sendable (Inspection, DetectorContext) async throws -> Findings
    let context: DetectorContext

    func inspect(_ inspection: Inspection) async throws -> Findings { try await body(inspection, context) }
}

func fake(
    _ name: String, facts: [Code] = [], preparation: Preparation? = nil, needs: MediaNeeds = [],
    _ body: @escaping @Sendable (Inspection, DetectorContext) async throws -> Findings
) -> DetectorRegistration {
    DetectorRegistration(
        name: name, version: "1", summary: "", facts: facts, preparation: preparation, needs: needs
    ) { context in
        FakeDetector(body: body, context: context)
    }
}

/// A detector that finds one fact in each selected event.
func finder(_ name: String, _ fact: Code) -> DetectorRegistration {
    fake(name, facts: [fact]) { inspection, _ in
        Findings(found: inspection.selection.positions.map { Finding(event: $0, fact: fact) })
    }
}

func positive(_ value: String, labels: [String] = []) -> MatchedSignal {
    var signal = Signal(type: .term, value: value)
    signal.opinion = .positive
    signal.labels = labels
    return MatchedSignal(signal)
}

/// Leaves all media unread.
struct NothingReader: MediaReader {
    func read(
        _ batch: EventBatch, _ selection: Selection, needs: MediaNeeds, fetch: Bool, into facts: MediaFacts
    ) async -> MediaFacts { facts }
}

/// A judge with all that stands around it.
struct Harness {
    static let policy = """
        version: 1
        name: test
        revision: "1"
        rules:
          - { name: known, when: { finding: { opinion: positive } }, action: remove, labels: findings }
          - { name: unseen, when: { degraded: {} }, action: review, labels: [unseen] }
        """

    let blueprint: PipelineBlueprint
    let judge: Judge
    let registry = MetricsRegistry()
    let metrics: PipelineMetrics
    let catalog: [DetectorRegistration]

    /// - Parameters:
    ///   - stages: the list below `stages:`, each line indented by two.
    init(
        _ stages: String, _ detectors: [DetectorRegistration], policy: String = Harness.policy, shadows: [String] = [],
        signals: [Signal] = [], media: any MediaReader = NothingReader(), logger: Logger = silent
    ) throws {
        catalog = detectors
        blueprint = PipelineBlueprint(
            document: try PipelineDocument(
                Array("version: 1\nstages:\n\(stages)".utf8), file: "pipeline.yaml", catalog: detectors),
            catalog: detectors, policy: try PolicyDocument(Array(policy.utf8), file: "policy.yaml"),
            policyFile: "policy.yaml",
            shadows: try shadows.map { (try PolicyDocument(Array($0.utf8), file: "shadow.yaml"), "shadow.yaml") },
            group: "test", accountKey: Array("key".utf8))
        metrics = PipelineMetrics(registry)
        judge = Judge(
            try blueprint.generation(for: SignalSet(signals)), blueprint: blueprint, media: media, metrics: metrics,
            logger: logger, clock: { Timestamp(milliseconds: 1_800_000_000_000) })
    }

    /// One that serves this judge.
    func store() async -> SignalStore {
        let store = SignalStore(blueprint, logger: silent)
        await store.serve(judge)
        return store
    }

    /// As an adapter does it: the verdicts are out, and are counted.
    func verdicts(_ batch: EventBatch) async throws -> [Verdict] {
        let judged = await judge.judge(batch)
        judged.tally.report(to: metrics, topic: batch.topic)
        return try judged.verdicts()
    }

    /// A line of the metrics, by what it begins with.
    func metric(_ prefix: String) -> String? {
        registry.prometheusText().split(separator: "\n").first { $0.hasPrefix(prefix) }.map(String.init)
    }
}

let silent = Logger(label: "test", sink: LogSink(level: .critical, format: .text, descriptor: -1))

/// What the tests read of a verdict.
struct Verdict: Decodable, Equatable {
    struct Content: Decodable, Equatable {
        let event: String
        let action: String
        let rule: String?
        let labels: [String]
        let policy: String
        let findings: [Found]
        let degraded: [Degraded]
        let shadow: [Shadow]
    }

    struct Found: Decodable, Equatable {
        let detector: String
        let version: String
        var media: String?
        var fact: String?
        var language: String?
        var signal: String?
        var value: Int?
    }

    struct Degraded: Decodable, Equatable {
        let detector: String
        var media: String?
        let reason: String
    }

    struct Shadow: Decodable, Equatable {
        let policy: String
        let action: String
        let rule: String?
    }

    let id: String
    let subject: String
    let data: Content
}

extension JudgedBatch {
    func verdicts(_ destination: Destination = .audit) throws -> [Verdict] {
        try outputs.filter { $0.destination == destination }.map {
            try JSONDecoder().decode(Verdict.self, from: Data(verdict($0)))
        }
    }
}

/// Opens when as many have come as are expected; who comes waits for it.
actor Gate {
    private var missing: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ expected: Int) { missing = expected }

    /// Not to be cancelled: tests bound their time.
    func arrive() async {
        missing -= 1
        if missing <= 0 {
            waiting.forEach { $0.resume() }
            waiting = []
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }
}
