/// Folds texts, one behind the other, into one buffer: NFKC_Casefold (UAX #44) with each run of white space as one
/// space, so that what people read as the same is the same bytes.
///
/// ASCII goes eight bytes at a time, other characters by a table; ICU is asked only where characters join. The result
/// is the same as ICU's for all of the text, save that more than 128 characters in a row that all join what stands
/// before them are cut. Text must be UTF-8; what isn't is copied and harms nothing.
///
/// For one thread at a time; buffers are kept.
final class TextFolder {
    private let icu = ICUFolder()
    private var output = FoldOutput(capacity: 4_096)
    private(set) var edits: ContiguousArray<FoldEdit> = []

    deinit { output.deallocate() }

    /// The folded texts, with what was put between them. Valid until the next change.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: output.base, count: output.count) }
    var count: Int { output.count }

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

    /// Appends the folded form of a text.
    ///
    /// - Returns: false if ICU failed; the text then takes no place.
    func append(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let (bytesBefore, editsBefore) = (output.count, edits.count)
        var kept: ContiguousArray<FoldEdit> = []
        swap(&kept, &edits)  // so that the pass owns it alone
        let table = FoldTable.shared
        return table.entries.withUnsafeBufferPointer { entries in
            table.pool.withUnsafeBufferPointer { pool in
                guard let entries = entries.baseAddress, let pool = pool.baseAddress else { return false }
                var pass = FoldPass(text, entries, pool, icu, output, kept)
                kept = []
                let isDone = pass.run()
                output = pass.output
                swap(&edits, &pass.edits)
                if !isDone {
                    output.count = bytesBefore
                    edits.removeLast(edits.count - editsBefore)
                }
                return isDone
            }
        }
    }
}

/// A folded text by itself, with the way back to the original.
package struct FoldedText: Sendable {
    /// UTF-8.
    package let bytes: [UInt8]
    package let edits: [FoldEdit]

    /// nil if ICU fails, which it does when its data or memory is missing.
    package init?(_ text: String) {
        var text = text
        let folded = text.withUTF8 { FoldedText(UnsafeRawBufferPointer($0)) }
        guard let folded else { return nil }
        self = folded
    }

    /// The same of bytes that need not be text.
    package init?(_ text: UnsafeRawBufferPointer) {
        let folder = TextFolder()
        guard text.withMemoryRebound(to: UInt8.self, { folder.append($0) }) else { return nil }
        bytes = Array(folder.bytes)
        edits = Array(folder.edits)
    }

    /// Bytes of the original text that a stretch of the folded one comes from.
    package func sourceRange(of folded: Range<Int>) -> Range<Int> { edits.sourceRange(of: folded) }
}
