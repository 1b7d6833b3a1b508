import Events
import Kafka
import Operations
import Streaming

/// The people of the demo: they look at what is put before them and decide on some of it.
struct DemoDesk: Sendable {
    private struct Decision {
        let content: String
        let ruling: Outcome.Ruling
        let action: Action
        let reason: String
    }

    private static let decisions = [
        Decision(content: "news-en", ruling: .retract, action: .allow, reason: "news-report"),
        Decision(content: "against-fr", ruling: .retract, action: .allow, reason: "counter-speech"),
        Decision(content: "call-en", ruling: .confirm, action: .remove, reason: "recruitment"),
    ]

    /// How many decisions one round of samples leads to.
    static var count: Int { decisions.count }

    /// The topic of verdicts that need a person, and that of decisions.
    let review: String
    let outcomes: String

    /// Until it is cancelled or the end comes.
    func work(bootstrap: String, partitions: Int, with producer: PlainProducer, until shutdown: ShutdownSignal)
        async throws
    {
        let reader = try TopicReader(
            bootstrap: bootstrap, properties: .common, partitions: [review: partitions], from: .beginning)
        do {
            while !shutdown.isTriggered, !Task.isCancelled {
                for record in try await reader.read(100, timeout: .milliseconds(100)) {
                    guard let outcome = try record.value.flatMap(decide) else { continue }
                    var out = ByteWriter()
                    out.append(outcome, source: "/demo/desk")
                    let (value, key) = (out.bytes, Array(outcome.verdict.subject.utf8))
                    try await producer.produce { sink throws(KafkaError) in
                        try sink.send(to: try sink.topic(outcomes), key: key, value: value, headers: [])
                    }
                }
            }
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
    }

    /// What is said of a verdict, if anything is.
    private func decide(_ text: [UInt8]) throws -> Outcome? {
        let verdict = try text.withUnsafeBytes { try VerdictSummary($0) }
        let content = verdict.reference.subject
        // Of later rounds too, whose names have an ending.
        guard
            let decision = DemoDesk.decisions.first(where: {
                content == $0.content || content.hasPrefix("\($0.content)-r")
            })
        else { return nil }
        var outcome = Outcome(
            id: "o-\(content)", time: .now(), verdict: verdict.reference, ruling: decision.ruling,
            action: decision.action)
        outcome.labels = decision.ruling == .confirm ? verdict.labels : []
        outcome.preserve = decision.ruling == .confirm
        outcome.reviewer = "r-7"
        outcome.reason = decision.reason
        return outcome
    }
}
