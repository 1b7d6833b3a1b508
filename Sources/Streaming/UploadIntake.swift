internal import Events
internal import Kafka
internal import MetadataDetection
internal import Pipeline

extension ConsumerRecord: HeaderSource {
    package func forEach(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Bool) { forEachHeader(body) }
}

/// Upload events, to be judged by the pipeline.
final class UploadIntake: RecordIntake {
    private let partition: TopicPartition
    private let decoder: EventDecoder
    private let judge: Judge
    private let keeper: AccountKeeper?
    private let sightings: SightingWriter?
    private var builder = EventBatch.Builder()

    init(
        _ partition: TopicPartition, limits: DecodeLimits, shape: EventShape, judge: Judge,
        keeper: AccountKeeper? = nil, sightings: SightingWriter? = nil
    ) {
        self.keeper = keeper
        self.sightings = sightings
        self.partition = partition
        self.judge = judge
        decoder = EventDecoder(limits: limits, shape: shape)
    }

    func decode(_ records: borrowing ConsumerRecords, now: Timestamp) -> IntakeBatch {
        var account = IntakeAccount(partition, count: records.count)
        records.forEach { record in
            let time = account.note(record, now: now)
            let view = RecordView(value: record.value, offset: record.offset, timestamp: time)
            if let error = decoder.decode(view, headers: record, into: &builder) {
                account.reject(record, time, error)
            }
        }
        let bytes = builder.byteCount + records.count * MemoryLayout<UploadEvent>.stride
        let events = builder.finish(topic: partition.topic, partition: partition.partition)
        guard events.count > 0 else { return account.batch(byteCount: bytes, judge: nil) }
        guard let keeper else { return account.batch(byteCount: bytes, judge: judging(events)) }
        let (known, changes) = keeper.fold(events, nextOffset: account.nextOffset)
        return account.batch(byteCount: bytes, changes: changes, judge: judging(known))
    }

    private func judging(_ events: EventBatch) -> @Sendable () async -> JudgedBatch {
        guard let sightings else { return { [judge] in await judge.judge(events) } }
        return { [judge] in
            await judge.judge(events) { media, decisions in
                sightings.records(of: events, media) { decisions[$0].action != .allow }
                    .map { .init(.sightings, key: $0.key, value: $0.value) }
            }
        }
    }
}
