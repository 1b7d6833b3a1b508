internal import FaultInjection
internal import Kafka

extension Failpoint {
    /// An injected error looks like one after which the transaction can only be aborted.
    @inline(__always)
    func hitTransaction() throws(KafkaError) {
        do throws(InjectedFault) {
            try hit()
        } catch {
            throw KafkaError(
                code: KafkaError.unknownTopic, operation: "failpoint \(rawValue)", reason: error.description,
                requiresAbort: true)
        }
    }
}
