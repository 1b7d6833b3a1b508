internal import CICU

/// What depends on what stands before: marks that stay, in canonical order, and what composes.
extension FoldPass {
    /// A mapping with such characters in it, code point by code point; all of it is one edit.
    mutating func appendSequence(_ mapping: UnsafePointer<UInt8>, _ length: Int) {
        let folded = Int(mapping[0])
        output.reserve(count - source + 2 * FoldPass.slack)
        var lowest = output.count
        var place = 0
        while place < folded {
            let (code, size) = FoldPass.character(at: place, mapping + 1, folded)
            let entry = table.entry(of: code)
            if entry & FoldTable.Kind.mask == FoldTable.Kind.mark {
                lowest = min(lowest, putMark(code, FoldPass.markClass(entry), mapping + 1 + place, size))
            } else if code == 0x20 {
                if !isAfterSpace { output.append(FoldPass.space) }
                lastClass = 0
            } else if let start = compose(code) {
                lowest = min(lowest, start)
            } else {
                output.append(mapping + 1 + place, size)
                lastClass = 0
            }
            place += size
        }
        source += length
        replaceEdits(from: lowest, sourceEnd: source)
        output.reserve(count - source + FoldPass.slack)
        joinMixed(from: lowest)
    }

    /// A mark that goes: what its letter became stands for both.
    mutating func strip(_ mark: UInt32, _ length: Int) {
        let end = output.count - start
        let last = edits.count > firstEdit ? edits.last : nil
        if output.count == floor || isAfterSpace {
            edits.append(FoldEdit(source: source, sourceCount: length, folded: end, foldedCount: 0))
        } else {
            let from = characterStart(before: output.count) - start
            if let last, last.foldedEnd > from, last.foldedEnd < end {
                // What is no UTF-8 stands between.
                replaceEdits(from: from + start, sourceEnd: source + length)
            } else if let last, last.foldedEnd > from {
                edits[edits.count - 1].sourceCount = UInt32(source + length) - last.source
            } else {
                // It was copied, one for one.
                edits.append(
                    FoldEdit(
                        source: source - (end - from), sourceCount: end - from + length, folded: from,
                        foldedCount: end - from))
            }
            let letter = FoldPass.character(at: from + start, output.base, output.count).code
            let number = MarkedLetter.number(of: letter, with: mark)
            if number != MarkedLetter.none {
                let known = edits[edits.count - 1].letter
                edits[edits.count - 1].letter = known == MarkedLetter.none ? number : MarkedLetter.odd
                traits.hasMarked = true
            }
        }
        source &+= length
    }

    /// A mark that stays as it is.
    mutating func appendMark(_ code: UInt32, _ markClass: UInt32, _ length: Int) {
        let before = output.count
        let lowest = putMark(code, markClass, text + source, length)
        if lowest < before { replaceEdits(from: lowest, sourceEnd: source + length) }
        source &+= length
    }

    /// A mark goes behind those of its class and of lower ones, but before those of higher classes.
    ///
    /// - Returns: from where on the output has changed.
    private mutating func putMark(
        _ code: UInt32, _ markClass: UInt32, _ bytes: UnsafePointer<UInt8>, _ size: Int
    ) -> Int {
        if FoldPass.isVoicing(code), let start = voice(code) { return start }
        markCount = lastClass == 0 ? 1 : markCount + 1
        if markCount > FoldPass.mostMarks {
            markCount = 1
            lastClass = 0
        }
        guard lastClass > markClass else {
            output.append(bytes, size)
            lastClass = markClass
            return output.count - size
        }
        return insertMark(markClass, bytes, size)
    }

    private mutating func insertMark(_ markClass: UInt32, _ bytes: UnsafePointer<UInt8>, _ size: Int) -> Int {
        var place = output.count
        for _ in 1..<markCount {
            let before = characterStart(before: place)
            let entry = table.entry(of: FoldPass.character(at: before, output.base, output.count).code)
            if entry & FoldTable.Kind.mask == FoldTable.Kind.mark, FoldPass.markClass(entry) <= markClass { break }
            place = before
        }
        let rest = Array(UnsafeBufferPointer(start: output.base + place, count: output.count - place))
        output.count = place
        output.append(bytes, size)
        rest.withUnsafeBufferPointer { rest in
            if let base = rest.baseAddress { output.append(base, rest.count) }
        }
        return place
    }

    @inline(__always)
    private static func isVoicing(_ code: UInt32) -> Bool { code == 0x3099 || code == 0x309A }

    /// A voicing mark composes with its Kana, other marks of lower and higher classes between (UAX #15, D115).
    ///
    /// - Returns: where the Kana begins, which takes as many bytes as before; nil if there is none.
    private mutating func voice(_ code: UInt32) -> Int? {
        var place = output.count
        for _ in 0..<(lastClass == 0 ? 0 : markCount) {
            place = characterStart(before: place)
            let mark = FoldPass.character(at: place, output.base, output.count).code
            if FoldPass.isVoicing(mark) { return nil }
        }
        guard place > floor else { return nil }
        let before = characterStart(before: place)
        let joined = weir_icu_compose(FoldPass.character(at: before, output.base, output.count).code, code)
        guard joined != 0, let scalar = Unicode.Scalar(joined), String(scalar).utf8.count == place - before else {
            return nil
        }
        for (offset, byte) in String(scalar).utf8.enumerated() { output.base[before + offset] = byte }
        return before
    }

    /// Puts one character in the place of the last and of a code point that composes with it.
    ///
    /// - Returns: where it begins; nil if the two don't.
    private mutating func compose(_ code: UInt32) -> Int? {
        guard output.count > floor else { return nil }
        let before = characterStart(before: output.count)
        let joined = weir_icu_compose(FoldPass.character(at: before, output.base, output.count).code, code)
        guard joined != 0, let scalar = Unicode.Scalar(joined) else { return nil }
        output.count = before
        for byte in String(scalar).utf8 { output.append(byte) }
        return before
    }

    /// One edit for all of the output from a place on, and for what the text has for that.
    private mutating func replaceEdits(from place: Int, sourceEnd: Int) {
        var from = place - start
        var position = edits[firstEdit...].position(before: from + 1)
        var source = from
        if position >= firstEdit {
            let edit = edits[position]
            if edit.foldedEnd > from {
                // Not from the middle of what one character became.
                from = Int(edit.folded)
                source = Int(edit.source)
                position -= 1
            } else {
                source = edit.sourceEnd + from - edit.foldedEnd
            }
        }
        edits.removeLast(edits.count - max(position + 1, firstEdit))
        edits.append(
            FoldEdit(
                source: source, sourceCount: sourceEnd - source, folded: from, foldedCount: output.count - start - from)
        )
    }

    /// Of UTF-8, whose characters have four bytes at most.
    func characterStart(before place: Int) -> Int {
        var place = place - 1
        let first = max(floor, place - 3)
        while place > first, output.base[place] & 0xC0 == 0x80 { place -= 1 }
        return place
    }
}
