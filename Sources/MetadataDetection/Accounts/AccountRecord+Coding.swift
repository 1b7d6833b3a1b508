/// An account's record as bytes, in a store and in the changelog: some twenty for an account that did one thing.
extension AccountRecord {
    static let version: UInt8 = 4

    /// What follows. Those first that most accounts have, so that one byte says it.
    private enum Has {
        /// By `Activity`; live segments are rare.
        static func counts(_ activity: Int) -> UInt64 { activity < 3 ? 1 << UInt64(activity) : 1 << 6 }
        static let hosts: UInt64 = 1 << 3
        static let texts: UInt64 = 1 << 4
        static let media: UInt64 = 1 << 5
        static let woke: UInt64 = 1 << 7
        static let stream: UInt64 = 1 << 8
        static let strikes: UInt64 = 1 << 9
        static let hashtags: UInt64 = 1 << 10
        static let all: UInt64 = 1 << 11 - 1
    }

    /// | bytes | |
    /// | --- | --- |
    /// | 1 | version |
    /// | LEB128 | what follows, a bit each, as `Has` says |
    /// | 4, then LEB128 | first seen, and last seen as seconds after it |
    /// | two LEB128 | waking: seconds before last seen, hours away |
    /// | 4 | first stream |
    /// | | strikes, as `Strikes` says |
    /// | | counts; parts with their length and base before them |
    func write(to out: inout RecordWriter) {
        var has: UInt64 = woke == nil ? 0 : Has.woke
        for activity in counts.indices where !counts[activity].isEmpty { has |= Has.counts(activity) }
        if !hosts.isEmpty { has |= Has.hosts }
        if !repeatedTexts.isEmpty { has |= Has.texts }
        if !repeatedMedia.isEmpty { has |= Has.media }
        if firstStream != nil { has |= Has.stream }
        if strikes != nil { has |= Has.strikes }
        if !hashtags.isEmpty { has |= Has.hashtags }
        out.byte(AccountRecord.version)
        out.varint(has)
        out.fixed(first.seconds)
        out.varint(UInt64(last.seconds - first.seconds))
        if let woke {
            out.varint(UInt64(last.seconds - woke.at.seconds))
            out.varint(UInt64(woke.afterHours))
        }
        if let firstStream { out.fixed(firstStream) }
        if let strikes { strikes.write(to: &out) }
        for activity in counts.indices where !counts[activity].isEmpty { counts[activity].write(to: &out) }
        hosts.write(last, &out)
        repeatedTexts.write(last, &out)
        repeatedMedia.write(last, &out)
        hashtags.write(last, &out)
    }

    /// nil for what is no record of this version.
    ///
    /// - Parameter bytes: outlive the record, whose parts lie in them.
    init?(_ bytes: UnsafeRawBufferPointer) {
        self.init(first: StateTime(seconds: 0))
        guard read(bytes) else { return nil }
    }

    /// Takes the place of a record of nothing.
    ///
    /// - Returns: false for what is no record of this version; then it is of no use.
    mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var reader = RecordReader(bytes)
        guard reader.byte() == AccountRecord.version else { return false }
        let has = reader.varint()
        guard has & ~Has.all == 0 else { return false }
        first = StateTime(seconds: reader.fixed())
        last = StateTime(seconds: first.seconds &+ UInt32(truncatingIfNeeded: reader.varint()))
        guard last >= first else { return false }
        if has & Has.woke != 0 {
            let before = UInt32(truncatingIfNeeded: reader.varint())
            woke = (StateTime(seconds: last.seconds - min(before, last.seconds)), UInt32(clamping: reader.varint()))
        }
        if has & Has.stream != 0 { firstStream = reader.fixed() }
        if has & Has.strikes != 0 { strikes = Strikes(from: &reader) }
        for activity in 0..<4 where has & Has.counts(activity) != 0 { counts[activity].read(from: &reader) }
        if has & Has.hosts != 0 { hosts = Part(last, &reader) }
        if has & Has.texts != 0 { repeatedTexts = Part(last, &reader) }
        if has & Has.media != 0 { repeatedMedia = Part(last, &reader) }
        if has & Has.hashtags != 0 { hashtags = Part(last, &reader) }
        return reader.isAtEnd && !reader.isBroken
    }
}

extension AccountRecord.Part {
    /// Of the longest part: the hosts, as a sketch.
    private static let most = 800

    fileprivate func write(_ last: StateTime, _ out: inout RecordWriter) {
        guard !isEmpty else { return }
        out.varint(UInt64(bytes.count))
        out.varint(UInt64(last.seconds - min(base, last).seconds))
        out.copy(bytes)
    }

    fileprivate init(_ last: StateTime, _ reader: inout RecordReader) {
        let count = Int(truncatingIfNeeded: reader.varint() & 0xFFFF)
        base = StateTime(seconds: last.seconds - min(UInt32(truncatingIfNeeded: reader.varint()), last.seconds))
        bytes = reader.bytes(count)
        if count == 0 || count > AccountRecord.Part.most { reader.fail() }
    }
}
