internal import Testing

@testable import Streaming

/// What librdkafka 2.0.2 writes to its log when a topic may not be written.
struct RefusalTests {
    private let end = #"[0] to transaction: Broker: Topic authorization failed"#

    @Test func theTopicIsNamed() {
        #expect(
            Refusal.topic(in: #"[thrd:main]: TxnCoordinator/1: Failed to add partition "audit" \#(end)"#) == "audit")
        #expect(Refusal.topic(in: #"Failed to add partition "uploads.dlq" \#(end)"#) == "uploads.dlq")
    }

    @Test(arguments: [
        "", #"""#, #"Failed to add partition "audit"#,
        #"Failed to add partition "audit" [0] to transaction: Broker: Not coordinator"#,
        #"Current transaction failed in state "InTransaction": Topic authorization failed"#,
    ])
    func otherLinesNameNone(_ line: String) {
        #expect(Refusal.topic(in: line) == nil)
    }
}
