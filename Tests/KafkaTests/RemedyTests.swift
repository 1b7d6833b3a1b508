internal import CRdkafka
internal import Testing

@testable internal import Kafka

/// What a transaction's owner does about each kind of error.
@Suite struct RemedyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let code: KafkaError.Code
        var isFatal = false
        var requiresAbort = false
        let remedy: TransactionRemedy

        var testDescription: String { "\(KafkaError(code: code, operation: "").name) -> \(remedy)" }
    }

    static let rows: [Row] = [
        // A fatal error wins over everything it may say besides.
        Row(code: RD_KAFKA_RESP_ERR__FENCED, isFatal: true, remedy: .rebuild),
        Row(code: RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, isFatal: true, requiresAbort: true, remedy: .rebuild),
        Row(code: RD_KAFKA_RESP_ERR__TIMED_OUT, isFatal: true, requiresAbort: true, remedy: .rebuild),
        // Outcome unknown: never asked again on the same producer.
        Row(code: RD_KAFKA_RESP_ERR__TIMED_OUT, remedy: .rebuild),
        Row(code: RD_KAFKA_RESP_ERR__STATE, remedy: .rebuild),
        Row(code: RD_KAFKA_RESP_ERR_PRODUCER_FENCED, remedy: .rebuild),
        Row(code: RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, remedy: .rebuild),
        Row(code: RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, remedy: .rebuild),
        // The library knows that the transaction is void.
        Row(code: RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, requiresAbort: true, remedy: .abort),
        Row(code: RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, requiresAbort: true, remedy: .abort),
        Row(code: RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, requiresAbort: true, remedy: .abort),
        Row(code: RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, requiresAbort: true, remedy: .abort),
        Row(code: RD_KAFKA_RESP_ERR__TIMED_OUT, requiresAbort: true, remedy: .abort),
        Row(code: RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, requiresAbort: true, remedy: .abort),
        // Rights and topics may come back: parked, not given up.
        Row(code: RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, requiresAbort: true, remedy: .abort),
        Row(code: RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, remedy: .abort),
        // The wrong call, or a broker of the wrong kind.
        Row(code: RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, requiresAbort: true, remedy: .stop),
        Row(code: RD_KAFKA_RESP_ERR__INVALID_ARG, remedy: .stop),
    ]

    @Test(arguments: rows)
    func remedyFollowsFromTheError(row: Row) {
        let error = KafkaError(
            code: row.code, operation: "commit transaction", isFatal: row.isFatal, requiresAbort: row.requiresAbort)
        #expect(error.remedy == row.remedy)
    }

    @Test func anErrorSaysWhatWasDoneAndWhatItIsCalled() {
        let error = KafkaError(code: RD_KAFKA_RESP_ERR_PRODUCER_FENCED, operation: "commit transaction")
        #expect(error.description.hasPrefix("commit transaction: "))
        #expect(error.description.hasSuffix("(PRODUCER_FENCED)"))
    }
}
