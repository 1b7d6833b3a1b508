internal import Concurrency
internal import Synchronization

/// What stands between a lane's partitions and its transactions: released results that wait to be sent, and the
/// account of everything in flight that keeps intake in bounds.
final class LaneFlow: Sendable {
    private struct State {
        var released: [ReleasedBatch] = []
        var records = 0
        var bytes = 0
        var epoch = 0
    }

    private let state = Mutex(State())
    private let mostRecords: Int
    private let mostBytes: Int
    /// Of the lane: signalled when something is released.
    let wakeup: Wakeup

    init(mostRecords: Int, mostBytes: Int, wakeup: Wakeup) {
        self.mostRecords = mostRecords
        self.mostBytes = mostBytes
        self.wakeup = wakeup
    }

    /// A number that no session of this lane has had before.
    func newEpoch() -> Int {
        state.withLock { state in
            state.epoch += 1
            return state.epoch
        }
    }

    /// Whether more may be taken in. A hint: partitions that ask at once may each overshoot by a batch.
    var hasRoom: Bool { state.withLock { $0.records < mostRecords && $0.bytes < mostBytes } }

    /// Records taken in and not committed yet.
    var inFlight: Int { state.withLock { $0.records } }

    func tookIn(records: Int, bytes: Int) {
        state.withLock { state in
            state.records += records
            state.bytes += bytes
        }
    }

    /// Committed, or void.
    func letGo(records: Int, bytes: Int) {
        state.withLock { state in
            state.records -= records
            state.bytes -= bytes
        }
    }

    /// The caller signals the wakeup, once it holds no lock.
    func release(_ batches: [ReleasedBatch]) {
        state.withLock { $0.released.append(contentsOf: batches) }
    }

    /// All that was released, in each partition's order.
    func takeReleased() -> [ReleasedBatch] {
        state.withLock { state in
            defer { state.released = [] }
            return state.released
        }
    }
}
