/// How often an account has lately posted the same things: a small set with expiry. Of more than `most` different ones
/// within a day the one that is longest ago is forgotten.
struct Repeats: BitwiseCopyable {
    static let most = 8
    private static let hours: UInt32 = 24

    private struct Thing: BitwiseCopyable {
        /// As `ThingHour` has it.
        var name: UInt32 = 0
        var count: UInt32 = 0
        var hour: UInt32 = 0
    }

    /// The one that was posted last comes last.
    private var things: InlineArray<8, Thing> = InlineArray(repeating: Thing())
    private var count = 0

    init() {}

    /// - Returns: how often the thing was posted, this time included, with no day between two times.
    mutating func add(_ hash: UInt32, now: StateTime) -> Int {
        let name = hash & ThingHour.mask
        let hour = now.seconds / 3_600
        var thing = Thing(name: name, count: 0, hour: hour)
        var kept = 0
        for place in 0..<count {
            let known = things[place]
            guard hour - min(known.hour, hour) < Repeats.hours else { continue }
            if known.name == name {
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

    /// Of each thing what `ThingHour` says. If it was posted more than once it is marked, and a byte follows: the hours
    /// since, and in the upper three bits how often; 0 if a number of at least 8 follows.
    func write(now: StateTime, to out: inout RecordWriter) {
        let hour = now.seconds / 3_600
        for place in 0..<count {
            let thing = things[place]
            let ago = min(hour - min(thing.hour, hour), 31)
            guard thing.count > 1 || ago >= ThingHour.marked else {
                out.fixed(ThingHour.word(thing.name, ago))
                continue
            }
            out.fixed(ThingHour.word(thing.name, ThingHour.marked))
            if thing.count < 8 {
                out.byte(UInt8(ago | thing.count << 5))
            } else {
                out.byte(UInt8(ago))
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
            let word: UInt32 = reader.fixed()
            var (often, ago): (UInt32, UInt32) = (1, ThingHour.ago(word))
            if ago >= ThingHour.marked {
                let byte = UInt32(reader.byte())
                (often, ago) = (byte >> 5, byte & 31)
                if often == 0 {
                    often = UInt32(clamping: reader.varint())
                    if often < 8 { reader.fail() }
                }
            }
            guard !reader.isBroken, often <= 1 << 20 else {
                reader.fail()
                return
            }
            things[count] = Thing(name: ThingHour.thing(word), count: often, hour: hour - min(ago, hour))
            count += 1
        }
    }
}
