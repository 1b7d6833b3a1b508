/// Its form in records: as many as there are, of each what `ThingHour` says; or 65, then as LEB128 the panes since
/// the newest of the sketch, and the sketch.
extension DistinctCount {
    func write(now: StateTime, to out: inout RecordWriter) {
        let current = DistinctCount.hour(now)
        guard !isSketch else {
            out.byte(UInt8(DistinctCount.mostExact) + 1)
            out.varint(UInt64(current / 6 - newest))
            return writeSketch(to: &out)
        }
        out.byte(UInt8(seenCount))
        for place in 0..<seenCount {
            out.fixed(ThingHour.word(seen[place].thing, current - min(seen[place].hour, current)))
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
            let word: UInt32 = reader.fixed()
            seen[seenCount] = Seen(thing: ThingHour.thing(word), hour: current - min(ThingHour.ago(word), current))
            seenCount += 1
        }
    }

    /// A pane of fewer ranks has these alone; one of more has all.
    private static let dense = 96

    /// Where a pane's registers are.
    ///
    /// - Parameter age: 0 for the newest.
    private func registers(age: Int) -> UnsafeMutablePointer<UInt8> {
        let pane = (newest &+ UInt32(DistinctCount.panes - age)) % UInt32(DistinctCount.panes)
        return sketch + Int(pane) * DistinctCount.registers
    }

    /// Two bits for each pane, those of the newest lowest: 0 for none, 1 for some ranks, 2 for all. By pane then, if it has
    /// some, which, a bit each; and the ranks, two in a byte, the lower half first. Then in the same order, in a byte each,
    /// those from 15 on, for which 15 stood.
    ///
    /// Ranks that a newer pane has as well, or higher ones, are dropped first: they leave the window before that pane does,
    /// so that no estimate is made of them.
    private func writeSketch(to out: inout RecordWriter) {
        guard let forms = out.room(1) else { return }
        var form: UInt8 = 0
        var hasLong = false
        var highest: InlineArray<16, UInt64> = InlineArray(repeating: 0)
        for age in 0..<DistinctCount.panes {
            let ranks = UnsafeMutableRawPointer(registers(age: age))
            var has: InlineArray<2, UInt64> = InlineArray(repeating: 0)
            for word in 0..<16 {
                let found = EightRanks(ranks, word)
                let higher = found.higher(than: EightRanks(highest[word]))
                let kept = found.bits & higher.bytes
                highest[word] = highest[word] & ~higher.bytes | kept
                ranks.storeBytes(of: kept.littleEndian, toByteOffset: 8 * word, as: UInt64.self)
                has[word >> 3] |= UInt64(higher.mask) << UInt64(8 * (word & 7))
                hasLong = hasLong || EightRanks(kept).hasLong
            }
            let count = has[0].nonzeroBitCount + has[1].nonzeroBitCount
            guard count > 0 else { continue }
            let isDense = count >= DistinctCount.dense
            form |= (isDense ? 2 : 1) << UInt8(2 * age)
            guard !isDense else {
                guard let room = out.room(DistinctCount.registers / 2) else { return }
                for word in 0..<16 {
                    room.storeBytes(
                        of: EightRanks(ranks, word).halves.littleEndian, toByteOffset: 4 * word, as: UInt32.self)
                }
                continue
            }
            out.fixed(has[0])
            out.fixed(has[1])
            guard let room = out.room((count + 1) / 2) else { return }
            var (place, low): (Int, UInt8) = (0, 0)
            for word in 0..<2 {
                var rest = has[word]
                while rest != 0 {
                    let register = word << 6 | rest.trailingZeroBitCount
                    rest &= rest &- 1
                    let rank = min(ranks.load(fromByteOffset: register, as: UInt8.self), 15)
                    low = place & 1 == 0 ? rank : low | rank << 4
                    room.storeBytes(of: low, toByteOffset: place >> 1, as: UInt8.self)
                    place &+= 1
                }
            }
        }
        forms.storeBytes(of: form, as: UInt8.self)
        guard hasLong else { return }
        for age in 0..<DistinctCount.panes {
            let ranks = registers(age: age)
            for register in 0..<DistinctCount.registers where ranks[register] >= 15 { out.byte(ranks[register]) }
        }
    }

