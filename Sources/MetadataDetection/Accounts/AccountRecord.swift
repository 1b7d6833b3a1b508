/// What an account does, of which each kind is counted for itself.
enum Activity: Int, CaseIterable {
    case text, media, links, live
}

/// What is remembered of one account: when it was seen, how much of what it did within an hour, a day and a week, where
/// its links led and what it repeated. No content, no name: things are hashes by the deployment's key.
///
/// In a store it is bytes (`AccountRecord+Coding.swift`); parts that an event doesn't concern are copied as they are.
struct AccountRecord {
    /// When it was first and last seen here.
    var first: StateTime
    var last: StateTime
    /// When it last came back after a long time, and after how long, in hours.
    var woke: (at: StateTime, afterHours: UInt32)?
    /// The live stream that began when there had been none for a week, as a hash.
    var firstStream: UInt32?
    /// By `Activity`; advanced to `last`.
    var counts: InlineArray<4, SlidingCount> = InlineArray(repeating: SlidingCount())
    /// What the platform did about it; nil where that is nothing.
    var strikes: Strikes?
    var hosts = Part()
    var hashtags = Part()
    var repeatedTexts = Part()
    var repeatedMedia = Part()

    /// A part as it was written, with the moment that its times count from. The bytes lie in the record that was read,
    /// or where the part was written anew: they are not the part's own.
    struct Part: BitwiseCopyable {
        var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
        var base = StateTime(seconds: 0)

        var isEmpty: Bool { bytes.isEmpty }
    }

    init(first: StateTime) {
        self.first = first
        last = first
    }

    subscript(activity: Activity) -> SlidingCount {
        get { counts[activity.rawValue] }
        set { counts[activity.rawValue] = newValue }
    }

    /// Counts to `now`; an event that comes late leaves the clock where it is.
    mutating func advance(to now: StateTime) {
        guard now > last else { return }
        for activity in counts.indices { counts[activity].advance(from: last, to: now) }
        last = now
    }
}

extension DistinctCount {
    /// Takes the place of whatever it has counted.
    mutating func read(_ part: AccountRecord.Part) {
        guard !part.isEmpty else { return removeAll() }
        var reader = RecordReader(part.bytes)
        read(now: part.base, from: &reader)
    }
}
