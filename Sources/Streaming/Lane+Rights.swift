internal import Kafka
internal import Operations

extension Lane {
    /// What a client was refused, with the right that it is about where that is known.
    func described(_ refusal: KafkaError) -> String {
        refusal.isGroupRefusal ? "Read on group \(options.group) is not allowed: \(refusal)" : refusal.description
    }

    /// The error of a transaction that was refused names no topic. The library's log does, by
    /// `Failed to add partition "audit" [0] to transaction: Broker: Topic authorization failed`.
    func noteRefusal(in line: ClientEvent.LogLine) {
        guard line.message.hasPrefix("Failed to add partition \""), line.message.contains("authorization failed")
        else { return }
        let parts = line.message.split(separator: "\"", maxSplits: 2)
        guard parts.count == 3 else { return }
        readiness.set("\(name)-rights", "Write on topic \(parts[1]) is not allowed: Topic authorization failed")
    }
}
