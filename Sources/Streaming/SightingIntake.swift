internal import Events
internal import Kafka
internal import MetadataDetection
internal import Pipeline

/// Sightings of things across accounts, whose campaigns become signals for everybody, proposals of incidents for people,
/// and verdicts that take the place of earlier ones.
final class SightingIntake: RecordIntake {
    private let partition: TopicPartition
    private let judge: Judge
    private let keeper: SightingKeeper?

    init(_ partition: TopicPartition, judge: Judge, keeper: SightingKeeper?) {
        self.partition = partition
        self.judge = judge
        self.keeper = keeper
    }

    func decode(_ records: borrowing ConsumerRecords, now: Timestamp) -> IntakeBatch {
        var account = IntakeAccount(partition, count: records.count)
        var found: [SightingState.Record] = []
        var bytes = 0
        records.forEach { record in
            let time = account.note(record, now: now)
            guard let value = record.value else {
                return account.reject(record, time, DecodeError(.nullValue, "a record of sightings without a value"))
            }
            do throws(SightingRefusal) {
                found.append(try SightingState.Record(value, offset: record.offset, written: time))
                bytes += value.count
            } catch {
                account.reject(record, time, DecodeError(.fieldValue, "sightings: \(error.reason)"))
            }
        }
        guard !found.isEmpty, let folded = keeper?.fold(found, nextOffset: account.nextOffset) else {
            return account.batch(byteCount: bytes, judge: nil)
        }
        let outcome = folded.outcome
        guard !outcome.campaigns.isEmpty || !outcome.superseded.isEmpty else {
            return account.batch(byteCount: bytes, changes: folded.changes, judge: nil)
        }
        return account.batch(byteCount: bytes, changes: folded.changes) { [judge, partition] in
            CampaignOutput(judge.current, of: partition).write(outcome)
        }
    }
}
