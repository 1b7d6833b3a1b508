/// Folds texts, one behind the other, into one buffer, so that what people read as the same is the same bytes.
///
/// The form is NFKC_Casefold (UAX #44), and beyond it: marks go where the script can be read without them; letters that
/// only look like Latin ones are Latin; Arabic spellings and all digits are one; runs that control characters turn are in
/// reading order; each run of white space is one space (docs/text.md has all of it). Folding what is folded changes
/// nothing.
///
/// One pass, ASCII eight bytes at a time, other characters by a table; ICU is not asked but for what composes. More than
/// 32 marks in a row that would have to be sorted are sorted in parts. Text must be UTF-8; what isn't is copied and
/// harms nothing.
///
/// For one thread at a time; buffers are kept.
final class TextFolder {
    private var output = FoldOutput(capacity: 4_096)
    private(set) var edits: ContiguousArray<FoldEdit> = []

    deinit { output.deallocate() }

    /// The folded texts, with what was put between them. Valid until the next change.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: output.base, count: output.count) }
    var count: Int { output.count }
    /// Of the text that was folded last.
    private(set) var traits = FoldTraits()

    func removeAll() {
        output.count = 0
        edits.removeAll(keepingCapacity: true)
    }

    /// Something that no UTF-8 has in it, so that nothing matches across texts.
    func appendSeparator() {
        output.reserve(1)
        output.append(TextFolder.separator)
    }

    static let separator: UInt8 = 0xFF

    /// Longest text, in bytes: offsets have 32 bits, and a character becomes at most 33 bytes of its three.
    static let longest = Int(UInt32.max) / 11

    /// Appends the folded form of a text.
    ///
    /// - Parameter asMixed: every word as if it mixed scripts.
    /// - Returns: false if it is longer than `longest`; it then takes no place.
    func append(_ text: UnsafeBufferPointer<UInt8>, asMixed: Bool = false) -> Bool {
        guard text.count <= TextFolder.longest else { return false }
        var kept: ContiguousArray<FoldEdit> = []
        swap(&kept, &edits)  // so that the pass owns it alone
        var pass = FoldPass(text, .shared, output, kept, staysMixed: asMixed)
        kept = []
        pass.run()
        output = pass.output
        traits = pass.traits
        swap(&edits, &pass.edits)
        return true
    }
}

/// A folded text by itself, with the way back to the original.
package struct FoldedText: Sendable {
    /// UTF-8.
    package let bytes: [UInt8]
    package let edits: [FoldEdit]

    /// nil if the text is longer than 390 MB.
    package init?(_ text: String) {
        var text = text
        let folded = text.withUTF8 { FoldedText(UnsafeRawBufferPointer($0)) }
        guard let folded else { return nil }
        self = folded
    }

    /// The same of bytes that need not be text.
    package init?(_ text: UnsafeRawBufferPointer) { self.init(text, asMixed: false) }

    init?(_ text: UnsafeRawBufferPointer, asMixed: Bool) {
        let folder = TextFolder()
        guard text.withMemoryRebound(to: UInt8.self, { folder.append($0, asMixed: asMixed) }) else { return nil }
        bytes = Array(folder.bytes)
        edits = Array(folder.edits)
    }

    /// Bytes of the original text that a stretch of the folded one comes from.
    package func sourceRange(of folded: Range<Int>) -> Range<Int> { edits.sourceRange(of: folded) }
}
