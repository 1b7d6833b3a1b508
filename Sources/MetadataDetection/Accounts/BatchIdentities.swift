internal import Events

/// What the events of a batch are known by, as hashes by the deployment's key, and what their sources are allowed.
struct BatchIdentities: ~Copyable {
    private var memory = UnsafeMutablePointer<UInt64>.allocate(capacity: 768)
    private var capacity = 256
    private var count = 0
    /// Has no meaning; see `KeyedStore.touch`.
    var touched: UInt64 = 0

    deinit { memory.deallocate() }

    mutating func removeAll(andMakeRoomFor wanted: Int) {
        count = 0
        guard wanted > capacity else { return }
        memory.deallocate()
        memory = .allocate(capacity: 3 * wanted)
        capacity = wanted
    }

    mutating func append(event: UInt64, account: UInt64, lateness: Int64) {
        precondition(count < capacity, "room was made")
        (memory + count).initialize(to: event)
        (memory + capacity + count).initialize(to: account)
        (memory + 2 * capacity + count).initialize(to: UInt64(bitPattern: lateness))
        count += 1
    }

    /// Of source, id and account, by event.
    var events: UnsafeBufferPointer<UInt64> { UnsafeBufferPointer(start: memory, count: count) }
    /// Of the account, by event; never 0.
    var accounts: UnsafeBufferPointer<UInt64> { UnsafeBufferPointer(start: memory + capacity, count: count) }
    /// Seconds by which an event may be later than the newest.
    func lateness(_ event: Int) -> Int64 { Int64(bitPattern: memory[2 * capacity + event]) }
}

extension UnsafeRawBufferPointer {
    /// A field of a batch whose bytes these are.
    @inline(__always)
    subscript(field: ByteRange) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self[field.range]) }
}
