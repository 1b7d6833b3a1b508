package import CRdkafka

/// What librdkafka or a broker refused, with what it means for a transaction.
package struct KafkaError: Error, Sendable, Equatable, CustomStringConvertible {
    package typealias Code = rd_kafka_resp_err_t

    package let code: Code
    /// What was being done: `commit transaction`.
    package let operation: String
    package let reason: String
    /// The client instance is dead; only a new one helps.
    package let isFatal: Bool
    /// The same call may succeed later.
    package let isRetriable: Bool
    /// The open transaction can only be aborted.
    package let requiresAbort: Bool

    package init(
        code: Code, operation: String, reason: String? = nil, isFatal: Bool = false, isRetriable: Bool = false,
        requiresAbort: Bool = false
    ) {
        self.code = code
        self.operation = operation
        self.reason = reason ?? String(cString: rd_kafka_err2str(code))
        self.isFatal = isFatal
        self.isRetriable = isRetriable
        self.requiresAbort = requiresAbort
    }

    /// Copies the library's error object and frees it.
    init(consuming error: OpaquePointer, operation: String) {
        self.init(
            code: rd_kafka_error_code(error), operation: operation,
            reason: String(cString: rd_kafka_error_string(error)), isFatal: rd_kafka_error_is_fatal(error) != 0,
            isRetriable: rd_kafka_error_is_retriable(error) != 0,
            requiresAbort: rd_kafka_error_txn_requires_abort(error) != 0)
        rd_kafka_error_destroy(error)
    }

    /// Nothing was heard of the brokers for so long.
    package static func silence(_ operation: String, for time: Duration) -> KafkaError {
        KafkaError(
            code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: operation,
            reason: "the brokers have said nothing for \(time.components.seconds) s")
    }

    /// A group does not know what it was told.
    package static func denied(_ reason: String) -> KafkaError {
        KafkaError(
            code: RD_KAFKA_RESP_ERR__NO_OFFSET, operation: "read committed offsets", reason: reason, isRetriable: true)
    }

    package static let unknownTopic = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART

    package var name: String { String(cString: rd_kafka_err2name(code)) }

    package var description: String { "\(operation): \(reason) (\(name))" }

    /// Whether no broker could be reached, as opposed to one that refused.
    package var isUnreachable: Bool {
        switch code {
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE,
            RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
            RD_KAFKA_RESP_ERR__WAIT_COORD,
            RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
            true
        default: false
        }
    }

    /// Whether a group or transactional id has no coordinator right now, or another than was thought.
    package var isCoordinatorMoving: Bool {
        switch code {
        case RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
            true
        default: false
        }
    }

    /// Whether another producer has taken the transactional id over.
    package var isFenced: Bool {
        switch code {
        case RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
            true
        default: false
        }
    }

    /// Whether the place to read from is gone and nothing says where to go on.
    package var isOffsetLost: Bool {
        code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE
    }

    /// Whether a topic or partition is gone, or was never there; the library says so only once it has looked for a while.
    package var isTopicMissing: Bool {
        switch code {
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            true
        default: false
        }
    }

    package var isTopicRefusal: Bool { code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED }
    package var isGroupRefusal: Bool { code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED }

    /// Whether a consumer could not find out where to begin in what it was assigned. The library knows it by no code.
    package var isWithoutPlace: Bool { reason.hasPrefix("Failed to fetch committed offset") }

    /// Whether the broker refused for want of a right.
    package var isAuthorization: Bool {
        switch code {
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
            RD_KAFKA_RESP_ERR__AUTHENTICATION:
            true
        default: false
        }
    }
}

/// Turns the library's error object into a thrown value and frees it; nil is success.
func check(_ error: OpaquePointer?, _ operation: String) throws(KafkaError) {
    if let error { throw KafkaError(consuming: error, operation: operation) }
}

func check(_ code: rd_kafka_resp_err_t, _ operation: String) throws(KafkaError) {
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code: code, operation: operation) }
}
