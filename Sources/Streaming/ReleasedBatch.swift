internal import Events
internal import Kafka
internal import MetadataDetection
internal import Pipeline

/// What one batch of a partition came to: ready to be sent, after all that came before it.
struct ReleasedBatch: Sendable {
    let partition: TopicPartition
    /// The session's epoch when the batch was taken in; results of an older one are void.
    let epoch: Int
    let judged: JudgedBatch?
    let deadLetters: [DeadLetter]
    /// For the changelog of the partition's state.
    var changes: StateChanges?
    /// When the records were written, for the end-to-end time; nanoseconds since the epoch.
    let received: [Timestamp]
    let firstOffset: Int64
    /// The record to go on with.
    let nextOffset: Int64
    /// Bytes that this holds in memory.
    let byteCount: Int

    var recordCount: Int { received.count }
    /// Of the input. One that was truncated or made anew may begin again within a batch.
    var records: Range<Int64> { min(firstOffset, nextOffset)..<max(firstOffset, nextOffset) }
}
