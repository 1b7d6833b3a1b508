internal import CICU

/// Runs that U+202D and U+202E turn (UAX #9, "Explicit Directional Overrides"): folded in the order in which a reader
/// meets their characters.
extension FoldPass {
    /// Overrides inside of overrides that are looked at; deeper ones are dropped.
    static let deepestTurn = 3

    private struct Unit {
        var source: Range<Int>
        /// In the text put into reading order.
        var start: Int
    }

    /// The run from its control on up to the one that ends it, or to the end of the line.
    ///
    /// - Parameter isRightToLeft: as the control says. Letters that are read that way anyway are not turned by it.
    mutating func foldTurned(isRightToLeft: Bool) {
        let first = source + 3
        let end = turnedEnd(first)
        var units: [Unit] = []
        let reading = reading(first..<end.inner, isRightToLeft, &units)
        edits.append(
            FoldEdit(source: source, sourceCount: 3, folded: output.count - start, foldedCount: 0, cause: .turned))
        let (begin, editsBefore) = (output.count, edits.count)
        reading.withUnsafeBufferPointer { bytes in
            output.reserve(bytes.count + FoldPass.slack)
            var kept: ContiguousArray<FoldEdit> = []
            swap(&kept, &edits)
            var pass = FoldPass(bytes, table, output, kept, depth: depth + 1, staysMixed: staysMixed)
            kept = []
            pass.run()
            output = pass.output
            swap(&edits, &pass.edits)
            traits.scripts |= pass.traits.scripts
            traits.hasMarked = traits.hasMarked || pass.traits.hasMarked
            traits.hasMixed = traits.hasMixed || pass.traits.hasMixed
        }
        let inner = edits[editsBefore...].map(\.self)
        edits.removeLast(edits.count - editsBefore)
        appendTurned(inner, units, begin)
        // What follows is counted from here.
        edits.append(
            FoldEdit(
                source: end.inner, sourceCount: end.outer - end.inner, folded: output.count - start, foldedCount: 0,
                cause: .turned))
        source = end.outer
        floor = output.count
        output.reserve(count - source + FoldPass.slack)
        lastClass = 0
    }

    /// An edit for each character of what has been folded.
    private mutating func appendTurned(_ inner: [FoldEdit], _ units: [Unit], _ begin: Int) {
        var place = begin
        while place < output.count {
            let size = max(1, FoldPass.character(at: place, output.base, output.count).length)
            let next = min(place + size, output.count)
            let read = inner.sourceRange(of: place - begin..<next - begin)
            var source = units[unit(at: read.lowerBound, units)].source
            if read.count > 1 {
                for position in unit(at: read.lowerBound, units)...unit(at: read.upperBound - 1, units) {
                    let other = units[position].source
                    source = min(source.lowerBound, other.lowerBound)..<max(source.upperBound, other.upperBound)
                }
            }
            var edit = FoldEdit(
                source: source.lowerBound, sourceCount: source.count, folded: place - start, foldedCount: next - place,
                cause: .turned)
            let position = inner.position(before: place - begin + 1)
            if position >= 0, Int(inner[position].folded) == place - begin { edit.letter = inner[position].letter }
            edits.append(edit)
            place = next
        }
    }

    private func unit(at place: Int, _ units: [Unit]) -> Int {
        var (low, high) = (0, units.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if units[middle].start <= place { low = middle } else { high = middle }
        }
        return low
    }

    /// The run's characters with their marks, last first; a run of those that are read the control's way anyway, and of
    /// what stands between them, keeps its order. Runs inside of it that are turned are taken as they are.
    private func reading(_ range: Range<Int>, _ isRightToLeft: Bool, _ units: inout [Unit]) -> [UInt8] {
        var clusters: [(range: Range<Int>, isKept: Bool)] = []
        var place = range.lowerBound
        var letters = (kept: 0, turned: 0)
        while place < range.upperBound {
            let (code, length) = character(at: place)
            let entry = table.entry(of: code)
            if entry & FoldTable.Kind.mask == FoldTable.Kind.turn {
                let end = turnedEnd(place + 3)
                clusters.append((place..<max(place + 3, end.outer), true))
                place = max(place + 3, end.outer)
                continue
            }
            let isMark = isMark(code, entry)
            if isMark, let last = clusters.last {
                clusters[clusters.count - 1].range = last.range.lowerBound..<place + length
            } else {
                let isKept = weir_icu_is_right_to_left(code) == isRightToLeft
                if weir_icu_is_word(code) { if isKept { letters.kept += 1 } else { letters.turned += 1 } }
                clusters.append((place..<place + length, isKept))
            }
            place += length
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        for (range, _) in letters.kept > letters.turned ? clusters : clusters.reversed() {
            units.append(Unit(source: range, start: bytes.count))
            bytes += UnsafeBufferPointer(start: text + range.lowerBound, count: range.count)
        }
        if units.isEmpty { units.append(Unit(source: range, start: 0)) }
        return bytes
    }

    private func isMark(_ code: UInt32, _ entry: UInt32) -> Bool {
        if code < 0x300 { return false }
        if entry & FoldTable.Kind.mask == FoldTable.Kind.mark { return true }
        guard let scalar = Unicode.Scalar(code) else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return true
        default: return false
        }
    }

    /// Where a run ends: before the control that ends it and behind it, or at the end of the line.
    private func turnedEnd(_ first: Int) -> (inner: Int, outer: Int) {
        var open = 1
        var place = first
        while place < count {
            let byte = text[place]
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { return (place, place) }
            guard byte == 0xE2 else {
                place += character(at: place).length
                continue
            }
            let (code, length) = character(at: place)
            switch code {
            case 0x2029: return (place, place)
            case 0x202A, 0x202B, 0x202D, 0x202E: open += 1
            case 0x202C:
                open -= 1
                if open == 0 { return (place, place + length) }
            default: break
            }
            place += length
        }
        return (count, count)
    }
}