    private mutating func readSketch(from reader: inout RecordReader) {
        sketch.update(repeating: 0, count: DistinctCount.sketchBytes)
        let form = reader.byte()
        var hasLong = false
        for age in 0..<DistinctCount.panes where form >> UInt8(2 * age) & 3 != 0 {
            let ranks = UnsafeMutableRawPointer(registers(age: age))
            guard form >> UInt8(2 * age) & 3 == 1 else {
                guard let bytes = reader.next(DistinctCount.registers / 2) else { return }
                for word in 0..<16 {
                    let halves = bytes.loadUnaligned(fromByteOffset: 4 * word, as: UInt32.self)
                    let found = EightRanks(halves: UInt32(littleEndian: halves))
                    ranks.storeBytes(of: found.bits.littleEndian, toByteOffset: 8 * word, as: UInt64.self)
                    hasLong = hasLong || found.hasLong
                }
                continue
            }
            let has: InlineArray<2, UInt64> = [reader.fixed(), reader.fixed()]
            guard let bytes = reader.next((has[0].nonzeroBitCount + has[1].nonzeroBitCount + 1) / 2) else { return }
            var place = 0
            for word in 0..<2 {
                var rest = has[word]
                while rest != 0 {
                    let register = word << 6 | rest.trailingZeroBitCount
                    rest &= rest &- 1
                    let both = bytes.load(fromByteOffset: place >> 1, as: UInt8.self)
                    let rank = place & 1 == 0 ? both & 15 : both >> 4
                    ranks.storeBytes(of: rank, toByteOffset: register, as: UInt8.self)
                    hasLong = hasLong || rank == 15
                    place &+= 1
                }
            }
        }
        guard hasLong else { return }
        for age in 0..<DistinctCount.panes {
            let ranks = registers(age: age)
            for register in 0..<DistinctCount.registers where ranks[register] == 15 {
                ranks[register] = min(reader.byte(), 59)
            }
        }
    }
}

/// Eight ranks side by side, the first in the lowest byte. A rank is below 64, so that bytes don't meet.
private struct EightRanks {
    let bits: UInt64

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    @inline(__always)
    init(_ bits: UInt64) { self.bits = bits }

    @inline(__always)
    init(_ ranks: UnsafeMutableRawPointer, _ word: Int) {
        bits = UInt64(littleEndian: ranks.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self))
    }

    /// - Parameter halves: two in a byte, the lower half first.
    @inline(__always)
    init(halves: UInt32) {
        var bits = UInt64(halves)
        bits = (bits | bits << 16) & 0x0000_FFFF_0000_FFFF
        bits = (bits | bits << 8) & 0x00FF_00FF_00FF_00FF
        self.bits = (bits | bits << 4) & 0x0F0F_0F0F_0F0F_0F0F
    }

    /// Two in a byte, those from 15 on as 15.
    @inline(__always)
    var halves: UInt32 {
        let long = longTops
        var bits = (bits | (long >> 7) &* 15) & 0x0F0F_0F0F_0F0F_0F0F
        bits = (bits | bits >> 4) & 0x00FF_00FF_00FF_00FF
        bits = (bits | bits >> 8) & 0x0000_FFFF_0000_FFFF
        return UInt32(truncatingIfNeeded: bits | bits >> 16)
    }

    /// The highest bit of each that is 15 or more.
    @inline(__always)
    private var longTops: UInt64 { (bits &+ 0x71 &* EightRanks.ones) & EightRanks.tops }

    @inline(__always)
    var hasLong: Bool { longTops != 0 }

    /// Where ranks are higher than others: all bits of their bytes, and a bit for each.
    @inline(__always)
    func higher(than other: EightRanks) -> (bytes: UInt64, mask: UInt8) {
        let tops = ((bits | EightRanks.tops) &- (other.bits &+ EightRanks.ones)) & EightRanks.tops
        let ones = tops >> 7
        return (ones &* 0xFF, UInt8(truncatingIfNeeded: (ones &* 0x0102_0408_1020_4080) >> 56))
    }
}
