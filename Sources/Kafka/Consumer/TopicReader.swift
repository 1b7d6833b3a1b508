internal import CRdkafka
internal import Concurrency

/// Reads topics from a given place without being a member of any group: for tools. Sees committed records only.
package actor TopicReader {
    package enum Start: Sendable { case beginning, end }

    package struct Record: Sendable {
        package let partition: TopicPartition
        package let offset: Int64
        package let timestampMilliseconds: Int64?
        package let key: [UInt8]?
        package let value: [UInt8]?
        package let headers: [(name: String, value: [UInt8]?)]
    }

    private nonisolated let executor = BlockingExecutor(name: "topic-reader")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let client: Client
    private var places: Set<TopicPartition>
    /// Partitions that had nothing more when they were last asked.
    package private(set) var ended: Set<TopicPartition> = []
    /// Partitions that had nothing more at some time.
    private var everEnded: Set<TopicPartition> = []
    /// Up to where each has been read.
    private var reached: [TopicPartition: Int64] = [:]

    /// - Parameter partitions: how many partitions each topic has.
    package init(
        bootstrap: String, properties: ClientProperties, partitions: [String: Int], from start: Start
    ) throws(KafkaError) {
        let offset = Int64(start == .beginning ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END)
        var places: [TopicPartition: Int64] = [:]
        for (topic, count) in partitions {
            for partition in 0..<count { places[TopicPartition(topic, Int32(partition))] = offset }
        }
        try self.init(bootstrap: bootstrap, properties: properties, from: places)
    }

    /// - Parameter places: the first offset to read of each partition; one that is not there any more means the next
    ///   that is.
    package init(
        bootstrap: String, properties: ClientProperties, from places: [TopicPartition: Int64]
    ) throws(KafkaError) {
        var all = properties
        all["bootstrap.servers"] = bootstrap
        // The library wants a group even of those who join none.
        all["group.id"] = "weir-topic-reader"
        all["enable.auto.commit"] = "false"
        all["enable.auto.offset.store"] = "false"
        all["isolation.level"] = "read_committed"
        all["statistics.interval.ms"] = "0"
        all["enable.partition.eof"] = "true"
        all["auto.offset.reset"] = all["auto.offset.reset"] ?? "earliest"
        client = try Client(.consumer, all, events: 0, wakeup: nil)
        self.places = Set(places.keys)
        let list = PartitionList(places)
        let code = rd_kafka_assign(client.handle, list.pointer)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            client.destroy()
            throw KafkaError(code: code, operation: "assign partitions")
        }
    }

    /// In place of an offset: so many before the end of what is committed, or the beginning if there are not as many.
    package static func beforeEnd(_ count: Int64) -> Int64 { Int64(RD_KAFKA_OFFSET_TAIL_BASE) - count }

    /// Reads other partitions from now on, or the same from elsewhere.
    package func assign(_ places: [TopicPartition: Int64]) throws(KafkaError) {
        let list = PartitionList(places)
        let code = rd_kafka_assign(client.handle, list.pointer)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code: code, operation: "assign partitions") }
        self.places = Set(places.keys)
        (ended, everEnded, reached) = ([], [], [:])
    }

    /// Gives up to `limit` records as they lie there, waiting at most `timeout` for the first: for many. Logs and passing
    /// errors are skipped.
    ///
    /// - Parameter body: on this actor's thread.
    /// - Returns: how many there were.
    package func take<Failure: Error>(
        _ limit: Int, timeout: Duration, _ body: @Sendable (Int32, ConsumerRecord) throws(Failure) -> Void
    ) throws -> Int {
        var count = 0
        let deadline = ContinuousClock.now + timeout
        // The place of the last record; looked up when another partition's comes.
        var last: (topic: OpaquePointer?, place: TopicPartition, next: Int64)?
        defer { if let last { reached[last.place] = max(reached[last.place] ?? 0, last.next) } }
        while count < limit {
            let wait = count == 0 ? max(.zero, deadline - .now) : .zero
            guard let message = rd_kafka_consumer_poll(client.handle, min(wait, .milliseconds(200)).milliseconds) else {
                if count == 0, ContinuousClock.now < deadline, !Task.isCancelled { continue }
                break
            }
            defer { rd_kafka_message_destroy(message) }
            guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                if let last { reached[last.place] = max(reached[last.place] ?? 0, last.next) }
                last = nil
                try note(message)
                if isAtEnd { break }
                continue
            }
            if last == nil || last?.topic != message.pointee.rkt || last?.place.partition != message.pointee.partition {
                if let last { reached[last.place] = max(reached[last.place] ?? 0, last.next) }
                let place = TopicPartition(message)
                ended.remove(place)
                last = (message.pointee.rkt, place, 0)
            }
            last?.next = message.pointee.offset + 1
            count += 1
            try body(message.pointee.partition, ConsumerRecord(message: message))
        }
        return count
    }

    /// What the library reports in place of a record.
    private func note(_ message: UnsafeMutablePointer<rd_kafka_message_t>) throws(KafkaError) {
        let code = message.pointee.err
        if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
            let partition = TopicPartition(message)
            ended.insert(partition)
            everEnded.insert(partition)
            reached[partition] = max(reached[partition] ?? 0, message.pointee.offset)
            return
        }
        let error = KafkaError(code: code, operation: "read")
        // The library looks for the coordinator of a group that is never joined, and that needs no right.
        if error.isUnreachable || code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED { return }
        throw error
    }

    /// Up to `limit` records, waiting at most `timeout` for the first. Logs and passing errors are skipped.
    package func read(_ limit: Int, timeout: Duration) throws(KafkaError) -> [Record] {
        var records: [Record] = []
        let deadline = ContinuousClock.now + timeout
        while records.count < limit {
            let wait = records.isEmpty ? max(.zero, deadline - .now) : .zero
            guard let message = rd_kafka_consumer_poll(client.handle, min(wait, .milliseconds(200)).milliseconds) else {
                if records.isEmpty, ContinuousClock.now < deadline, !Task.isCancelled { continue }
                break
            }
            defer { rd_kafka_message_destroy(message) }
            guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                try note(message)
                if isAtEnd { break }
                continue
            }
            let record = Record(ConsumerRecord(message: message))
            ended.remove(record.partition)
            reached[record.partition] = max(reached[record.partition] ?? 0, record.offset + 1)
            records.append(record)
        }
        return records
    }

    /// Whether all has been read of one partition that was committed at some time since it was assigned.
    package func hasReachedEnd(of partition: TopicPartition) -> Bool { everEnded.contains(partition) }

    /// Whether all that is committed has been read, of every partition.
    package var isAtEnd: Bool { ended == places }

    /// Whether all has been read that was committed when reading began, and perhaps more.
    package var hasReachedEnd: Bool { everEnded == places }

    /// Whether all before these offsets has been read. Nothing stands between a committed record and the end of what is
    /// committed but other members' transactions: reading goes on once those have ended.
    package func hasPassed(_ ends: [TopicPartition: Int64]) -> Bool {
        ends.allSatisfy { partition, end in end == 0 || (reached[partition] ?? 0) >= end }
    }

    /// Of each partition the first offset there is, and the one after the last that is committed.
    ///
    /// - Parameter timeout: for all of them.
    package func watermarks(
        timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: (low: Int64, high: Int64)] {
        let deadline = ContinuousClock.now + timeout
        var found: [TopicPartition: (low: Int64, high: Int64)] = [:]
        for place in places.sorted() {
            var (low, high): (Int64, Int64) = (0, 0)
            let left = max(.milliseconds(1), deadline - .now)
            try check(
                rd_kafka_query_watermark_offsets(
                    client.handle, place.topic, place.partition, &low, &high, left.milliseconds),
                "query watermarks of \(place)")
            found[place] = (low, high)
        }
        return found
    }

    package func close() {
        rd_kafka_consumer_close(client.handle)
        client.destroy()
    }
}

extension TopicPartition {
    fileprivate init(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        self.init(
            message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? "", message.pointee.partition)
    }
}

extension TopicReader.Record {
    init(_ record: ConsumerRecord) {
        var headers: [(name: String, value: [UInt8]?)] = []
        record.forEachHeader { name, value in
            headers.append((String(decoding: name, as: UTF8.self), value.map(Array.init)))
            return true
        }
        self.init(
            partition: TopicPartition(record.message),
            offset: record.offset, timestampMilliseconds: record.timestampMilliseconds,
            key: record.key.map(Array.init), value: record.value.map(Array.init), headers: headers)
    }
}
