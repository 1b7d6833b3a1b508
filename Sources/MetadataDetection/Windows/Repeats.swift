/// How often an account has lately posted the same things: a small set with expiry. Of more than `most` different ones
/// within a day the one that is longest ago is forgotten.
struct Repeats {
    static let most = 8
    private static let hours: UInt32 = 24

    private struct Thing {
        var hash: UInt32
        var count: UInt32
        var hour: UInt32
    }

    /// The one that was posted last comes last.
    private var things: [Thing] = []

    init() {}

    /// - Returns: how often the thing was posted, this time included, with no day between two times.
    mutating func add(_ hash: UInt32, now: StateTime) -> Int {
        let hour = now.seconds / 3_600
        things.removeAll { hour - min($0.hour, hour) >= Repeats.hours }
        var thing = Thing(hash: hash, count: 0, hour: hour)
        if let known = things.firstIndex(where: { $0.hash == hash }) { thing = things.remove(at: known) }
        thing.count = min(thing.count + 1, 1 << 20)
        thing.hour = hour
        if things.count == Repeats.most { things.removeFirst() }
        things.append(thing)
        return Int(thing.count)
    }

    func write(now: StateTime, to out: inout RecordWriter) {
        let hour = now.seconds / 3_600
        out.byte(UInt8(things.count))
        for thing in things {
            out.fixed(thing.hash)
            out.varint(UInt64(thing.count))
            out.byte(UInt8(clamping: hour - min(thing.hour, hour)))
        }
    }

    init(now: StateTime, from reader: inout RecordReader) {
        let hour = now.seconds / 3_600
        let count = Int(reader.byte())
        if count > Repeats.most { reader.fail() }
        for _ in 0..<min(count, Repeats.most) where !reader.isBroken {
            let hash = reader.fixed()
            let count = UInt32(truncatingIfNeeded: reader.varint())
            things.append(Thing(hash: hash, count: count, hour: hour - min(UInt32(reader.byte()), hour)))
        }
    }
}
