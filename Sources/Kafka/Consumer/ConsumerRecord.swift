internal import CRdkafka
internal import Glibc

/// One record as the library holds it. The pointers live as long as the batch it came in.
package struct ConsumerRecord {
    let message: UnsafeMutablePointer<rd_kafka_message_t>

    package var offset: Int64 { message.pointee.offset }

    /// nil for a null, which differs from an empty one.
    package var key: UnsafeRawBufferPointer? { bytes(message.pointee.key, message.pointee.key_len) }
    package var value: UnsafeRawBufferPointer? { bytes(message.pointee.payload, message.pointee.len) }

    /// Milliseconds since the epoch, by the producer's or the broker's clock; nil if the record carries none.
    package var timestampMilliseconds: Int64? {
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let milliseconds = rd_kafka_message_timestamp(message, &type)
        return type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || milliseconds < 0 ? nil : milliseconds
    }

    /// Calls `body` with each header's name and value until it returns false.
    package func forEachHeader(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Bool) {
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        var index = 0
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(headers, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            guard let name else { return }
            let bytes = UnsafeRawBufferPointer(UnsafeBufferPointer(start: name, count: strlen(name)))
            guard body(bytes, value.map { UnsafeRawBufferPointer(start: $0, count: size) }) else { return }
            index += 1
        }
    }

    private func bytes(_ start: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeRawBufferPointer? {
        start.map { UnsafeRawBufferPointer(start: $0, count: count) }
    }
}

/// Records taken from a partition's queue in one go; frees them when it takes the next ones, or ends.
package struct ConsumerRecords: ~Copyable {
    private let messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    private let capacity: Int
    package private(set) var count = 0
    /// What the library reported in place of a record, such as an offset that the broker no longer has.
    package private(set) var error: KafkaError?

    package init(capacity: Int) {
        self.capacity = capacity
        messages = .allocate(capacity: capacity)
        messages.initialize(repeating: nil, count: capacity)
    }

    deinit {
        for index in 0..<count { rd_kafka_message_destroy(messages[index]) }
        messages.deallocate()
    }

    package mutating func removeAll() {
        for index in 0..<count { rd_kafka_message_destroy(messages[index]) }
        count = 0
        error = nil
    }

    /// Of the first record; nil if there is none.
    package var firstOffset: Int64? { count > 0 ? messages[0]?.pointee.offset : nil }

    package func forEach(_ body: (ConsumerRecord) -> Void) {
        for index in 0..<count {
            if let message = messages[index] { body(ConsumerRecord(message: message)) }
        }
    }

    /// Replaces the records by what waits in the queue now, at most `limit`; never blocks.
    mutating func take(from queue: OpaquePointer, limit: Int) {
        removeAll()
        let taken = rd_kafka_consume_batch_queue(queue, 0, messages, min(limit, capacity))
        for index in 0..<max(0, taken) {
            guard let message = messages[index] else { continue }
            if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                messages[count] = message
                count += 1
            } else {
                let reason = rd_kafka_message_errstr(message).map { String(cString: $0) }
                error = KafkaError(code: message.pointee.err, operation: "fetch", reason: reason)
                rd_kafka_message_destroy(message)
            }
        }
    }
}
