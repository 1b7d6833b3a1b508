/// Words that mix Latin letters with those of scripts that look alike are read as Latin: who writes `тurnip` means no
/// Cyrillic word. A word of one script stays what it is, since Russian words made of such letters are words.
extension FoldPass {
    /// Whether the output ends in a character beyond ASCII, or in a digit that one may stand before.
    @inline(__always)
    var mayEndInMistakable: Bool {
        guard output.count > floor else { return false }
        let last = output.base[output.count - 1]
        return last >= 0x80 || FoldPass.isDigit(last)
    }

    /// Behind a letter of such a script, digits between.
    func endsInMistakable(at place: Int) -> Bool {
        var end = place
        while end > floor, FoldPass.isDigit(output.base[end - 1]) { end -= 1 }
        guard end > floor, output.base[end - 1] >= 0x80 else { return false }
        let (code, _) = FoldPass.character(at: characterStart(before: end), output.base, end)
        return isMistakable(code)
    }

    /// Behind a Latin letter of the same word, digits between.
    @inline(__always)
    func isAfterLatin(at place: Int) -> Bool {
        guard place > floor else { return false }
        let last = output.base[place - 1]
        return FoldPass.isLetter(last) || FoldPass.isDigit(last) && isAfterLatinAndDigits(at: place)
    }

    private func isAfterLatinAndDigits(at place: Int) -> Bool {
        var end = place
        while end > floor, FoldPass.isDigit(output.base[end - 1]) { end -= 1 }
        return end > floor && FoldPass.isLetter(output.base[end - 1])
    }

    /// Before a Latin letter of the same word, digits between.
    var isLatinAhead: Bool {
        var place = source
        while place < count, FoldPass.isDigit(text[place]) { place += 1 }
        return place < count && FoldPass.isLetter(text[place] | 0x20)
    }

    private func isMistakable(_ code: UInt32) -> Bool {
        let entry = table.entry(of: code)
        return entry & FoldTable.Kind.mask == FoldTable.Kind.inline && entry & FoldTable.mistakable != 0
    }

    /// Goes back to where the word begins, to fold it again.
    @inline(never)
    mutating func startMixed() {
        var place = output.count
        while place > floor, FoldPass.isWordByte(output.base[place - 1]) { place -= 1 }
        mixedStart = place
        var position = edits[firstEdit...].position(before: place - start + 1)
        if position >= firstEdit, edits[position].foldedEnd > place - start {
            // Within what one character became.
            place = start + Int(edits[position].folded)
            source = Int(edits[position].source)
            position -= 1
        } else if position >= firstEdit {
            source = edits[position].sourceEnd + place - start - edits[position].foldedEnd
        } else {
            source = place - start
        }
        edits.removeLast(edits.count - max(position + 1, firstEdit))
        output.count = place
        lastClass = 0
        isMixed = true
        traits.hasMixed = true
        output.reserve(count - source + FoldPass.slack)
    }

    /// One character of a word that mixes scripts.
    mutating func foldMixed() {
        let before = output.count
        if text[source] < 0x80 {
            foldASCIIByte()
            lastClass = 0
        } else {
            let (code, length) = character(at: source)
            let entry = table.entry(of: code)
            if entry & FoldTable.Kind.mask == FoldTable.Kind.inline, entry & FoldTable.mistakable != 0 {
                appendMistaken(entry, length)
            } else {
                foldCharacter()
            }
        }
        if output.count > before, !FoldPass.isWordByte(output.base[output.count - 1]) { endMixed(at: output.count - 1) }
    }

    /// At a sign, unless it stands before the word: what began the word may have become a sign and a letter.
    private mutating func endMixed(at place: Int) {
        if !staysMixed, place >= mixedStart { isMixed = false }
    }

    private mutating func appendMistaken(_ entry: UInt32, _ length: Int) {
        traits.scripts |= FoldTable.mistakable
        let (before, folded) = (output.count, FoldTable.count(entry))
        UnsafeMutableRawPointer(output.base + before).storeBytes(of: entry, as: UInt32.self)
        output.count += folded
        edits.append(
            FoldEdit(
                source: source, sourceCount: length, folded: before - start, foldedCount: folded, cause: .mistaken))
        source += length
        lastClass = 0
        readAsLatin(from: before)
    }

    /// What several characters became, behind what stood before: starts a word that mixes scripts, or goes on with it.
    mutating func joinMixed(from before: Int) {
        if isMixed {
            readAsLatin(from: before)
            return
        }
        var place = before
        while place < output.count {
            let (code, size) = FoldPass.character(at: place, output.base, output.count)
            if code < 0x80 {
                if FoldPass.isLetter(UInt8(code)), endsInMistakable(at: place) { return startMixed() }
            } else if isMistakable(code) {
                if isAfterLatin(at: place) { return startMixed() }
                traits.scripts |= FoldTable.mistakable
            }
            place += size
        }
    }

    /// Latin letters for those that are mistaken for them, in all that the last edit stands for.
    private mutating func readAsLatin(from before: Int) {
        var (place, end) = (before, before)
        while place < output.count {
            let (code, size) = FoldPass.character(at: place, output.base, output.count)
            if code < 0x80, !FoldPass.isWordByte(UInt8(code)) { endMixed(at: place) }
            let latin = code < 0x80 || !isMixed || place < mixedStart ? 0 : table.latin(for: code)
            if latin == 0 {
                for offset in 0..<size { output.base[end + offset] = output.base[place + offset] }
                end += size
            } else {
                output.base[end] = latin
                end += 1
            }
            place += size
        }
        guard end < output.count, edits.count > firstEdit else { return }
        output.count = end
        edits[edits.count - 1].foldedCount = UInt32(end - start - Int(edits[edits.count - 1].folded))
        edits[edits.count - 1].cause = .mistaken
    }

    /// What of a word may be no ASCII space or sign.
    @inline(__always)
    static func isWordByte(_ byte: UInt8) -> Bool { byte >= 0x80 || isLetter(byte) || isDigit(byte) }
}
