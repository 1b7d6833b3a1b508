/// A stretch of a text that folding changed. Between two edits bytes were copied, one for one.
///
/// Offsets are bytes from the start of the text, and of its folded form. Letters that became another letter of the
/// same length have no edit.
package struct FoldEdit: Sendable, Equatable, BitwiseCopyable {
    package var source: UInt32
    package var sourceCount: UInt32
    package var folded: UInt32
    /// 0 where characters went away.
    package var foldedCount: UInt32

    @inline(__always)
    init(source: Int, sourceCount: Int, folded: Int, foldedCount: Int) {
        self.source = UInt32(truncatingIfNeeded: source)
        self.sourceCount = UInt32(truncatingIfNeeded: sourceCount)
        self.folded = UInt32(truncatingIfNeeded: folded)
        self.foldedCount = UInt32(truncatingIfNeeded: foldedCount)
    }

    var sourceEnd: Int { Int(source) + Int(sourceCount) }
    var foldedEnd: Int { Int(folded) + Int(foldedCount) }
}

extension RandomAccessCollection where Element == FoldEdit, Index == Int {
    /// Where in the original text a stretch of the folded one comes from. What begins or ends within a changed
    /// stretch is widened to all of that stretch; characters that went away count only if they stand inside.
    func sourceRange(of folded: Range<Int>) -> Range<Int> {
        let start = sourceStart(of: folded.lowerBound)
        return start..<Swift.max(start, sourceEnd(of: folded.upperBound))
    }

    private func sourceStart(of folded: Int) -> Int {
        guard let edit = last(before: folded + 1) else { return folded }
        return folded < edit.foldedEnd ? Int(edit.source) : edit.sourceEnd + folded - edit.foldedEnd
    }

    private func sourceEnd(of folded: Int) -> Int {
        guard let edit = last(before: folded) else { return folded }
        return folded <= edit.foldedEnd ? edit.sourceEnd : edit.sourceEnd + folded - edit.foldedEnd
    }

    /// The last edit that begins before a place in the folded text.
    private func last(before folded: Int) -> FoldEdit? {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if Int(self[middle].folded) < folded { low = middle + 1 } else { high = middle }
        }
        return low > startIndex ? self[low - 1] : nil
    }
}
