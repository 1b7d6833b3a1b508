internal import Events
internal import Kafka

extension ConsumerRecord: HeaderSource {
    package func forEach(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Bool) { forEachHeader(body) }
}

/// Records of one partition, decoded: the events, and the records that are none.
struct IntakeBatch: Sendable {
    let events: EventBatch
    let deadLetters: [DeadLetter]
    let received: [Timestamp]
    let firstOffset: Int64
    let nextOffset: Int64
    let byteCount: Int
}

/// Decodes what was taken from a partition. One for each session, since it keeps buffers.
final class RecordIntake {
    private let partition: TopicPartition
    private let decoder: EventDecoder
    private var builder = EventBatch.Builder()

    init(_ partition: TopicPartition, limits: DecodeLimits, shape: EventShape) {
        self.partition = partition
        decoder = EventDecoder(limits: limits, shape: shape)
    }

    /// - Parameter records: at least one.
    func decode(_ records: borrowing ConsumerRecords, now: Timestamp) -> IntakeBatch {
        var deadLetters: [DeadLetter] = []
        var received: [Timestamp] = []
        received.reserveCapacity(records.count)
        var offsets: (first: Int64, last: Int64)?
        var bytes = 0
        records.forEach { record in
            let time = record.timestampMilliseconds.map { Timestamp(milliseconds: $0) } ?? now
            let view = RecordView(value: record.value, offset: record.offset, timestamp: time)
            if let error = decoder.decode(view, headers: record, into: &builder) {
                let letter = deadLetter(record, time, error)
                bytes += (letter.value?.count ?? 0) + (letter.key?.count ?? 0)
                deadLetters.append(letter)
            }
            received.append(time)
            offsets = (offsets?.first ?? record.offset, record.offset)
        }
        bytes += builder.byteCount + records.count * MemoryLayout<UploadEvent>.stride
        return IntakeBatch(
            events: builder.finish(topic: partition.topic, partition: partition.partition), deadLetters: deadLetters,
            received: received, firstOffset: offsets?.first ?? 0, nextOffset: (offsets?.last ?? -1) + 1,
            byteCount: bytes)
    }

    private func deadLetter(_ record: ConsumerRecord, _ time: Timestamp, _ error: DecodeError) -> DeadLetter {
        var headers: [DeadLetter.Header] = []
        record.forEachHeader { name, value in
            headers.append(DeadLetter.Header(name: Array(name), value: value.map(Array.init)))
            return true
        }
        return DeadLetter(
            key: record.key.map(Array.init), value: record.value.map(Array.init), headers: headers, error: error,
            stage: "decode", topic: partition.topic, partition: partition.partition, offset: record.offset,
            timestamp: time)
    }
}
