internal import Glibc
internal import Synchronization

/// What is to go wrong where, and how often it did.
package final class FailpointPlan: Sendable {
    /// One entry of the environment variable.
    package struct Entry: Equatable, Sendable {
        package var action: Failpoint.Action
        /// At this time only, counted from 1.
        package var turn: Int?
        package var probability = 1.0
        package var most = Int.max

        package init(_ action: Failpoint.Action) { self.action = action }
    }

    private struct State {
        var random: UInt64
        var hits: [Failpoint: Int] = [:]
        var done: [Failpoint: Int] = [:]
    }

    package let entries: [Failpoint: Entry]
    private let state: Mutex<State>

    package init(_ entries: [Failpoint: Entry], seed: UInt64) {
        self.entries = entries
        state = Mutex(State(random: seed))
    }

    /// By `WEIR_FAILPOINTS`. What can't be read ends the process: a test of faults that injects none proves nothing.
    static let ofProcess: FailpointPlan? = {
        guard let text = getenv("WEIR_FAILPOINTS").map({ String(cString: $0) }), !text.isEmpty else { return nil }
        do throws(FailpointSyntax) {
            return try FailpointPlan(text)
        } catch {
            say("weir: WEIR_FAILPOINTS: \(error)")
            exit(78)
        }
    }()

    func hit(_ point: Failpoint) throws(InjectedFault) {
        guard let action = due(at: point) else { return }
        // Whoever looks for what went wrong must see that it was meant to.
        FailpointPlan.say("{\"level\":\"warning\",\"message\":\"failpoint\",\"point\":\"\(point.rawValue)\"}")
        switch action {
        case .exit(.zero): kill(getpid(), SIGKILL)
        case .exit(let delay): FailpointPlan.killLater(delay)
        // These two block the thread that comes by, the cooperative pool's too: that is the fault that was asked for.
        case .pause: while true { sleep(3_600) }
        case .delay(let duration): usleep(UInt32(clamping: duration.microseconds))
        case .error: throw InjectedFault(point: point)
        }
    }

    /// What is to be done this time, if anything; counts.
    package func due(at point: Failpoint) -> Failpoint.Action? {
        guard let entry = entries[point] else { return nil }
        return state.withLock { state in
            state.hits[point, default: 0] += 1
            if let turn = entry.turn, state.hits[point] != turn { return nil }
            guard state.done[point, default: 0] < entry.most else { return nil }
            if entry.probability < 1, FailpointPlan.next(&state.random) >= entry.probability { return nil }
            state.done[point, default: 0] += 1
            return entry.action
        }
    }

    /// 0..<1 (SplitMix64: Steele, Lea, Flood, OOPSLA 2014).
    private static func next(_ state: inout UInt64) -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((word ^ (word >> 31)) >> 11) * 0x1p-53
    }

    /// To standard error; this module knows no log.
    private static func say(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    /// By the kernel's timer, so that nothing in the process has to get its turn for it.
    private static func killLater(_ delay: Duration) {
        signal(SIGALRM, SIG_DFL)
        var unblocked = sigset_t()
        sigemptyset(&unblocked)
        sigaddset(&unblocked, SIGALRM)
        pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
        let microseconds = max(1, delay.microseconds)
        var timer = itimerval()
        timer.it_value = timeval(tv_sec: microseconds / 1_000_000, tv_usec: microseconds % 1_000_000)
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    }
}

extension Duration {
    fileprivate var microseconds: Int {
        Int(components.seconds) * 1_000_000 + Int(components.attoseconds / 1_000_000_000_000)
    }
}
