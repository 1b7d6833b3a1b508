internal import Events
internal import Kafka
internal import MetadataDetection

/// What restoring a partition's state begins with: nothing, a snapshot, or what was followed of the changelog while
/// others had the partition.
///
/// `@unchecked Sendable`: who has one hands it on and keeps none. While it is read into, it is the reader's alone.
final class StateStart<State>: @unchecked Sendable {
    let restore: StateRestore<State>
    let source: StateSource
    /// Of the changelog's first record that must be taken in.
    var offset: Int64
    /// All that had been committed before `offset` by then is in it.
    var asOf: Timestamp
    /// Of the last clock's record that was taken in.
    var clockOffset: Int64?
    /// Of the last clock.
    private var lineage: UInt64 = 0
    /// Where its changelog is; nil: not known, or it was read a moment ago.
    let cluster: String?

    init(
        _ restore: StateRestore<State>, _ source: StateSource, from offset: Int64 = 0, asOf: Timestamp,
        cluster: String? = nil
    ) {
        self.cluster = cluster
        self.restore = restore
        self.source = source
        self.offset = offset
        self.asOf = asOf
    }

    /// - Throws: `BrokenState`.
    func take(
        _ partition: TopicPartition, offset: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(BrokenState) {
        let key = key ?? UnsafeRawBufferPointer(start: nil, count: 0)
        do throws(StateRefusal) {
            try restore.take(key: key, value: value)
        } catch {
            throw BrokenState(reason: "\(partition) at offset \(offset): \(error.reason)")
        }
        guard StateClock.has(key: key) else { return }
        clockOffset = offset
        let other = restore.clock?.lineage ?? 0
        if lineage != 0, other != 0, other != lineage {
            throw BrokenState(reason: "\(partition) at offset \(offset): it is another changelog from here on")
        }
        lineage = other
    }
}
