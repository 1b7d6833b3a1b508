/// The accounts that posted a thing last, each once, with when that was: exactly, up to `most`.
struct RecentAccounts: BitwiseCopyable {
    static let most = 64

    private struct Entry: BitwiseCopyable {
        var account: UInt32 = 0
        var time: UInt32 = 0
        var isYoung = false
    }

    /// The one that posted it last comes last.
    private var entries: InlineArray<64, Entry> = InlineArray(repeating: Entry())
    private(set) var count = 0

    init() {}

    mutating func add(_ account: UInt32, isYoung: Bool, at time: StateTime) {
        var kept = 0
        for place in 0..<count where entries[place].account != account {
            entries[kept] = entries[place]
            kept += 1
        }
        if kept == RecentAccounts.most {
            for place in 1..<kept { entries[place - 1] = entries[place] }
            kept -= 1
        }
        entries[kept] = Entry(account: account, time: time.seconds, isYoung: isYoung)
        count = kept + 1
    }

    mutating func remove(_ account: UInt32) {
        var kept = 0
        for place in 0..<count where entries[place].account != account {
            entries[kept] = entries[place]
            kept += 1
        }
        count = kept
    }

    func contains(_ account: UInt32) -> Bool { (0..<count).contains { entries[$0].account == account } }

    /// How many posted it from a time on.
    ///
    /// - Parameter one: that does not count.
    func count(since time: StateTime, youngOnly: Bool, without one: UInt32? = nil) -> Int {
        var sum = 0
        for place in 0..<count where entries[place].time >= time.seconds && (entries[place].isYoung || !youngOnly) {
            sum += entries[place].account == one ? 0 : 1
        }
        return sum
    }

    /// How many there are; of each the account, and the seconds before `now` times two, and one more if it is young.
    func write(now: StateTime, to out: inout RecordWriter) {
        out.byte(UInt8(count))
        for place in 0..<count {
            out.fixed(entries[place].account)
            let ago = now.seconds - min(entries[place].time, now.seconds)
            out.varint(UInt64(ago) << 1 | (entries[place].isYoung ? 1 : 0))
        }
    }

    mutating func read(now: StateTime, from reader: inout RecordReader) {
        let wanted = Int(reader.byte())
        guard wanted <= RecentAccounts.most else { return reader.fail() }
        count = 0
        while count < wanted, !reader.isBroken {
            let account: UInt32 = reader.fixed()
            let ago = reader.varint()
            let seconds = UInt32(clamping: ago >> 1)
            entries[count] = Entry(
                account: account, time: now.seconds - min(seconds, now.seconds), isYoung: ago & 1 == 1)
            count += 1
        }
    }
}
