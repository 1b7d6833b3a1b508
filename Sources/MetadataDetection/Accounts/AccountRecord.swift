/// What an account does, of which each kind is counted for itself.
enum Activity: Int, CaseIterable {
    case text, media, links, live
}

/// What is remembered of one account: when it was seen, how much of what it did within an hour, a day and a week, where
/// its links led and what it repeated. No content, no name: things are hashes by the deployment's key.
///
/// In a store it is bytes (`write`); parts that an event doesn't concern are copied as they are.
struct AccountRecord {
    static let version: UInt8 = 1

    /// When it was first and last seen here.
    var first: StateTime
    var last: StateTime
    /// When it last came back after a long time, and after how long, in hours.
    var woke: (at: StateTime, afterHours: UInt32)?
    /// The live stream that began when there had been none for a week, as a hash.
    var firstStream: UInt32?
    /// By `Activity`; advanced to `last`.
    var counts: InlineArray<4, SlidingCount> = InlineArray(repeating: SlidingCount())
    var hosts = Part()
    var repeatedTexts = Part()
    var repeatedMedia = Part()

    /// A part as it was written, with the moment that its times count from.
    struct Part {
        var bytes: ArraySlice<UInt8> = []
        var base = StateTime(seconds: 0)
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

extension AccountRecord {
    private enum Has {
        static let woke: UInt64 = 1 << 4
        static let hosts: UInt64 = 1 << 5
        static let texts: UInt64 = 1 << 6
        static let media: UInt64 = 1 << 7
        static let stream: UInt64 = 1 << 8
    }

    /// | bytes | |
    /// | --- | --- |
    /// | 1 | version |
    /// | LEB128 | what follows: a bit an activity, then waking, hosts, texts, media, stream |
    /// | 4, then LEB128 | first seen, and last seen as seconds after it |
    /// | two LEB128 | waking: seconds before last seen, hours away |
    /// | 4 | first stream |
    /// | | counts; parts with their length and base before them |
    func write(to out: inout RecordWriter) {
        out.byte(AccountRecord.version)
        var has: UInt64 = woke == nil ? 0 : Has.woke
        for activity in counts.indices where !counts[activity].isEmpty { has |= 1 << UInt64(activity) }
        if !hosts.bytes.isEmpty { has |= Has.hosts }
        if !repeatedTexts.bytes.isEmpty { has |= Has.texts }
        if !repeatedMedia.bytes.isEmpty { has |= Has.media }
        if firstStream != nil { has |= Has.stream }
        out.varint(has)
        out.fixed(first.seconds)
        out.varint(UInt64(last.seconds - first.seconds))
        if let woke {
            out.varint(UInt64(last.seconds - woke.at.seconds))
            out.varint(UInt64(woke.afterHours))
        }
        if let firstStream { out.fixed(firstStream) }
        for activity in counts.indices where has & 1 << UInt64(activity) != 0 {
            counts[activity].write(now: last, to: &out)
        }
        for part in [hosts, repeatedTexts, repeatedMedia] where !part.bytes.isEmpty {
            out.varint(UInt64(part.bytes.count))
            out.varint(UInt64(last.seconds - min(part.base, last).seconds))
            for byte in part.bytes { out.byte(byte) }
        }
    }

    /// nil for what is no record of this version.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var reader = RecordReader(bytes)
        guard reader.byte() == AccountRecord.version else { return nil }
        let has = reader.varint()
        first = StateTime(seconds: reader.fixed())
        last = StateTime(seconds: first.seconds &+ UInt32(truncatingIfNeeded: reader.varint()))
        guard last >= first else { return nil }
        if has & Has.woke != 0 {
            let before = UInt32(truncatingIfNeeded: reader.varint())
            woke = (StateTime(seconds: last.seconds - min(before, last.seconds)), UInt32(clamping: reader.varint()))
        }
        if has & Has.stream != 0 { firstStream = reader.fixed() }
        for activity in counts.indices where has & 1 << UInt64(activity) != 0 {
            counts[activity] = SlidingCount(now: last, from: &reader)
        }
        if has & Has.hosts != 0 { hosts = Part(last, &reader) }
        if has & Has.texts != 0 { repeatedTexts = Part(last, &reader) }
        if has & Has.media != 0 { repeatedMedia = Part(last, &reader) }
        guard reader.isAtEnd, !reader.isBroken else { return nil }
    }
}

extension AccountRecord.Part {
    /// Of the longest part: the hosts, as a sketch.
    private static let most = 600

    fileprivate init(_ last: StateTime, _ reader: inout RecordReader) {
        let count = Int(truncatingIfNeeded: reader.varint() & 0xFFFF)
        if count > AccountRecord.Part.most { reader.fail() }
        base = StateTime(seconds: last.seconds - min(UInt32(truncatingIfNeeded: reader.varint()), last.seconds))
        bytes = reader.bytes(count)
    }
}
