/// How often an account has lately posted the same things: a small set with expiry. Of more than `most` different ones
/// within a day the one that is longest ago is forgotten.
struct Repeats: BitwiseCopyable {
    static let most = 8
    private static let hours: UInt32 = 24

    private struct Thing: BitwiseCopyable {
        var hash: UInt32 = 0
        var count: UInt32 = 0
        var hour: UInt32 = 0
    }

    /// The one that was posted last comes last.
    private var things: InlineArray<8, Thing> = InlineArray(repeating: Thing())
    private var count = 0

    init() {}

    /// - Returns: how often the thing was posted, this time included, with no day between two times.
    mutating func add(_ hash: UInt32, now: StateTime) -> Int {
        let hour = now.seconds / 3_600
        var thing = Thing(hash: hash, count: 0, hour: hour)
        var kept = 0
        for place in 0..<count {
            let known = things[place]
            guard hour - min(known.hour, hour) < Repeats.hours else { continue }
            if known.hash == hash {
                thing.count = known.count
            } else {
                things[kept] = known
                kept += 1
            }
        }
        if kept == Repeats.most {
            for place in 1..<kept { things[place - 1] = things[place] }
            kept -= 1
        }
        thing.count = min(thing.count + 1, 1 << 20)
        things[kept] = thing
        count = kept + 1
        return Int(thing.count)
    }

    /// Of each thing its hash and a byte: the hours since, and in the upper three bits how often; 0 if a number of at
    /// least 8 follows.
    func write(now: StateTime, to out: inout RecordWriter) {
        let hour = now.seconds / 3_600
        for place in 0..<count {
            let thing = things[place]
            out.fixed(thing.hash)
            let ago = UInt8(min(hour - min(thing.hour, hour), 31))
            if thing.count < 8 {
                out.byte(ago | UInt8(thing.count) << 5)
            } else {
                out.byte(ago)
                out.varint(UInt64(thing.count))
            }
        }
    }

    init(now: StateTime, from reader: inout RecordReader) {
        let hour = now.seconds / 3_600
        while !reader.isAtEnd, !reader.isBroken {
            guard count < Repeats.most else {
                reader.fail()
                return
            }
            let hash: UInt32 = reader.fixed()
            let byte = reader.byte()
            let often = byte >> 5 == 0 ? UInt32(clamping: reader.varint()) : UInt32(byte >> 5)
            guard (byte >> 5 == 0) == (often >= 8), often <= 1 << 20 else {
                reader.fail()
                return
            }
            things[count] = Thing(hash: hash, count: often, hour: hour - min(UInt32(byte & 31), hour))
            count += 1
        }
    }
}
