/// One text on its way through folding: what `TextFolder` works with while it runs.
///
/// Memory: `text` is read below `count` only. Before each step `output` has room for all of the text that is left and
/// `slack` more; a step writes no more than it reads, or reserves what more it writes.
struct FoldPass {
    static let slack = 64
    /// So many characters without a boundary between them are folded together; what follows is folded afresh. Keeps
    /// marks upon marks, which ICU sorts by insertion, from taking quadratic time (as UAX #15, section 13).
    static let longestStretch = 128

    static let space = UInt8(ascii: " ")

    let text: UnsafePointer<UInt8>
    let count: Int
    let entries: UnsafePointer<UInt32>
    let pool: UnsafePointer<UInt8>
    let icu: ICUFolder
    /// Where the folded form of this text begins in `output`.
    let start: Int
    /// Edits of earlier texts stand before this one.
    let firstEdit: Int
    var output: FoldOutput
    var edits: ContiguousArray<FoldEdit>

    var source = 0
    var boundary: Boundary
    /// Characters since `boundary`, without its own.
    var pending = 0
    /// Canonical_Combining_Class of the last character of the output.
    var lastClass: UInt32 = 0

    /// The last place from which folding can begin afresh: before a character with a boundary before it, or behind
    /// white space, which joins nothing.
    struct Boundary {
        var source: Int
        var output: Int
        var edits: Int
    }

    init(
        _ text: UnsafeBufferPointer<UInt8>, _ table: UnsafePointer<UInt32>, _ pool: UnsafePointer<UInt8>,
        _ icu: ICUFolder, _ output: FoldOutput, _ edits: ContiguousArray<FoldEdit>
    ) {
        // An empty buffer may have no address; nothing is read from it.
        self.text = text.baseAddress ?? UnsafePointer(output.base)
        count = text.count
        entries = table
        self.pool = pool
        self.icu = icu
        self.output = output
        self.edits = edits
        start = output.count
        firstEdit = edits.count
        boundary = Boundary(source: 0, output: output.count, edits: edits.count)
        self.output.reserve(text.count + FoldPass.slack)
    }

    /// - Returns: false if ICU failed; the output then ends somewhere.
    mutating func run() -> Bool {
        while source < count {
            if text[source] < 0x80 {
                foldASCII()
            } else if !foldCharacter() {
                return false
            }
        }
        return true
    }

    @inline(__always)
    var isAfterSpace: Bool { output.count > start && output.base[output.count - 1] == FoldPass.space }

    /// As far as the text is ASCII; one byte at least.
    @inline(__always)
    private mutating func foldASCII() {
        while source < count {
            if source + 8 <= count {
                let word = UnsafeRawPointer(text + source).loadUnaligned(as: UInt64.self)
                if ASCIIBlock.isASCII(word) {
                    if let folded = ASCIIBlock.folded(word, afterSpace: isAfterSpace) {
                        UnsafeMutableRawPointer(output.base + output.count).storeBytes(of: folded, as: UInt64.self)
                        output.count &+= 8
                        source &+= 8
                    } else {
                        for _ in 0..<8 { foldASCIIByte() }
                    }
                    continue
                }
            }
            guard text[source] < 0x80 else { break }
            foldASCIIByte()
        }
        // What follows may join the last letter; white space it can't.
        let last = isAfterSpace ? 0 : 1
        boundary = Boundary(source: source - last, output: output.count - last, edits: edits.count)
        lastClass = 0
        pending = 0
    }

    @inline(__always)
    private mutating func foldASCIIByte() {
        let byte = text[source]
        if byte == FoldPass.space || (0x09...0x0D).contains(byte) {
            appendSpace(1)
        } else {
            output.append((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
            source &+= 1
        }
    }

    /// White space of `length` bytes: one space, or none behind another.
    mutating func appendSpace(_ length: Int) {
        if isAfterSpace {
            widenLast(to: source + length)
        } else {
            if length > 1 {
                edits.append(
                    FoldEdit(source: source, sourceCount: length, folded: output.count - start, foldedCount: 1))
            }
            output.append(FoldPass.space)
        }
        source &+= length
    }

    /// Makes the last byte of the output stand for all of the text up to `sourceEnd`.
    mutating func widenLast(to sourceEnd: Int) {
        let last = output.count - 1 - start
        while edits.count > firstEdit, let edit = edits.last, Int(edit.folded) > last { edits.removeLast() }
        let edit = edits.count > firstEdit ? edits.last : nil
        if let edit, edit.foldedEnd > last {
            edits[edits.count - 1].sourceCount = UInt32(sourceEnd - Int(edit.source))
        } else {
            let from = edit.map { $0.sourceEnd + last - $0.foldedEnd } ?? last
            edits.append(FoldEdit(source: from, sourceCount: sourceEnd - from, folded: last, foldedCount: 1))
        }
    }
}
