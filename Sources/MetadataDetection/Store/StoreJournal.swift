/// What a store held before batches changed it, for as long as they are not committed.
struct StoreJournal {
    /// Before one batch.
    struct Entry {
        /// nil: there was none.
        struct Record {
            let range: Range<Int>
            let age: RecordAge
        }

        fileprivate(set) var keys: [UInt64] = []
        fileprivate(set) var records: [Record?] = []
        fileprivate var bytes: [UInt8] = []

        init() {}

        /// With room for as much as another has, and something more.
        init(like other: Entry) {
            keys.reserveCapacity(other.keys.count * 5 / 4)
            records.reserveCapacity(other.keys.count * 5 / 4)
            bytes.reserveCapacity(other.bytes.count * 5 / 4)
        }

        mutating func note(_ key: UInt64, in store: borrowing KeyedStore) {
            keys.append(key)
            guard let record = store[key], let age = store.age(of: key) else { return records.append(nil) }
            let start = bytes.count
            bytes.append(contentsOf: record)
            records.append(Record(range: start..<bytes.count, age: age))
        }

        func restore(_ store: inout KeyedStore) {
            bytes.withUnsafeBytes { all in
                for (key, record) in zip(keys, records) {
                    if let record {
                        store.set(key, UnsafeRawBufferPointer(rebasing: all[record.range]), age: record.age)
                    } else {
                        store.remove(key)
                    }
                }
            }
        }
    }
}
