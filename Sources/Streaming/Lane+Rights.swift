internal import Kafka
internal import Operations

extension Lane {
    /// What a client was refused, with the right that it is about where that is known.
    func described(_ refusal: KafkaError) -> String {
        refusal.isGroupRefusal ? "Read on group \(options.group) is not allowed: \(refusal)" : refusal.description
    }

    /// The error of a transaction that was refused names no topic. The library's log does.
    func noteRefusal(in line: ClientEvent.LogLine) {
        guard let topic = Refusal.topic(in: line.message) else { return }
        readiness.set("\(name)-rights", "Write on topic \(topic) is not allowed: Topic authorization failed")
    }
}

enum Refusal {
    /// The topic that may not be written, by a line of librdkafka's log:
    /// `TxnCoordinator/1: Failed to add partition "audit" [0] to transaction: Broker: Topic authorization failed`.
    static func topic(in line: String) -> Substring? {
        let parts = line.split(separator: "\"", maxSplits: 2)
        guard parts.count == 3, parts[0].hasSuffix("Failed to add partition ") else { return nil }
        return parts[2].contains("authorization failed") ? parts[1] : nil
    }
}
