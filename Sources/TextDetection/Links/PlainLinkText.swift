/// A text with its links as a browser would be given them: what people put in so that no filter sees a link is taken out,
/// with the way back to the original.
///
/// | written | read |
/// | --- | --- |
/// | `site[.]example`, `site(dot)example`, `site . example`, `site dot example` | `site.example` |
/// | `site.example[/]page`, `https[:]//site.example` | `site.example/page`, `https://site.example` |
/// | full-width forms, ideographic full stops, other dots, slashes and colons | ASCII |
/// | soft hyphens, zero-width characters, directional marks | nothing |
/// | `%2e`, `%2f`, `%3a` | `.`, `/`, `:` |
///
/// All else is copied, valid UTF-8 or not. What no link is changed by it is no matter: only known addresses are found.
struct PlainLinkText {
    /// Empty if nothing stands for anything else: the plain text is then the text itself.
    private var bytes: ContiguousArray<UInt8> = []
    /// From each of these places on, bytes were copied, or it is the end of what stands for something else.
    private var edits: ContiguousArray<Edit> = []
    /// Whether there may be a link; else there is none.
    private(set) var mayHaveLinks = false

    private struct Edit {
        let plain: Int
        let source: Int
    }

    /// Takes a text's place; buffers are kept.
    mutating func fill(from text: UnsafeRawBufferPointer) {
        bytes.removeAll(keepingCapacity: true)
        edits.removeAll(keepingCapacity: true)
        mayHaveLinks = false
        var copied = 0
        var at = LinkMarks.next(in: text, from: 0, editsToo: true)
        while at < text.count {
            var next = at + 1
            if LinkMarks.isJoint(text, at) {
                mayHaveLinks = true
            } else if let edit = PlainLinkText.edit(text, at) {
                bytes.append(contentsOf: text[copied..<edit.range.lowerBound])
                edits.append(Edit(plain: bytes.count, source: edit.range.lowerBound))
                if let byte = edit.byte { bytes.append(byte) }
                edits.append(Edit(plain: bytes.count, source: edit.range.upperBound))
                next = edit.range.upperBound
                copied = next
            }
            at = LinkMarks.next(in: text, from: next, editsToo: true)
        }
        guard !edits.isEmpty else { return }
        bytes.append(contentsOf: text[copied...])
        // What stands for something may have made a joint.
        mayHaveLinks =
            mayHaveLinks || bytes.withUnsafeBytes { LinkMarks.next(in: $0, from: 0, editsToo: false) < $0.count }
    }

    /// - Parameter text: what it was filled from.
    func withBytes<Result>(of text: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        edits.isEmpty ? body(text) : bytes.withUnsafeBytes(body)
    }

    /// Bytes of the original that a stretch of the plain text comes from.
    func source(of plain: Range<Int>) -> Range<Int> {
        let start = source(plain.lowerBound, isEnd: false)
        return start..<max(start, source(plain.upperBound, isEnd: true))
    }

    /// Whether something in this stretch stands for something else.
    func isEdited(_ plain: Range<Int>) -> Bool {
        let place = firstEdit { $0.plain > plain.lowerBound }
        return place < edits.count && edits[place].plain < plain.upperBound
    }

    /// What was taken out before a place belongs to it at its start, and not at its end.
    private func source(_ plain: Int, isEnd: Bool) -> Int {
        let place = firstEdit { isEnd ? $0.plain >= plain : $0.plain > plain }
        if isEnd, place < edits.count, edits[place].plain == plain { return edits[place].source }
        guard place > 0 else { return plain }
        return edits[place - 1].source + (plain - edits[place - 1].plain)
    }

    private func firstEdit(where isBehind: (Edit) -> Bool) -> Int {
        var (low, high) = (0, edits.count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(edits[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
