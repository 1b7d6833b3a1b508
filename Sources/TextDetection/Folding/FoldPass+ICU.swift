internal import CICU

extension FoldPass {
    /// From the last boundary up to the next, by ICU; with what was already folded of it.
    ///
    /// - Returns: false if ICU failed.
    @inline(never)
    mutating func foldStretch() -> Bool {
        output.count = boundary.output
        edits.removeLast(edits.count - boundary.edits)
        source = boundary.source
        let end = stretchEnd()
        var folded: UnsafePointer<CChar>?
        var foldedCount = 0
        let stretch = UnsafeRawPointer(text + source).assumingMemoryBound(to: CChar.self)
        guard weir_icu_fold(icu.handle, stretch, end - source, &folded, &foldedCount) == 0, let folded else {
            return false
        }
        output.reserve(foldedCount + count - end + FoldPass.slack)
        append(UnsafeRawPointer(folded).assumingMemoryBound(to: UInt8.self), foldedCount)
        source = end
        boundary = Boundary(source: source, output: output.count, edits: edits.count)
        pending = 0
        lastClass = 0
        return true
    }

    /// At least one character, at most twice as many as may be pending.
    private func stretchEnd() -> Int {
        var end = source
        var characters = 0
        while end < count, characters < 2 * FoldPass.longestStretch {
            let (code, length) = character(at: end)
            if characters > 0, hasBoundaryBefore(code) { break }
            end += length
            characters += 1
        }
        return end
    }

    private func hasBoundaryBefore(_ code: UInt32) -> Bool {
        guard code >= 0x80 else { return true }
        switch entry(of: code) & FoldTable.Kind.mask {
        case FoldTable.Kind.mark, FoldTable.Kind.delete, FoldTable.Kind.join: return false
        default: return true
        }
    }

    /// ICU's last result with its edits. White space can only be in what was changed, and only as spaces.
    private mutating func append(_ folded: UnsafePointer<UInt8>, _ foldedCount: Int) {
        var list: UnsafePointer<weir_icu_edit>?
        let editCount = weir_icu_edits(icu.handle, &list)
        var done = 0
        for edit in UnsafeBufferPointer(start: list, count: editCount) {
            let (from, length) = (Int(edit.folded), Int(edit.folded_length))
            output.append(folded + done, from - done)
            append(
                changed: UnsafeBufferPointer(start: folded + from, count: length),
                source: source + Int(edit.source), sourceCount: Int(edit.source_length))
            done = from + length
        }
        output.append(folded + done, foldedCount - done)
    }

    private mutating func append(changed bytes: UnsafeBufferPointer<UInt8>, source: Int, sourceCount: Int) {
        // A space behind a space: what the two came from becomes one stretch.
        let joinsSpace = isAfterSpace && bytes.first == FoldPass.space
        if joinsSpace { widenLast(to: source + sourceCount) }
        let first = output.count
        for byte in bytes where byte != FoldPass.space || !isAfterSpace { output.append(byte) }
        if joinsSpace {
            edits[edits.count - 1].foldedCount += UInt32(output.count - first)
        } else {
            edits.append(
                FoldEdit(
                    source: source, sourceCount: sourceCount, folded: first - start,
                    foldedCount: output.count - first))
        }
    }
}
