internal import Events
internal import Kafka
internal import Pipeline

/// People's decisions, each of which becomes the verdict that takes the earlier one's place.
final class OutcomeIntake: RecordIntake {
    private let partition: TopicPartition
    private let reader: OutcomeReader
    private let judge: Judge

    init(_ partition: TopicPartition, limits: DecodeLimits, judge: Judge) {
        self.partition = partition
        self.judge = judge
        reader = OutcomeReader(limits: limits)
    }

    func decode(_ records: borrowing ConsumerRecords, now: Timestamp) -> IntakeBatch {
        var account = IntakeAccount(partition, count: records.count)
        var outcomes: [OutcomeRecord] = []
        var bytes = 0
        records.forEach { record in
            let time = account.note(record, now: now)
            do throws(DecodeError) {
                let outcome = try reader.read(record.value)
                let place = RecordPlace(
                    topic: partition.topic, partition: partition.partition, offset: record.offset)
                outcomes.append(OutcomeRecord(outcome, at: place, received: time))
                bytes += MemoryLayout<OutcomeRecord>.stride + (record.value?.count ?? 0)
            } catch {
                account.reject(record, time, error)
            }
        }
        guard !outcomes.isEmpty else { return account.batch(byteCount: bytes, judge: nil) }
        return account.batch(byteCount: bytes) { [judge, outcomes] in judge.judge(outcomes) }
    }
}
