/// How often an entry stands in a text, and where first.
struct TermTally: Sendable, BitwiseCopyable {
    let text: UInt32
    var entry: UInt32
    /// In the buffer of folded texts.
    var start: UInt32
    var end: UInt32
    /// Occurrences, overlapping ones included.
    var count: UInt32
}

/// What a scan knows while Vectorscan calls it back.
///
/// Its memory is bounded by texts and entries, whatever the number of hits: each is counted and forgotten.
struct TermScan {
    let bytes: UnsafePointer<UInt8>
    let texts: UnsafeBufferPointer<FoldedTexts.Text>
    let patterns: UnsafeBufferPointer<TermSet.Pattern>
    /// Of the entries: see `TermSet`.
    let marks: UnsafeBufferPointer<TermMarks?>
    /// Whether any of an entry's letters is marked.
    let isMarked: UnsafeBufferPointer<Bool>
    let next: UnsafeBufferPointer<Int32>
    let edits: ContiguousArray<FoldEdit>
    let latest: UnsafeMutableBufferPointer<UInt32>
    let words = WordTable.shared
    /// Where in `bytes` the stretch begins that is scanned.
    var offset: Int
    /// The text of the last hit, where the next one is likely.
    var text: Int
    var tallies: ContiguousArray<TermTally>
    /// Whether hits came in the order of texts, as they do; else an entry may have several tallies for a text.
    var isOrdered = true

    @inline(__always)
    mutating func found(_ pattern: Int, endInStretch: Int) {
        let pattern = patterns[pattern]
        let end = offset + endInStretch
        let start = end - Int(pattern.count)
        if pattern.substring >= 0 { count(UInt32(pattern.substring), start, end) }
        if pattern.word >= 0, words.isBoundary(start, in: bytes), words.isBoundary(end, in: bytes) {
            var entry = Int(pattern.word)
            let number = text(at: start)
            repeat {
                if isMarked(as: entry, start, end, texts[number]) { count(UInt32(entry), start, end) }
                entry = Int(next[entry])
            } while entry >= 0
        }
    }

    @inline(__always)
    private func isMarked(as entry: Int, _ start: Int, _ end: Int, _ text: FoldedTexts.Text) -> Bool {
        if !text.traits.hasMarked, !isMarked[entry] { return true }
        guard let marks = marks[entry] else { return true }
        let first = text.bytes.lowerBound
        return marks.match(edits[text.edits], start - first..<end - first)
    }

    private mutating func count(_ entry: UInt32, _ start: Int, _ end: Int) {
        let text = text(at: start)
        let known = Int(latest[Int(entry)])
        if known < tallies.count, tallies[known].entry == entry, tallies[known].text == text {
            tallies[known].count += 1
            // Vectorscan promises no order.
            if start < Int(tallies[known].start) {
                tallies[known].start = UInt32(start)
                tallies[known].end = UInt32(end)
            }
        } else {
            if let last = tallies.last, last.text > text { isOrdered = false }
            latest[Int(entry)] = UInt32(tallies.count)
            tallies.append(
                TermTally(text: UInt32(text), entry: entry, start: UInt32(start), end: UInt32(end), count: 1))
        }
    }

    private mutating func text(at place: Int) -> Int {
        if texts[text].bytes.contains(place) { return text }
        var low = 0
        var high = texts.count
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if texts[middle].bytes.lowerBound <= place { low = middle } else { high = middle }
        }
        text = low
        return low
    }

    /// In the order of texts, and one for an entry and a text.
    mutating func finish() {
        if !isOrdered { TermScan.merge(&tallies) }
    }

    static func merge(_ tallies: inout ContiguousArray<TermTally>) {
        guard tallies.count > 1 else { return }
        tallies.sort { ($0.text, $0.entry) < ($1.text, $1.entry) }
        var kept = 0
        for index in 1..<tallies.count {
            let tally = tallies[index]
            guard tally.text == tallies[kept].text, tally.entry == tallies[kept].entry else {
                kept += 1
                tallies[kept] = tally
                continue
            }
            tallies[kept].count += tally.count
            if tally.start < tallies[kept].start {
                tallies[kept].start = tally.start
                tallies[kept].end = tally.end
            }
        }
        tallies.removeLast(tallies.count - kept - 1)
    }
}
