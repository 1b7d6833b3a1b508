internal import CRdkafka

/// Hands records to a producer's queue. Lives for the duration of one `produce`, on the producer's thread.
package struct RecordSink {
    package typealias Header = (name: StaticString, value: StaticString)

    let client: Client
    let topics: TopicHandles
    /// How long a full queue is waited for.
    let patience: Duration
    /// Takes what the library reports of records that were delivered: those count against the queue until then.
    var takeReports: (() throws(KafkaError) -> Void)?

    /// A topic to send to; look it up once, not for each record.
    package struct Topic {
        let handle: OpaquePointer
        package let name: String
    }

    package func topic(_ name: String) throws(KafkaError) -> Topic {
        Topic(handle: try topics.handle(name), name: name)
    }

    /// Copies the record into the queue. The partition follows from the key, as Java's clients do it (murmur2).
    ///
    /// - Parameter partition: in place of the key's.
    package func send(
        to topic: Topic, partition: Int32? = nil, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(KafkaError) {
        try attempt(topic) {
            let result = rd_kafka_produce(
                topic.handle, partition ?? RD_KAFKA_PARTITION_UA, Int32(RD_KAFKA_MSG_F_COPY),
                UnsafeMutableRawPointer(mutating: value?.baseAddress), value?.count ?? 0, key?.baseAddress,
                key?.count ?? 0, nil)
            return result == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error()
        }
    }

    /// The same with one header.
    ///
    /// The list is made here, not by the library: that one frees it twice if the topic is gone or may not be written to
    /// any more (librdkafka #4627).
    package func send(
        to topic: Topic, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, header: Header
    ) throws(KafkaError) {
        try attempt(topic) {
            guard let list = rd_kafka_headers_new(1) else { return RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE }
            let name = UnsafeRawPointer(header.name.utf8Start).assumingMemoryBound(to: CChar.self)
            rd_kafka_header_add(
                list, name, header.name.utf8CodeUnitCount, header.value.utf8Start, header.value.utf8CodeUnitCount)
            let code = withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 5) { arguments in
                arguments[0] = Self.topicArgument(topic)
                arguments[1] = Self.flags
                arguments[2] = Self.memory(RD_KAFKA_VTYPE_VALUE, value)
                arguments[3] = Self.memory(RD_KAFKA_VTYPE_KEY, key)
                arguments[4] = Self.headersArgument(list)
                return produce(arguments)
            }
            // On success the library owns the list.
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { rd_kafka_headers_destroy(list) }
            return code
        }
    }

    /// The same with any headers; `partition` nil lets the key decide.
    package func send(
        to topic: Topic, partition: Int32? = nil, key: [UInt8]?, value: [UInt8]?,
        headers: [(name: [UInt8], value: [UInt8]?)]
    ) throws(KafkaError) {
        try attempt(topic) {
            guard let list = rd_kafka_headers_new(headers.count) else { return RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE }
            for header in headers {
                header.name.withUnsafeBytes { name in
                    let start = name.baseAddress?.assumingMemoryBound(to: CChar.self)
                    if let value = header.value {
                        // An empty value is a value: an empty array may have no address, a null must not be sent.
                        value.withUnsafeBytes { bytes in
                            withUnsafeBytes(of: 0 as UInt8) { empty in
                                _ = rd_kafka_header_add(
                                    list, start, name.count, bytes.baseAddress ?? empty.baseAddress, bytes.count)
                            }
                        }
                    } else {
                        rd_kafka_header_add(list, start, name.count, nil, 0)
                    }
                }
            }
            let code = withBytes(key) { key in
                withBytes(value) { value in
                    withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: partition == nil ? 5 : 6) {
                        arguments in
                        arguments[0] = Self.topicArgument(topic)
                        arguments[1] = Self.flags
                        arguments[2] = Self.memory(RD_KAFKA_VTYPE_VALUE, value)
                        arguments[3] = Self.memory(RD_KAFKA_VTYPE_KEY, key)
                        arguments[4] = Self.headersArgument(list)
                        if let partition {
                            var argument = rd_kafka_vu_t()
                            argument.vtype = RD_KAFKA_VTYPE_PARTITION
                            argument.u.i32 = partition
                            arguments[5] = argument
                        }
                        return produce(arguments)
                    }
                }
            }
            // On success the library owns the list.
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { rd_kafka_headers_destroy(list) }
            return code
        }
    }

    private func withBytes<Result>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
        guard let bytes else { return body(nil) }
        return bytes.withUnsafeBytes { filled in
            // Empty is not null: give it an address.
            withUnsafeBytes(of: 0 as UInt8) { empty in
                body(filled.isEmpty ? UnsafeRawBufferPointer(rebasing: empty[0..<0]) : filled)
            }
        }
    }

    /// Tries again while the queue is full, until patience ends.
    private func attempt(_ topic: Topic, _ produce: () -> rd_kafka_resp_err_t) throws(KafkaError) {
        var code = produce()
        guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL else {
            return try check(code, "produce to \(topic.name)")
        }
        let deadline = ContinuousClock.now + patience
        while code == RD_KAFKA_RESP_ERR__QUEUE_FULL, ContinuousClock.now < deadline {
            rd_kafka_flush(client.handle, 20)
            try takeReports?()
            code = produce()
        }
        try check(code, "produce to \(topic.name)")
    }

    private func produce(_ arguments: UnsafeMutableBufferPointer<rd_kafka_vu_t>) -> rd_kafka_resp_err_t {
        guard let error = rd_kafka_produceva(client.handle, arguments.baseAddress, arguments.count) else {
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
        defer { rd_kafka_error_destroy(error) }
        return rd_kafka_error_code(error)
    }

    private static func topicArgument(_ topic: Topic) -> rd_kafka_vu_t {
        var argument = rd_kafka_vu_t()
        argument.vtype = RD_KAFKA_VTYPE_RKT
        argument.u.rkt = topic.handle
        return argument
    }

    private static func headersArgument(_ list: OpaquePointer) -> rd_kafka_vu_t {
        var argument = rd_kafka_vu_t()
        argument.vtype = RD_KAFKA_VTYPE_HEADERS
        argument.u.headers = list
        return argument
    }

    private static var flags: rd_kafka_vu_t {
        var argument = rd_kafka_vu_t()
        argument.vtype = RD_KAFKA_VTYPE_MSGFLAGS
        argument.u.i = Int32(RD_KAFKA_MSG_F_COPY)
        return argument
    }

    private static func memory(_ type: rd_kafka_vtype_t, _ bytes: UnsafeRawBufferPointer?) -> rd_kafka_vu_t {
        var argument = rd_kafka_vu_t()
        argument.vtype = type
        argument.u.mem.ptr = UnsafeMutableRawPointer(mutating: bytes?.baseAddress)
        argument.u.mem.size = bytes?.count ?? 0
        return argument
    }
}
