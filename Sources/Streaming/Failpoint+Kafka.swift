internal import FaultInjection
internal import Kafka

extension Failpoint {
    /// An injected error looks like one after which the transaction can only be aborted.
    /// - Parameter voids: false: like one after which nobody knows what came of it.
    @inline(__always)
    func hitTransaction(voids: Bool = true) throws(KafkaError) {
        do throws(InjectedFault) {
            try hit()
        } catch {
            throw KafkaError(
                code: KafkaError.unknownTopic, operation: "failpoint \(rawValue)", reason: error.description,
                requiresAbort: voids)
        }
    }
}
