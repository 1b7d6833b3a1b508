import Configuration
import Events
import TestSupport
import Testing

@testable import MetadataDetection

/// A snapshot of what is known of things, written while sightings come, and what the changelog has from its place on,
/// make what the whole changelog makes.
@Suite struct SightingSnapshotTests {
    private static let key = Array("key".utf8)

    private struct Partition {
        let stream: SightingStream
        let state = SightingState(SightingStateTests.tight(), key: SightingSnapshotTests.key)
        private(set) var log: [(offset: Int64, key: [UInt8], value: [UInt8]?)] = []
        private(set) var next = 0
        var random: SplitMix64

        init(seed: UInt64) throws {
            stream = try SightingStream(count: 1_500, seed: seed)
            state.lineage = 7
            random = SplitMix64(seed: seed)
        }

        var isDone: Bool { next == stream.records.count }

        /// A transaction, which is committed or taken back.
        mutating func work() {
            let last = min(stream.records.count, next + Int.random(in: 1...20, using: &random))
            guard next < last else { return }
            let end = stream.records[last - 1].offset + 1
            let changes = state.fold(Array(stream.records[next..<last]), nextOffset: end).changes
            guard Int.random(in: 0..<5, using: &random) > 0 else {
                return state.rollBack(to: stream.records[next].offset)
            }
            for record in changes.records {
                log.append(
                    (
                        Int64(log.count), Array(changes.bytes[record.key]),
                        record.value.map { Array(changes.bytes[$0]) }
                    ))
            }
            state.committed(before: end)
            next = last
        }

        /// The last clock that stands in the log.
        var place: (offset: Int64, clock: StateClock)? {
            guard let last = log.last(where: { $0.key.first == 0x63 }), let value = last.value else { return nil }
            return value.withUnsafeBytes { value in (try? StateClock(value)).map { (last.offset, $0) } }
        }
    }

    private func restored(_ partition: Partition, _ snapshot: StateSnapshot.Reader? = nil) throws -> SightingState {
        let restore = StateRestore(SightingStateTests.tight(), key: SightingSnapshotTests.key)
        if let snapshot { try restore.take(snapshot) }
        for record in partition.log where record.offset >= snapshot?.facts.offset ?? 0 {
            try record.key.withUnsafeBytes { key in
                guard let value = record.value else { return try restore.take(key: key, value: nil) }
                try value.withUnsafeBytes { try restore.take(key: key, value: $0) }
            }
        }
        return try restore.finish()
    }

    @Test(arguments: UInt64(1)...3)
    func snapshotAndRestAreTheWhole(_ seed: UInt64) throws {
        try withFolder { folder in
            var partition = try Partition(seed: seed)
            var snapshots: [StateSnapshot.Reader] = []
            while !partition.isDone {
                partition.work()
                guard let place = partition.place, Int.random(in: 0..<8, using: &partition.random) == 0 else {
                    continue
                }
                #expect(partition.state.beginCut(beyond: place.clock))
                let path = "\(folder)/\(snapshots.count)"
                let facts = StateSnapshot.Facts(
                    topic: "things", partition: 3, cluster: "c", asOf: Timestamp(milliseconds: 5), offset: place.offset,
                    key: SightingSnapshotTests.key)
                do {
                    _ = try StateSnapshot.write(to: path, facts, shouldStop: { false }) { body in
                        if Int.random(in: 0..<3, using: &partition.random) == 0 { partition.work() }
                        body(partition.state)
                    }
                    snapshots.append(try #require(try StateSnapshot.Reader.open(path)))
                } catch is FileError {
                    // Something was taken back meanwhile.
                }
                partition.state.endCut()
            }
            #expect(snapshots.count > 3)
            for snapshot in snapshots {
                let state = try restored(partition, snapshot)
                #expect(
                    state.fingerprint == partition.state.fingerprint && state.nextOffset == partition.state.nextOffset)
                #expect(state.campaigns == partition.state.campaigns)
            }
            #expect(try restored(partition).fingerprint == partition.state.fingerprint)
        }
    }
}
