extension FoldPass {
    /// One character that is not ASCII.
    @inline(__always)
    mutating func foldCharacter() {
        let (code, length) = character(at: source)
        let entry = table.entry(of: code)
        guard entry & FoldTable.Kind.mask == FoldTable.Kind.inline else {
            foldRareCharacter(entry, code, length)
            return
        }
        if entry & FoldTable.mistakable != 0 {
            if !isMixed, isAfterLatin(at: output.count) {
                startMixed()
                return
            }
            traits.scripts |= entry & (FoldTable.mistakable | FoldTable.unmistakable)
        } else if FoldPass.isLetter(UInt8(truncatingIfNeeded: entry)), mayEndInMistakable, !isMixed,
            endsInMistakable(at: output.count)
        {
            startMixed()
            return
        }
        appendInline(entry, length)
    }

    /// Up to three bytes, written as four.
    @inline(__always)
    private mutating func appendInline(_ entry: UInt32, _ length: Int) {
        let folded = FoldTable.count(entry)
        if entry & FoldTable.sameLength == 0 {
            let letter = FoldTable.letter(entry)
            if letter != MarkedLetter.none { traits.hasMarked = true }
            edits.append(
                FoldEdit(
                    source: source, sourceCount: length, folded: output.count - start, foldedCount: folded,
                    letter: letter))
        }
        UnsafeMutableRawPointer(output.base + output.count).storeBytes(of: entry, as: UInt32.self)
        output.count &+= folded
        source &+= length
        lastClass = 0
    }

    private mutating func foldRareCharacter(_ entry: UInt32, _ code: UInt32, _ length: Int) {
        switch entry & FoldTable.Kind.mask {
        case FoldTable.Kind.copy:
            output.append(text + source, length)
            source &+= length
            lastClass = 0
        case FoldTable.Kind.space:
            appendSpace(length)
            lastClass = 0
        case FoldTable.Kind.delete:
            if entry & FoldTable.isStripped != 0 { strip(code, length) } else { delete(length) }
        case FoldTable.Kind.mark:
            appendMark(code, FoldPass.markClass(entry), length)
        case FoldTable.Kind.turn where depth < FoldPass.deepestTurn:
            foldTurned(isRightToLeft: entry & 1 == 0)
        case FoldTable.Kind.turn:
            delete(length)
        case FoldTable.Kind.sequence:
            appendSequence(table.pool + FoldPass.place(entry), length)
        default:
            appendPool(table.pool + FoldPass.place(entry), length)
        }
    }

    private mutating func delete(_ length: Int) {
        edits.append(FoldEdit(source: source, sourceCount: length, folded: output.count - start, foldedCount: 0))
        source &+= length
    }

    private mutating func appendPool(_ mapping: UnsafePointer<UInt8>, _ length: Int) {
        let folded = Int(mapping[0])
        let before = output.count
        edits.append(FoldEdit(source: source, sourceCount: length, folded: before - start, foldedCount: folded))
        output.append(mapping + 1, folded)
        source &+= length
        output.reserve(count - source + FoldPass.slack)
        lastClass = 0
        joinMixed(from: before)
    }

    @inline(__always)
    static func place(_ entry: UInt32) -> Int { Int(entry & 0x3FF_FFFF) }
    @inline(__always)
    static func markClass(_ entry: UInt32) -> UInt32 { entry & 0xFF }
    @inline(__always)
    static func isLetter(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "a") < 26 }
    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// The code point at a place and its length in bytes. What is no UTF-8 counts as a control character of one
    /// byte, which is copied.
    @inline(__always)
    func character(at place: Int) -> (code: UInt32, length: Int) { FoldPass.character(at: place, text, count) }

    @inline(__always)
    static func character(at place: Int, _ text: UnsafePointer<UInt8>, _ count: Int) -> (code: UInt32, length: Int) {
        let lead = UInt32(text[place])
        if lead < 0x80 { return (lead, 1) }
        func trail(_ offset: Int) -> UInt32 { UInt32(text[place + offset] & 0x3F) }
        if lead >= 0xC2, lead < 0xE0, place + 1 < count { return ((lead & 0x1F) << 6 | trail(1), 2) }
        if lead >= 0xE0, lead < 0xF0, place + 2 < count {
            return ((lead & 0x0F) << 12 | trail(1) << 6 | trail(2), 3)
        }
        if lead >= 0xF0, lead < 0xF5, place + 3 < count {
            let code = (lead & 0x07) << 18 | trail(1) << 12 | trail(2) << 6 | trail(3)
            return code < 0x11_0000 ? (code, 4) : (0xE000, 1)
        }
        return (0xE000, 1)
    }
}
