/// Its form in records: as many as there are, of each what `ThingHour` says; or 65, then as LEB128 the panes since
/// the newest of the sketch, and the sketch.
extension DistinctCount {
    func write(now: StateTime, to out: inout RecordWriter) {
        let current = DistinctCount.hour(now)
        guard !isSketch else {
            out.byte(UInt8(DistinctCount.mostExact) + 1)
            out.varint(UInt64(current / 6 - newest))
            dropCovered()
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

    /// Drops ranks that a newer pane has as well, or higher ones: they leave the window before that pane does, so that no
    /// estimate is made of them.
    private func dropCovered() {
        var highest: InlineArray<128, UInt8> = InlineArray(repeating: 0)
        for age in 0..<DistinctCount.panes {
            let ranks = registers(age: age)
            for register in 0..<DistinctCount.registers {
                if ranks[register] > highest[register] {
                    highest[register] = ranks[register]
                } else {
                    ranks[register] = 0
                }
            }
        }
    }

    /// Two bits for each pane, those of the newest lowest: 0 for none, 1 for some ranks, 2 for all. By pane then, if it has
    /// some, which, a bit each; and the ranks, two in a byte, the lower half first. Then in the same order, in a byte each,
    /// those from 15 on, for which 15 stood.
    private func writeSketch(to out: inout RecordWriter) {
        guard let forms = out.room(1) else { return }
        var form: UInt8 = 0
        for age in 0..<DistinctCount.panes {
            let ranks = registers(age: age)
            var has: InlineArray<2, UInt64> = InlineArray(repeating: 0)
            for register in 0..<DistinctCount.registers where ranks[register] != 0 {
                has[register >> 6] |= 1 << UInt64(register & 63)
            }
            let count = has[0].nonzeroBitCount + has[1].nonzeroBitCount
            guard count > 0 else { continue }
            let isDense = count >= DistinctCount.dense
            form |= (isDense ? 2 : 1) << UInt8(2 * age)
            if isDense {
                has = InlineArray(repeating: .max)
            } else {
                out.fixed(has[0])
                out.fixed(has[1])
            }
            var low: UInt8?
            DistinctCount.forEach(has) { register in
                let rank = min(ranks[register], 15)
                if let other = low {
                    out.byte(other | rank << 4)
                    low = nil
                } else {
                    low = rank
                }
            }
            if let low { out.byte(low) }
        }
        forms.storeBytes(of: form, as: UInt8.self)
        for age in 0..<DistinctCount.panes {
            let ranks = registers(age: age)
            for register in 0..<DistinctCount.registers where ranks[register] >= 15 { out.byte(ranks[register]) }
        }
    }

    private mutating func readSketch(from reader: inout RecordReader) {
        sketch.update(repeating: 0, count: DistinctCount.sketchBytes)
        let form = reader.byte()
        for age in 0..<DistinctCount.panes where form >> UInt8(2 * age) & 3 != 0 {
            var has: InlineArray<2, UInt64> = InlineArray(repeating: .max)
            if form >> UInt8(2 * age) & 3 == 1 { has = [reader.fixed(), reader.fixed()] }
            let ranks = registers(age: age)
            var high: UInt8?
            DistinctCount.forEach(has) { register in
                if let rank = high {
                    ranks[register] = rank
                    high = nil
                } else {
                    let both = reader.byte()
                    ranks[register] = both & 15
                    high = both >> 4
                }
            }
        }
        for age in 0..<DistinctCount.panes {
            let ranks = registers(age: age)
            for register in 0..<DistinctCount.registers where ranks[register] == 15 {
                ranks[register] = min(reader.byte(), 59)
            }
        }
    }

    @inline(__always)
    private static func forEach(_ registers: InlineArray<2, UInt64>, _ body: (Int) -> Void) {
        for word in 0..<2 {
            var rest = registers[word]
            while rest != 0 {
                body(word << 6 | rest.trailingZeroBitCount)
                rest &= rest &- 1
            }
        }
    }
}
