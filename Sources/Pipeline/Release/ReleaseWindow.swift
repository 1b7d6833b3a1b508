/// Orders one partition's batches: whatever finishes first, results leave in the order of intake.
///
/// A pure value; its owner does the locking and the work. A ticket that is finished after `abandon` is late, which
/// a lost partition or an aborted transaction makes normal: it is dropped.
package struct ReleaseWindow<Result: Sendable>: Sendable {
    private var slots: [Result?]
    private var head = 0
    private var tail = 0

    package init(capacity: Int) {
        precondition(capacity > 0)
        slots = Array(repeating: nil, count: capacity)
    }

    /// Batches admitted and not released.
    package var inFlight: Int { tail - head }

    package var hasRoom: Bool { inFlight < slots.count }

    /// A place in the order; nil while the window is full.
    package mutating func admit() -> Int? {
        guard hasRoom else { return nil }
        defer { tail += 1 }
        return tail
    }

    /// Takes a result in and gives out all that can leave now, in order.
    package mutating func finish(_ ticket: Int, with result: Result) -> [Result] {
        guard ticket >= head else { return [] }
        precondition(ticket < tail, "a ticket that was never given out")
        slots[ticket % slots.count] = result
        var released: [Result] = []
        while head < tail, let next = slots[head % slots.count].take() {
            released.append(next)
            head += 1
        }
        return released
    }

    /// Forgets everything in flight. - Returns: the results that were here already and will now never be released.
    @discardableResult
    package mutating func abandon() -> [Result] {
        head = tail
        defer { for index in slots.indices { slots[index] = nil } }
        return slots.compactMap(\.self)
    }
}
