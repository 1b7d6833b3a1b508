internal import Synchronization

/// A bounded number of permits; who finds none waits its turn.
package final class Permits: Sendable {
    private struct Waiter {
        let id: UInt64
        let count: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var free: Int
        var nextID: UInt64 = 0
        var waiters: [Waiter] = []
        /// Callers that have not come to wait yet, and whether they were cancelled on the way.
        var entering: [UInt64: Bool] = [:]

        /// Gives the free permits to those who have waited longest. - Returns: whom to wake.
        mutating func serve() -> [Waiter] {
            var served: [Waiter] = []
            while let first = waiters.first, first.count <= free {
                free -= first.count
                served.append(waiters.removeFirst())
            }
            return served
        }
    }

    private let state: Mutex<State>
    private let total: Int

    package init(_ total: Int) {
        precondition(total > 0)
        self.total = total
        state = Mutex(State(free: total))
    }

    /// Permits that nobody has, and callers that wait; for tests and metrics.
    package var free: Int { state.withLock { $0.free } }
    package var waiting: Int { state.withLock { $0.waiters.count } }

    /// Runs `body` with `count` permits, or with all there are if it asks for more.
    /// - Throws: `CancellationError` if the task is cancelled while it waits; what `body` throws.
    package func withPermits<Result>(_ count: Int = 1, _ body: () async throws -> Result) async throws -> Result {
        let count = min(count, total)
        guard await acquire(count) else { throw CancellationError() }
        defer { release(count) }
        return try await body()
    }

    /// Takes `count` permits, or all there are if it asks for more, for as long as the grant lives.
    /// - Throws: `CancellationError` if the task is cancelled while it waits.
    package func grant(_ count: Int = 1) async throws(CancellationError) -> Grant {
        let count = min(count, total)
        guard await acquire(count) else { throw CancellationError() }
        return Grant(of: self, count)
    }

    /// Permits that go back when the last reference does: they can follow what they stand for to another thread.
    package final class Grant: Sendable {
        private let permits: Permits
        private let held: Mutex<Int>

        init(of permits: Permits, _ count: Int) {
            self.permits = permits
            held = Mutex(count)
        }

        deinit { release() }

        package var count: Int { held.withLock { $0 } }

        /// Gives all back now, whoever still refers to it.
        package func release() {
            let count = held.withLock { held in
                defer { held = 0 }
                return held
            }
            if count > 0 { permits.release(count) }
        }

        /// Takes more at once, ahead of those who wait, or nothing; true if `count` are held now.
        package func grow(to count: Int) -> Bool {
            held.withLock { held in
                let count = min(count, permits.total)
                guard count > held else { return true }
                guard permits.take(count - held) else { return false }
                held = count
                return true
            }
        }
    }

    private func take(_ count: Int) -> Bool {
        state.withLock { state in
            guard state.free >= count else { return false }
            state.free -= count
            return true
        }
    }

    private func acquire(_ count: Int) async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            state.entering[state.nextID] = false
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let immediate = state.withLock { state -> Bool? in
                    if state.entering.removeValue(forKey: id) == true { return false }
                    if state.waiters.isEmpty, state.free >= count {
                        state.free -= count
                        return true
                    }
                    state.waiters.append(Waiter(id: id, count: count, continuation: continuation))
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            let (cancelled, served) = state.withLock { state -> (Waiter?, [Waiter]) in
                if state.entering[id] != nil { state.entering[id] = true }
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return (nil, []) }
                // Those behind it may want less than it did.
                return (state.waiters.remove(at: index), state.serve())
            }
            cancelled?.continuation.resume(returning: false)
            for waiter in served { waiter.continuation.resume(returning: true) }
        }
    }

    private func release(_ count: Int) {
        let served = state.withLock { state in
            state.free += count
            return state.serve()
        }
        for waiter in served { waiter.continuation.resume(returning: true) }
    }
}
