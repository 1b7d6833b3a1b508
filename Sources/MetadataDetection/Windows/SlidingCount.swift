/// How often something happened within the last minutes, hour, day and week, at once.
///
/// Four windows of panes of equal length: six of a minute, twelve of five minutes, 24 of an hour and seven of a day.
/// What happened more panes before the newest than a window has is forgotten, so that the window of an hour is right
/// to within five minutes. Each event counts in all four. Pane n of a window holds the seconds from n × length on.
/// Counts stop at the highest.
struct SlidingCount: BitwiseCopyable {
    /// Of each window the newest pane first, as `SlidingWindow` says.
    var panes: InlineArray<49, UInt16> = InlineArray(repeating: 0)
    /// Panes that have counted something.
    var used: UInt64 = 0
    /// What it was read from, for as long as it has not changed: most events change one count of several.
    var unchanged = UnsafeRawBufferPointer(start: nil, count: 0)

    init() {}

    /// Forgets what has left the windows by `now`.
    mutating func advance(from before: StateTime, to now: StateTime) {
        guard used != 0 else { return }
        advance(.minutes, from: before, to: now)
        advance(.hour, from: before, to: now)
        advance(.day, from: before, to: now)
        advance(.week, from: before, to: now)
    }

    @inline(__always)
    private mutating func advance(_ window: SlidingWindow, from before: StateTime, to now: StateTime) {
        let (old, new) = (window.pane(before), window.pane(now))
        guard new > old, used & window.mask != 0 else { return }
        unchanged = UnsafeRawBufferPointer(start: nil, count: 0)
        let steps = Int(min(new - old, UInt32(window.count)))
        let end = window.start + window.count
        var place = end - 1
        while place >= window.start {
            panes[place] = place - steps >= window.start ? panes[place - steps] : 0
            place -= 1
        }
        used = used & ~window.mask | (used & window.mask) << UInt64(steps) & window.mask
    }

    /// - Parameter time: of what happened, no later than `now`, to which it was advanced.
    mutating func add(_ amount: UInt16, at time: StateTime, now: StateTime) {
        guard amount > 0 else { return }
        unchanged = UnsafeRawBufferPointer(start: nil, count: 0)
        add(amount, .minutes, time, now)
        add(amount, .hour, time, now)
        add(amount, .day, time, now)
        add(amount, .week, time, now)
    }

    /// Counts in a pane; nothing if it has left the window.
    @inline(__always)
    private mutating func add(_ amount: UInt16, _ window: SlidingWindow, _ time: StateTime, _ now: StateTime) {
        let back = Int(window.pane(now)) - Int(window.pane(time))
        guard back >= 0, back < window.count else { return }
        let place = window.start + back
        let (sum, overflow) = panes[place].addingReportingOverflow(amount)
        panes[place] = overflow ? .max : sum
        used |= 1 << UInt64(place)
    }

    /// Of this minute of the clock and the one before.
    var lastMinute: Int { sum(.minutes, 2) }
    /// Of this minute of the clock and the five before.
    var lastFiveMinutes: Int { sum(.minutes) }
    var lastHour: Int { sum(.hour) }
    var lastDay: Int { sum(.day) }
    var lastWeek: Int { sum(.week) }

    @inline(__always)
    private func sum(_ window: SlidingWindow) -> Int { sum(window, window.count) }

    /// - Parameter newest: so many panes.
    @inline(__always)
    private func sum(_ window: SlidingWindow, _ newest: Int) -> Int {
        guard used & window.mask != 0 else { return 0 }
        let panes = panes.span
        var sum = 0
        for place in window.start..<window.start + newest { sum &+= Int(panes[place]) }
        return sum
    }

    var isEmpty: Bool { used == 0 }
}

/// Where a window's panes are among those of `SlidingCount`, and how long each is.
struct SlidingWindow {
    let start: Int
    let count: Int
    /// Of a pane, in seconds.
    let length: UInt32

    static var minutes: SlidingWindow { SlidingWindow(start: 43, count: 6, length: 60) }
    static var hour: SlidingWindow { SlidingWindow(start: 0, count: 12, length: 300) }
    static var day: SlidingWindow { SlidingWindow(start: 12, count: 24, length: 3_600) }
    static var week: SlidingWindow { SlidingWindow(start: 36, count: 7, length: 86_400) }

    @inline(__always)
    var mask: UInt64 { (1 << UInt64(count) - 1) << UInt64(start) }

    @inline(__always)
    func pane(_ time: StateTime) -> UInt32 { time.seconds / length }
}
