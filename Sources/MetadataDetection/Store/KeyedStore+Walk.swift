/// A walk over a store's records, a few at a time, while others change: each record that is there all the while is come
/// by at least once.
struct StoreWalk {
    /// Slots before it have been come by; 0 before the first, and where nobody walks.
    var next = 0
    /// Keys that moved to before it, when a removal closed its gap.
    var missed: [KeyedStore.Key] = []
    /// The store has grown meanwhile, and everything stands elsewhere.
    var isBroken = false
}

extension KeyedStore {
    /// - Parameters:
    ///   - count: of slots, a quarter of which at least are free.
    ///   - body: a record's bytes.
    /// - Returns: whether there is more to come by.
    mutating func goOn(_ count: Int, _ body: (Key, UnsafeRawBufferPointer) -> Void) -> Bool {
        if let next = forEach(from: walk.next, count: count, body) {
            walk.next = next
            return true
        }
        // From here on nothing can be missed, and nothing can be moved to before it.
        let missed = walk.missed
        let isBroken = walk.isBroken
        walk = StoreWalk()
        walk.isBroken = isBroken
        for key in missed {
            if let record = self[key] { body(key, record) }
        }
        return false
    }
}
