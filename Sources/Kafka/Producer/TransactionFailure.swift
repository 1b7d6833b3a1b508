internal import CRdkafka

/// What to do about an error in a transaction.
package enum TransactionRemedy: Sendable, Equatable {
    /// The transaction is void for certain: end it, go back to the committed offsets, go on.
    case abort
    /// The producer is dead or fenced, or nobody knows whether the transaction was committed: make a new one, which
    /// settles the old one's fate, read the committed offsets again, go on from there.
    case rebuild
    /// Trying again can't mend this: the call or the broker is of the wrong kind.
    case stop
}

extension KafkaError {
    /// The remedy for an error at any step of a transaction. Retriable errors have been retried before. A topic that is
    /// gone or a right that is missing may come back: the transaction is aborted and the input waits.
    ///
    /// The order matters: a fatal error may also ask for an abort, which then would fail.
    package var remedy: TransactionRemedy {
        if isFatal { return .rebuild }
        switch code {
        case RD_KAFKA_RESP_ERR__INVALID_ARG, RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION,
            RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
            return .stop
        default: break
        }
        if requiresAbort { return .abort }
        switch code {
        // The outcome of the call is not known; asking again could commit or abort a later transaction
        // (KAFKA-17754), so the producer's epoch is raised instead.
        case RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__STATE, RD_KAFKA_RESP_ERR__FENCED,
            RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
            RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE:
            return .rebuild
        default: return .abort
        }
    }
}
