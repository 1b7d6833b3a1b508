internal import Events

extension AccountState: RestorableState {
    var isEmpty: Bool { accounts == 0 }

    func put(_ key: UInt64, _ record: UnsafeRawBufferPointer) throws(StateRefusal) {
        guard let account = AccountRecord(record) else {
            throw StateRefusal(unreadable: "an account's record", record, form: AccountRecord.version)
        }
        content.store.set(key, record, age: account.last.age)
    }

    func remove(_ key: UInt64) { content.store.remove(key) }

    func resume(_ place: RestoredPlace) {
        content.clock = place.clock
        nextOffset = place.nextOffset
        lineage = place.lineage
        blocks = place.blocks
        content.known.restore(place.known, from: place.firstKnown)
    }
}
