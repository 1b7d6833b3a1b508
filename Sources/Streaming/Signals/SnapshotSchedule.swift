/// When the next snapshot of the signals is due.
///
/// What a process has to read at its start grows with the changes since the last one; what writing costs grows with all
/// signals. And one that has not been written for too long can't be used any more (`SnapshotAdmission`).
package struct SnapshotSchedule: Sendable {
    /// How old one may become while there are changes.
    private let interval: Duration
    /// Changes after which one is due earlier, though not before a tenth of the interval.
    private let changes: Int
    /// How old one may become even without changes.
    private let longest: Duration
    private var last: ContinuousClock.Instant?
    private var changed = 0

    package init(interval: Duration, changes: Int, longest: Duration) {
        self.interval = interval
        self.changes = changes
        self.longest = longest
    }

    /// - Parameter at: when there was one, if there is one.
    mutating func begin(_ at: ContinuousClock.Instant?) {
        last = at
        changed = 0
    }

    mutating func note(changes count: Int) { changed += count }

    /// - Parameter hasFailed: the last one could not be written.
    func isDue(at now: ContinuousClock.Instant, hasFailed: Bool) -> Bool {
        guard let last else { return true }
        let age = now - last
        // Where a topic forgets at once, none can be used, and many would be no better than one.
        guard age >= interval / 10 else { return false }
        return age >= longest || hasFailed || changed >= changes || changed > 0 && age >= interval
    }

    /// One is made of what is known now.
    mutating func take(_ now: ContinuousClock.Instant) { begin(now) }
}
