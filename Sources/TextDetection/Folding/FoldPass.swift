/// One text on its way through folding: what `TextFolder` works with while it runs.
///
/// Memory: `text` is read below `count` only. Before each step `output` has room for all of the text that is left and
/// `slack` more; a step writes no more than it reads, or reserves what more it writes.
struct FoldPass {
    static let slack = 64
    /// So many marks in a row are brought into order; those that follow begin a row of their own. Keeps marks upon marks
    /// from taking quadratic time (as UAX #15, section 13).
    static let mostMarks = 32

    static let space = UInt8(ascii: " ")

    let text: UnsafePointer<UInt8>
    let count: Int
    let table: FoldTable
    /// Where the folded form of this text begins in `output`.
    let start: Int
    /// Edits of earlier texts stand before this one.
    let firstEdit: Int
    /// How many turned runs this one stands in.
    let depth: Int
    var output: FoldOutput
    var edits: ContiguousArray<FoldEdit>
    var traits = FoldTraits()

    var source = 0
    /// Where the output begins that may still change: behind the last run that was turned, whose edits stand in another
    /// order.
    var floor: Int
    /// Canonical_Combining_Class of the last character of the output, and how many such marks stand in a row there.
    var lastClass: UInt32 = 0
    var markCount = 0
    /// Inside of a word that mixes scripts; or anywhere, if `staysMixed`.
    var isMixed: Bool
    let staysMixed: Bool
    /// Where in the output that word begins.
    var mixedStart = 0

    init(
        _ text: UnsafeBufferPointer<UInt8>, _ table: FoldTable, _ output: FoldOutput,
        _ edits: ContiguousArray<FoldEdit>, depth: Int = 0, staysMixed: Bool = false
    ) {
        // An empty buffer may have no address; nothing is read from it.
        self.text = text.baseAddress ?? UnsafePointer(output.base)
        count = text.count
        self.table = table
        self.output = output
        self.edits = edits
        self.depth = depth
        self.staysMixed = staysMixed
        isMixed = staysMixed
        start = output.count
        floor = output.count
        firstEdit = edits.count
        self.output.reserve(text.count + FoldPass.slack)
    }

    mutating func run() {
        while source < count {
            if isMixed {
                foldMixed()
            } else if text[source] < 0x80 {
                foldASCII()
            } else {
                foldCharacter()
            }
        }
    }

    @inline(__always)
    var isAfterSpace: Bool { output.count > start && output.base[output.count - 1] == FoldPass.space }

    /// As far as the text is ASCII; one byte at least, or back to the start of a word that mixes scripts.
    @inline(__always)
    private mutating func foldASCII() {
        if mayEndInMistakable, isLatinAhead, endsInMistakable(at: output.count) {
            startMixed()
            return
        }
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
        lastClass = 0
    }

    @inline(__always)
    mutating func foldASCIIByte() {
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
        if output.count == floor {
            // What stands before is not what was read before.
            edits.append(
                FoldEdit(
                    source: source, sourceCount: sourceEnd - source, folded: last + 1, foldedCount: 0, cause: .turned))
            return
        }
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

/// What folding notices of a text on its way.
struct FoldTraits: Sendable, BitwiseCopyable {
    /// The two highest bits of the entries of all letters.
    var scripts: UInt32 = 0
    /// Letters of scripts that are mistaken for Latin.
    var hasMistakable: Bool { scripts & FoldTable.mistakable != 0 }
    /// Some of those that look like no Latin letter: the text is written in such a script.
    var hasUnmistakable: Bool { scripts & FoldTable.unmistakable != 0 }
    /// Words that mix scripts.
    var hasMixed = false
    /// Letters that spelling tells apart from what they fold to.
    var hasMarked = false
}
