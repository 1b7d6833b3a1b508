/// How often something happened within the last hour, day and week, at once.
///
/// Panes of five minutes, an hour and a day. Each event counts in all three.
struct SlidingCount {
    private var hour = PaneRing<12>()
    private var day = PaneRing<24>()
    private var week = PaneRing<7>()

    init() {}

    private static let lengths: (hour: UInt32, day: UInt32, week: UInt32) = (300, 3_600, 86_400)

    /// Forgets what has left the windows by `now`.
    mutating func advance(from before: StateTime, to now: StateTime) {
        let (a, b, c) = SlidingCount.lengths
        hour.advance(from: before.seconds / a, to: now.seconds / a)
        day.advance(from: before.seconds / b, to: now.seconds / b)
        week.advance(from: before.seconds / c, to: now.seconds / c)
    }

    /// - Parameter time: of what happened, no later than `now`, to which it was advanced.
    mutating func add(_ amount: UInt16, at time: StateTime, now: StateTime) {
        let (a, b, c) = SlidingCount.lengths
        hour.add(amount, to: time.seconds / a, newest: now.seconds / a)
        day.add(amount, to: time.seconds / b, newest: now.seconds / b)
        week.add(amount, to: time.seconds / c, newest: now.seconds / c)
    }

    var lastHour: Int { hour.sum }
    var lastDay: Int { day.sum }
    var lastWeek: Int { week.sum }

    /// What fell out of the week fell out of all.
    var isEmpty: Bool { week.isEmpty && day.isEmpty && hour.isEmpty }

    func write(now: StateTime, to out: inout RecordWriter) {
        let (a, b, c) = SlidingCount.lengths
        hour.write(newest: now.seconds / a, to: &out)
        day.write(newest: now.seconds / b, to: &out)
        week.write(newest: now.seconds / c, to: &out)
    }

    init(now: StateTime, from reader: inout RecordReader) {
        let (a, b, c) = SlidingCount.lengths
        hour = PaneRing(newest: now.seconds / a, from: &reader)
        day = PaneRing(newest: now.seconds / b, from: &reader)
        week = PaneRing(newest: now.seconds / c, from: &reader)
    }
}
