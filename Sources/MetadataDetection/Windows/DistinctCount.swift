internal import Glibc

/// How many different things were seen within the last day: exactly up to `mostExact`, beyond that by HyperLogLog
/// (Flajolet and others, 2007) of 128 registers, with a standard error of 1.04/√128 = 9.2 %.
///
/// Things are hashes of 32 bits, so that of 64 of them two are taken for one in one case of two million. When each was last seen is known to
/// the hour; the registers are those of four panes of six hours.
struct DistinctCount {
    static let mostExact = 64
    static let registers = 128
    private static let panes = 4
    private static let hours: UInt32 = 24

    private struct Seen {
        var thing: UInt32
        var hour: UInt32
    }

    /// In the order in which they were first seen.
    private var seen: [Seen] = []
    /// By pane, `registers` each; empty as long as all are known exactly.
    private var sketch: [UInt8] = []
    /// The newest pane of the sketch.
    private var newest: UInt32 = 0

    init() {}

    private static func hour(_ time: StateTime) -> UInt32 { time.seconds / 3_600 }

    mutating func add(_ thing: UInt32, at time: StateTime, now: StateTime) {
        let (hour, current) = (DistinctCount.hour(time), DistinctCount.hour(now))
        guard current - min(hour, current) < DistinctCount.hours else { return }
        forget(current)
        if !sketch.isEmpty { return note(thing, hour) }
        if let known = seen.firstIndex(where: { $0.thing == thing }) {
            seen[known].hour = max(seen[known].hour, hour)
            return
        }
        seen.append(Seen(thing: thing, hour: hour))
        guard seen.count > DistinctCount.mostExact else { return }
        sketch = Array(repeating: 0, count: DistinctCount.panes * DistinctCount.registers)
        newest = current / 6
        for one in seen { note(one.thing, one.hour) }
        seen.removeAll()
    }

    /// Of the last day.
    mutating func count(now: StateTime) -> Int {
        forget(DistinctCount.hour(now))
        return sketch.isEmpty ? seen.count : estimate
    }

    private mutating func forget(_ current: UInt32) {
        seen.removeAll { current - min($0.hour, current) >= DistinctCount.hours }
        guard !sketch.isEmpty, current / 6 > newest else { return }
        for step in 0..<min(current / 6 - newest, UInt32(DistinctCount.panes)) {
            let start = Int((current / 6 - step) % UInt32(DistinctCount.panes)) * DistinctCount.registers
            for register in start..<start + DistinctCount.registers { sketch[register] = 0 }
        }
        newest = current / 6
        if sketch.allSatisfy({ $0 == 0 }) { sketch = [] }
    }

    private mutating func note(_ thing: UInt32, _ hour: UInt32) {
        let pane = hour / 6
        guard pane <= newest, newest - pane < UInt32(DistinctCount.panes) else { return }
        // Seven bits choose the register, and the zeros of the others are counted. The thing is mixed once more, as it may
        // be part of a hash whose other bits served elsewhere.
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
            var rank: UInt8 = 0
            for pane in 0..<DistinctCount.panes {
                rank = max(rank, sketch[pane * DistinctCount.registers + register])
            }
            sum += exp2(-Double(rank))
            empty += rank == 0 ? 1 : 0
        }
        let m = Double(DistinctCount.registers)
        let raw = 0.7213 / (1 + 1.079 / m) * m * m / sum
        // Where many registers are empty their number says more (linear counting).
        let count = raw <= 2.5 * m && empty > 0 ? m * log(m / Double(empty)) : raw
        return Int(count.rounded())
    }

    func write(now: StateTime, to out: inout RecordWriter) {
        let current = DistinctCount.hour(now)
        guard sketch.isEmpty else {
            out.byte(UInt8(DistinctCount.mostExact) + 1)
            out.varint(UInt64(current / 6 - newest))
            for rank in sketch { out.byte(rank) }
            return
        }
        out.byte(UInt8(seen.count))
        for one in seen {
            out.fixed(one.thing)
            out.byte(UInt8(clamping: current - min(one.hour, current)))
        }
    }

    init(now: StateTime, from reader: inout RecordReader) {
        let current = DistinctCount.hour(now)
        let count = Int(reader.byte())
        if count > DistinctCount.mostExact {
            newest = current / 6 - min(UInt32(truncatingIfNeeded: reader.varint()), current / 6)
            sketch = (0..<DistinctCount.panes * DistinctCount.registers).map { _ in min(reader.byte(), 59) }
            return
        }
        seen.reserveCapacity(count + 1)
        for _ in 0..<count where !reader.isBroken {
            let thing = reader.fixed()
            seen.append(Seen(thing: thing, hour: current - min(UInt32(reader.byte()), current)))
        }
    }
}
