package import Events
internal import Synchronization

extension DocumentWords {
    /// The words of a text as `text.documents` compares them; nil for one of fewer than a document has. Of a longer text
    /// the first, as many as a document may have and `longestRead` bytes have.
    ///
    /// From any thread; nothing waits.
    package static func read(_ text: UnsafeRawBufferPointer) -> DocumentWords? {
        let text = UnsafeRawBufferPointer(rebasing: text.prefix(longestRead))
        return text.withMemoryRebound(to: UInt8.self) { text in
            guard let folded = FoldedTexts(text), let whole = folded.texts.first else { return nil }
            var words = idle.withLock { $0.popLast() } ?? DocumentText()
            words.removeAll()
            words.appendHashes(folded.bytes(of: whole))
            let found =
                words.count < least
                ? nil : DocumentWords(folding: DocumentText.folding, hashes: Array(words.hashes.prefix(most)))
            idle.withLock { if $0.count < mostIdle { $0.append(words) } }
            return found
        }
    }

    /// In bytes. A character that is cut makes no word.
    private static let longestRead = 256 << 10
    private static let mostIdle = 4
    private static let idle = Mutex<[DocumentText]>([])
}
