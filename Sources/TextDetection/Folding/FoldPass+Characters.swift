extension FoldPass {
    /// One character that is not ASCII, by the table; or a stretch of them, by ICU.
    ///
    /// - Returns: false if ICU failed.
    @inline(__always)
    mutating func foldCharacter() -> Bool {
        let (code, length) = character(at: source)
        let entry = entry(of: code)
        switch entry & FoldTable.Kind.mask {
        case FoldTable.Kind.copy:
            setBoundary()
            copy(length)
            lastClass = 0
        case FoldTable.Kind.map:
            setBoundary()
            map(entry, length)
        case FoldTable.Kind.space:
            appendSpace(length)
            setBoundary()
            lastClass = 0
        case FoldTable.Kind.mark where FoldTable.combiningClass(entry) >= lastClass:
            copy(length)
            lastClass = FoldTable.combiningClass(entry)
            countPending()
        case FoldTable.Kind.delete:
            edits.append(FoldEdit(source: source, sourceCount: length, folded: output.count - start, foldedCount: 0))
            source &+= length
            countPending()
        case FoldTable.Kind.start:
            setBoundary()
            return foldStretch()
        default:
            return foldStretch()
        }
        return true
    }

    @inline(__always)
    private mutating func setBoundary() {
        boundary = Boundary(source: source, output: output.count, edits: edits.count)
        pending = 0
    }

    @inline(__always)
    private mutating func countPending() {
        pending &+= 1
        guard pending >= FoldPass.longestStretch else { return }
        setBoundary()
        lastClass = 0
    }

    @inline(__always)
    private mutating func copy(_ length: Int) {
        // Four bytes in one go where both sides have them.
        if source + 4 <= count {
            let bytes = UnsafeRawPointer(text + source).loadUnaligned(as: UInt32.self)
            UnsafeMutableRawPointer(output.base + output.count).storeBytes(of: bytes, as: UInt32.self)
            output.count &+= length
        } else {
            output.append(text + source, length)
        }
        source &+= length
    }

    @inline(__always)
    private mutating func map(_ entry: UInt32, _ length: Int) {
        let mapping = pool + FoldTable.mapping(entry)
        let folded = Int(mapping[0])
        if entry & FoldTable.sameLength == 0 {
            edits.append(
                FoldEdit(
                    source: source, sourceCount: length, folded: output.count - start, foldedCount: folded))
        }
        output.append(mapping + 1, folded)
        source &+= length
        output.reserve(count - source + FoldPass.slack)
        lastClass = FoldTable.combiningClass(entry)
    }

    @inline(__always)
    func entry(of code: UInt32) -> UInt32 {
        code < FoldTable.limit ? entries[Int(code)] : FoldTable.entryBeyond(code)
    }

    /// The code point at a place and its length in bytes. What is no UTF-8 counts as a control character of one
    /// byte, which is copied.
    @inline(__always)
    func character(at place: Int) -> (code: UInt32, length: Int) {
        let lead = UInt32(text[place])
        if lead < 0x80 { return (lead, 1) }
        if lead >= 0xC2, lead < 0xE0, place + 1 < count {
            return ((lead & 0x1F) << 6 | trail(place + 1), 2)
        }
        if lead >= 0xE0, lead < 0xF0, place + 2 < count {
            return ((lead & 0x0F) << 12 | trail(place + 1) << 6 | trail(place + 2), 3)
        }
        if lead >= 0xF0, lead < 0xF5, place + 3 < count {
            return (
                (lead & 0x07) << 18 | trail(place + 1) << 12 | trail(place + 2) << 6 | trail(place + 3), 4
            )
        }
        return (0, 1)
    }

    @inline(__always)
    private func trail(_ place: Int) -> UInt32 { UInt32(text[place] & 0x3F) }
}
