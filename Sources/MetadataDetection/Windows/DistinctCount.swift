internal import Glibc

/// How many different things were seen within the last day: exactly up to `mostExact`, beyond that by HyperLogLog
/// (Flajolet and others, 2007) of 128 registers, with a standard error of 1.04/√128 = 9.2 %.
///
/// Things are known by the lower 27 bits of their hashes, so that with the hour in which one was last seen it takes four
/// bytes; of 64 of them two are taken for one in one case of 67,000 (2,016 pairs, 2²⁷). The registers are those of four
/// panes of six hours.
///
/// It has memory of its own: who needs one for each of many events uses it again, with `removeAll`.
struct DistinctCount: ~Copyable {
    static let mostExact = 64
    static let registers = 128
    static let panes = 4
    private static let hours: UInt32 = 24

    struct Seen: BitwiseCopyable {
        var thing: UInt32 = 0
        var hour: UInt32 = 0
    }

    /// In the order in which they were first seen; room for one more than are kept, before it becomes a sketch.
    let seen: UnsafeMutablePointer<Seen>
    var seenCount = 0
    /// By pane, `registers` each; only in use if `isSketch`.
    let sketch: UnsafeMutablePointer<UInt8>
    static let sketchBytes = panes * registers
    var isSketch = false
    /// The newest pane of the sketch.
    var newest: UInt32 = 0
    /// The hour by which what is a day old has been forgotten.
    private var forgotten = UInt32.max

    init() {
        seen = .allocate(capacity: DistinctCount.mostExact + 1)
        seen.initialize(repeating: Seen(), count: DistinctCount.mostExact + 1)
        sketch = .allocate(capacity: DistinctCount.sketchBytes)
        sketch.initialize(repeating: 0, count: DistinctCount.sketchBytes)
    }

    deinit {
        seen.deallocate()
        sketch.deallocate()
    }

    mutating func removeAll() {
        seenCount = 0
        isSketch = false
        forgotten = .max
    }

    static func hour(_ time: StateTime) -> UInt32 { time.seconds / 3_600 }

    mutating func add(_ hash: UInt32, at time: StateTime, now: StateTime) {
        let thing = hash & ThingHour.mask
        let (hour, current) = (DistinctCount.hour(time), DistinctCount.hour(now))
        guard current - min(hour, current) < DistinctCount.hours else { return }
        forget(current)
        if isSketch { return note(thing, hour) }
        for place in 0..<seenCount where seen[place].thing == thing {
            seen[place].hour = max(seen[place].hour, hour)
            return
        }
        seen[seenCount] = Seen(thing: thing, hour: hour)
        seenCount += 1
        guard seenCount > DistinctCount.mostExact else { return }
        isSketch = true
        sketch.update(repeating: 0, count: DistinctCount.sketchBytes)
        newest = current / 6
        for place in 0..<seenCount { note(seen[place].thing, seen[place].hour) }
        seenCount = 0
    }

    /// Of the last day.
    mutating func count(now: StateTime) -> Int {
        forget(DistinctCount.hour(now))
        return isSketch ? estimate : seenCount
    }

    private mutating func forget(_ current: UInt32) {
        guard current != forgotten else { return }
        forgotten = current
        var kept = 0
        for place in 0..<seenCount where current - min(seen[place].hour, current) < DistinctCount.hours {
            seen[kept] = seen[place]
            kept += 1
        }
        seenCount = kept
        guard isSketch, current / 6 > newest else { return }
        for step in 0..<min(current / 6 - newest, UInt32(DistinctCount.panes)) {
            let start = Int((current / 6 - step) % UInt32(DistinctCount.panes)) * DistinctCount.registers
            (sketch + start).update(repeating: 0, count: DistinctCount.registers)
        }
        newest = current / 6
        var all: UInt8 = 0
        for place in 0..<DistinctCount.sketchBytes { all |= sketch[place] }
        isSketch = all != 0
    }

    private mutating func note(_ thing: UInt32, _ hour: UInt32) {
        let pane = hour / 6
        guard pane <= newest, newest - pane < UInt32(DistinctCount.panes) else { return }
        // Seven bits choose the register, and the zeros of the others are counted. The thing is mixed once more, as it
        // may be part of a hash whose other bits served elsewhere.
        let mixed = (UInt64(thing) &+ 1) &* 0x9E37_79B9_7F4A_7C15
        let hash = mixed ^ mixed >> 32
        let register = Int(hash >> 57 & 0x7F)
        let rank = UInt8((hash << 7 | 0x40).leadingZeroBitCount + 1)
        let place = Int(pane % UInt32(DistinctCount.panes)) * DistinctCount.registers + register
        sketch[place] = max(sketch[place], rank)
    }

    private var estimate: Int {
        var sum = 0.0
        var empty = 0
        for register in 0..<DistinctCount.registers {
            let rank = max(
                max(sketch[register], sketch[register + DistinctCount.registers]),
                max(sketch[register + 2 * DistinctCount.registers], sketch[register + 3 * DistinctCount.registers]))
            // 2^-rank.
            sum += Double(bitPattern: (1_023 - UInt64(rank)) << 52)
            empty += rank == 0 ? 1 : 0
        }
        let m = Double(DistinctCount.registers)
        let raw = 0.7213 / (1 + 1.079 / m) * m * m / sum
        // Where many registers are empty their number says more (linear counting).
        let count = raw <= 2.5 * m && empty > 0 ? m * log(m / Double(empty)) : raw
        return Int(count.rounded())
    }
}
