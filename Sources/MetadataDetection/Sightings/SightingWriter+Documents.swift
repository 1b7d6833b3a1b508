package import Events

/// Reads a text's words as they are compared by: the module that knows how texts are folded gives it.
///
/// - Returns: nil for a text of fewer words than a document has.
package typealias TextReader = @Sendable (UnsafeRawBufferPointer) -> DocumentWords?

extension SightingWriter {
    /// What near copies of an event's text are known by, and some of its words.
    ///
    /// - Parameter verdict: on the event.
    func document(
        of event: UploadEvent, _ batch: EventBatch, verdict: () -> Digest128
    ) -> (sketch: Digest256, passage: [UInt8])? {
        guard let texts else { return nil }
        let text = event.body.isPresent ? event.body : event.title
        guard text.isPresent, Int(text.count) >= SightingWriter.leastDocument, let words = batch.withBytes(text, texts),
            let sketch = DocumentSketch(words.hashes, keys)
        else { return nil }
        return (
            sketch.fingerprint,
            keys.passages.sealed(words.hashes[sketch.passage], folding: words.folding, verdict: verdict())
        )
    }

    /// Fewer bytes are not twelve words of a letter each.
    private static let leastDocument = 2 * DocumentWords.least - 1
}
