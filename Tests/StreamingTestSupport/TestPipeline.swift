internal import Configuration
package import Detection
package import Events
internal import HashDetection
internal import MetadataDetection
package import Operations
package import Pipeline
internal import Policy
internal import Signals

/// A small pipeline whose answers are known beforehand: a known SHA-256 is removed, a disputed one reviewed, all else
/// allowed.
package struct TestPipeline: Sendable {
    package static let known = SHA256.hash(Array("test: known".utf8))
    package static let doubtful = SHA256.hash(Array("test: doubtful".utf8))

    private static let pipeline = """
        version: 1
        batchSize: 64
        window: 4
        stages:
          - name: triage
            detectors: [hash.exact, metadata.account]
        """

    private static let policy = """
        version: 1
        name: test
        revision: "1"
        rules:
          - name: known
            when: { finding: { detector: hash.exact, opinion: positive } }
            action: remove
            labels: findings
          - name: doubtful
            when: { finding: { detector: hash.exact } }
            action: review
          - name: degraded
            when: { degraded: {} }
            action: review
        """

    package let blueprint: PipelineBlueprint
    package let judge: Judge
    package let metrics: PipelineMetrics
    package let registry: MetricsRegistry
    package let logger: Logger

    /// - Parameters:
    ///   - extra: detectors beside the usual ones; each stands in the one stage.
    ///   - policy: what the policy has behind its rules.
    ///   - logLevel: what is written to standard error.
    package init(extra: [DetectorRegistration] = [], policy: String = "", logLevel: LogLevel = .critical) throws {
        let catalog = hashDetectors + [AccountDetector.registration] + extra
        var text = TestPipeline.pipeline
        if !extra.isEmpty {
            let names = extra.map(\.identity.name).joined(separator: ", ")
            text += "\n  - name: extra\n    deadline: 500ms\n    detectors: [\(names)]\n"
        }
        let document = try PipelineDocument(Array(text.utf8), file: "pipeline.yaml", catalog: catalog)
        blueprint = PipelineBlueprint(
            document: document, catalog: catalog,
            policy: try PolicyDocument(Array((TestPipeline.policy + "\n" + policy).utf8), file: "policy.yaml"),
            policyFile: "policy.yaml",
            group: "test", accountKey: Array("key".utf8))
        var known = Signal(type: .sha256, value: TestPipeline.hex(TestPipeline.known))
        known.opinion = .positive
        known.labels = ["TVEC1"]
        var doubtful = Signal(type: .sha256, value: TestPipeline.hex(TestPipeline.doubtful))
        doubtful.opinion = .seed
        registry = MetricsRegistry()
        metrics = PipelineMetrics(registry)
        logger = Logger(label: "test", sink: LogSink(level: logLevel, format: .text))
        judge = Judge(
            try blueprint.generation(for: SignalSet([known, doubtful])), blueprint: blueprint, media: NothingReader(),
            metrics: metrics, logger: logger)
    }

    package static func hex(_ digest: Digest256) -> String {
        var out = ByteWriter()
        out.appendHex(digest)
        return String(decoding: out.bytes, as: UTF8.self)
    }
}

/// Leaves all media unread.
private struct NothingReader: MediaReader {
    func read(
        _ batch: EventBatch, _ selection: Selection, needs: MediaNeeds, fetch: Bool, into facts: MediaFacts
    ) async -> MediaFacts { facts }
}
