internal import MetadataDetection

/// What the batches of one transaction changed in one partition's state: of each key the last.
struct NettedChanges: Sendable {
    private struct Key: Hashable {
        let kind: UInt8
        let number: UInt64
    }

    private var batches: [StateChanges] = []
    /// Where the last record of each key is: the batch, and the place in it.
    private var last: [Key: (batch: Int, record: Int)] = [:]

    /// - Parameter changes: later than all before.
    mutating func add(_ changes: StateChanges) {
        for (place, record) in changes.records.enumerated() {
            last[NettedChanges.key(of: record, in: changes)] = (batches.count, place)
        }
        batches.append(changes)
    }

    /// In the order in which they were made.
    func forEach<Failure: Error>(
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) throws(Failure) -> Void
    ) throws(Failure) {
        for (number, changes) in batches.enumerated() {
            try changes.bytes.withUnsafeBufferPointer { (all) throws(Failure) in
                let bytes = UnsafeRawBufferPointer(all)
                for (place, record) in changes.records.enumerated() {
                    guard let last = last[NettedChanges.key(of: record, in: changes)], last == (number, place) else {
                        continue
                    }
                    try body(
                        UnsafeRawBufferPointer(rebasing: bytes[record.key]),
                        record.value.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) })
                }
            }
        }
    }

    private static func key(of record: StateChanges.Record, in changes: StateChanges) -> Key {
        // Nine bytes each (`StateChanges`).
        let bytes = changes.bytes[record.key]
        return Key(kind: bytes[bytes.startIndex], number: bytes.dropFirst().reduce(0) { $0 << 8 | UInt64($1) })
    }
}
