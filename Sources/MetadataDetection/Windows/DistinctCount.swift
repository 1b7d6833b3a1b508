internal import Glibc

/// How many different things were seen within the last day: exactly up to `mostExact`, beyond that by HyperLogLog
/// (Flajolet and others, 2007) of 128 registers, with a standard error of 1.04/√128 = 9.2 %.
///
/// Things are hashes of 32 bits, so that of 64 of them two are taken for one in one case of two million. When each was
/// last seen is known to the hour; the registers are those of four panes of six hours.
///
/// It has memory of its own: who needs one for each of many events uses it again, with `removeAll`.
struct DistinctCount: ~Copyable {
    static let mostExact = 64
    static let registers = 128
    private static let panes = 4
    private static let hours: UInt32 = 24

    private struct Seen: BitwiseCopyable {
        var thing: UInt32 = 0
        var hour: UInt32 = 0
    }

    /// In the order in which they were first seen; room for one more than are kept, before it becomes a sketch.
    private let seen: UnsafeMutablePointer<Seen>
    private var seenCount = 0
    /// By pane, `registers` each; only in use if `isSketch`.
    private let sketch: UnsafeMutablePointer<UInt8>
    private static let sketchBytes = panes * registers
    private var isSketch = false
    /// The newest pane of the sketch.
    private var newest: UInt32 = 0
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

    private static func hour(_ time: StateTime) -> UInt32 { time.seconds / 3_600 }

    mutating func add(_ thing: UInt32, at time: StateTime, now: StateTime) {
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

    /// As many as there are, of each its hash and the hours since; or 65, then as LEB128 the panes since the newest of
    /// the sketch, and the sketch.
    func write(now: StateTime, to out: inout RecordWriter) {
        let current = DistinctCount.hour(now)
        guard !isSketch else {
            out.byte(UInt8(DistinctCount.mostExact) + 1)
            out.varint(UInt64(current / 6 - newest))
            writeSketch(to: &out)
            return
        }
        out.byte(UInt8(seenCount))
        for place in 0..<seenCount {
            out.fixed(seen[place].thing)
            out.byte(UInt8(clamping: current - min(seen[place].hour, current)))
        }
    }

    /// Takes the place of whatever it has counted.
    mutating func read(now: StateTime, from reader: inout RecordReader) {
        removeAll()
        let current = DistinctCount.hour(now)
        let count = Int(reader.byte())
        if count > DistinctCount.mostExact {
            newest = current / 6 - min(UInt32(truncatingIfNeeded: reader.varint()), current / 6)
            isSketch = true
            return readSketch(from: &reader)
        }
        while seenCount < count, !reader.isBroken {
            let thing: UInt32 = reader.fixed()
            seen[seenCount] = Seen(thing: thing, hour: current - min(UInt32(reader.byte()), current))
            seenCount += 1
        }
    }

    private static func registers(of pane: Int) -> Range<Int> { pane * registers..<(pane + 1) * registers }

    /// Which panes are not empty, a bit each; of these the ranks, two in a byte, the lower half first; then in the same
    /// order, in a byte each, those from 15 on, for which 15 stood.
    private func writeSketch(to out: inout RecordWriter) {
        var used: UInt8 = 0
        for pane in 0..<DistinctCount.panes {
            var all: UInt8 = 0
            for register in DistinctCount.registers(of: pane) { all |= sketch[register] }
            if all != 0 { used |= 1 << UInt8(pane) }
        }
        out.byte(used)
        for pane in 0..<DistinctCount.panes where used & 1 << UInt8(pane) != 0 {
            for register in stride(
                from: pane * DistinctCount.registers, to: (pane + 1) * DistinctCount.registers, by: 2)
            {
                out.byte(min(sketch[register], 15) | min(sketch[register + 1], 15) << 4)
            }
        }
        for register in 0..<DistinctCount.sketchBytes where sketch[register] >= 15 { out.byte(sketch[register]) }
    }

    private mutating func readSketch(from reader: inout RecordReader) {
        sketch.update(repeating: 0, count: DistinctCount.sketchBytes)
        let used = reader.byte()
        for pane in 0..<DistinctCount.panes where used & 1 << UInt8(pane) != 0 {
            for register in stride(
                from: pane * DistinctCount.registers, to: (pane + 1) * DistinctCount.registers, by: 2)
            {
                let both = reader.byte()
                sketch[register] = both & 15
                sketch[register + 1] = both >> 4
            }
        }
        for register in 0..<DistinctCount.sketchBytes where sketch[register] == 15 {
            sketch[register] = min(reader.byte(), 59)
        }
    }
}
