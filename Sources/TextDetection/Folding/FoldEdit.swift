/// A stretch of a text that folding changed. Between two edits bytes were copied, one for one.
///
/// Offsets are bytes from the start of the text, and of its folded form. Letters that became another letter of the
/// same length have no edit.
package struct FoldEdit: Sendable, Equatable, BitwiseCopyable {
    package enum Cause: UInt8, Sendable, BitwiseCopyable {
        case folded
        /// Read as a letter of another script, in a word that mixes scripts.
        case mistaken
        /// Part of a run that a control character turns: the edits of such a run come in the order in which it is read,
        /// which need not be that in which it stands.
        case turned
    }

    package var source: UInt32
    package var sourceCount: UInt32
    package var folded: UInt32
    /// The cause stands in the two highest bits, the letter in the eight below.
    private var foldedCountAndCause: UInt32

    /// 0 where characters went away.
    package var foldedCount: UInt32 {
        @inline(__always) get { foldedCountAndCause & 0x3F_FFFF }
        set { foldedCountAndCause = newValue & 0x3F_FFFF | foldedCountAndCause & 0xFFC0_0000 }
    }
    /// What letter it was, if spelling tells it apart from what it became (`MarkedLetter`).
    var letter: UInt8 {
        @inline(__always) get { UInt8(truncatingIfNeeded: foldedCountAndCause >> 22) }
        set { foldedCountAndCause = foldedCountAndCause & 0xC03F_FFFF | UInt32(newValue) << 22 }
    }
    package var cause: Cause {
        @inline(__always) get { Cause(rawValue: UInt8(foldedCountAndCause >> 30)) ?? .folded }
        set { foldedCountAndCause = foldedCountAndCause & 0x3FFF_FFFF | UInt32(newValue.rawValue) << 30 }
    }

    @inline(__always)
    init(
        source: Int, sourceCount: Int, folded: Int, foldedCount: Int, cause: Cause = .folded,
        letter: UInt8 = MarkedLetter.none
    ) {
        self.source = UInt32(truncatingIfNeeded: source)
        self.sourceCount = UInt32(truncatingIfNeeded: sourceCount)
        self.folded = UInt32(truncatingIfNeeded: folded)
        foldedCountAndCause =
            UInt32(truncatingIfNeeded: foldedCount) & 0x3F_FFFF | UInt32(truncatingIfNeeded: cause.rawValue) << 30
            | UInt32(truncatingIfNeeded: letter) << 22
    }

    var sourceEnd: Int { Int(source) + Int(sourceCount) }
    var foldedEnd: Int { Int(folded) + Int(foldedCount) }
}

extension RandomAccessCollection where Element == FoldEdit, Index == Int {
    /// Where in the original text a stretch of the folded one comes from. What begins or ends within a changed
    /// stretch is widened to all of that stretch; characters that went away count only if they stand inside.
    func sourceRange(of folded: Range<Int>) -> Range<Int> {
        let (first, last) = (position(before: folded.lowerBound + 1), position(before: folded.upperBound))
        if isTurned(first, last) { return turnedRange(of: folded, first, last) }
        let start = sourceStart(of: folded.lowerBound, first)
        return start..<Swift.max(start, sourceEnd(of: folded.upperBound, last))
    }

    /// Whether a stretch of the folded text was changed for a reason.
    func hasCause(_ cause: FoldEdit.Cause, in folded: Range<Int>) -> Bool {
        var position = position(before: folded.upperBound)
        while position >= startIndex, self[position].foldedEnd > folded.lowerBound {
            if self[position].cause == cause { return true }
            position -= 1
        }
        return false
    }

    private func sourceStart(of folded: Int, _ position: Int) -> Int {
        guard position >= startIndex else { return folded }
        let edit = self[position]
        return folded < edit.foldedEnd ? Int(edit.source) : edit.sourceEnd + folded - edit.foldedEnd
    }

    private func sourceEnd(of folded: Int, _ position: Int) -> Int {
        guard position >= startIndex else { return folded }
        let edit = self[position]
        return folded <= edit.foldedEnd ? edit.sourceEnd : edit.sourceEnd + folded - edit.foldedEnd
    }

    /// The last edit that begins before a place in the folded text; before the first one if there is none.
    func position(before folded: Int) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if Int(self[middle].folded) < folded { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }

    private func isTurned(_ first: Int, _ last: Int) -> Bool {
        guard last >= startIndex else { return false }
        return (Swift.max(startIndex, Swift.min(first, last))...last).contains { self[$0].cause == .turned }
    }

    /// From the first to the last place that anything of the stretch comes from.
    private func turnedRange(of folded: Range<Int>, _ first: Int, _ last: Int) -> Range<Int> {
        var (start, end) = (Int.max, 0)
        func take(_ range: Range<Int>) {
            start = Swift.min(start, range.lowerBound)
            end = Swift.max(end, range.upperBound)
        }
        for position in Swift.max(startIndex, Swift.min(first, last))...last {
            let edit = self[position]
            if edit.foldedEnd > folded.lowerBound, edit.foldedCount > 0 { take(Int(edit.source)..<edit.sourceEnd) }
            // What was copied behind it.
            let next = position + 1 < endIndex ? Int(self[position + 1].folded) : Int.max
            let (from, to) = (
                Swift.max(edit.foldedEnd, folded.lowerBound), Swift.min(next, folded.upperBound)
            )
            if from < to { take(edit.sourceEnd + from - edit.foldedEnd..<edit.sourceEnd + to - edit.foldedEnd) }
        }
        if first < startIndex {
            let to = Swift.min(folded.upperBound, isEmpty ? Int.max : Int(self[startIndex].folded))
            if folded.lowerBound < to { take(folded.lowerBound..<to) }
        }
        return start < end
            ? start..<end : sourceStart(of: folded.lowerBound, first)..<sourceStart(of: folded.lowerBound, first)
    }
}
