/// What a term's marks are to a text's.
struct TermMarks: Sendable, Equatable {
    struct Mark: Sendable, Equatable {
        /// Of the letter, in the folded term.
        let offset: UInt32
        let letter: UInt8
    }

    /// In so many letters another word may differ; one that differs in more is a disguise.
    static let mostOrdinary = 2

    let marks: [Mark]

    init(_ edits: some RandomAccessCollection<FoldEdit>, _ range: Range<Int>) {
        marks = edits.lazy.filter { $0.letter != MarkedLetter.none && range.contains(Int($0.folded)) }.map {
            Mark(offset: $0.folded - UInt32(range.lowerBound), letter: $0.letter)
        }
    }

    /// Whether a stretch of a text may be this term: marked as it is, or marked as no word is.
    ///
    /// - Parameter range: of the folded text.
    func match(_ edits: ContiguousArray<FoldEdit>.SubSequence, _ range: Range<Int>) -> Bool {
        var position = edits.position(before: range.upperBound)
        var (next, different) = (marks.count - 1, 0)
        func missing(before offset: UInt32) {
            while next >= 0, marks[next].offset > offset { (next, different) = (next - 1, different + 1) }
        }
        while position >= edits.startIndex, Int(edits[position].folded) >= range.lowerBound {
            let edit = edits[position]
            position -= 1
            guard edit.letter != MarkedLetter.none else { continue }
            if edit.letter == MarkedLetter.odd { return true }
            let offset = edit.folded - UInt32(range.lowerBound)
            missing(before: offset)
            if next >= 0, marks[next].offset == offset {
                if marks[next].letter != edit.letter { different += 1 }
                next -= 1
            } else {
                different += 1
            }
        }
        different += next + 1
        return different == 0 || different > TermMarks.mostOrdinary
    }
}
