internal import Events

/// Near copies of texts.
extension SightingFold {
    /// What a text is counted under: its own sketch, or the nearest known one.
    mutating func documentKey(_ sketch: Digest256) -> KeyedStore.Key {
        let own = keys.thing(.document, sketch)
        return store[own] == nil ? documents.nearest(to: sketch) ?? own : own
    }

    /// Whatever was made of the store before.
    mutating func gatherDocuments() {
        var documents = DocumentClusters()
        store.forEach { key, bytes, _ in
            if let sketch = ThingRecord.document(bytes) { documents.insert(key, sketch) }
        }
        self.documents = documents
    }
}

extension ThingRecord {
    /// The sketch that a record is of; nil for a record of another kind.
    static func document(_ bytes: UnsafeRawBufferPointer) -> Digest256? { fingerprint(bytes, of: .document) }

    /// The passage as words of a document; nil if there is none.
    var words: DocumentWords? {
        guard let folding = passage.first else { return nil }
        return DocumentWords(
            folding: folding,
            hashes: stride(from: 1, to: passage.count - 1, by: 2).map {
                UInt16(passage[$0]) | UInt16(passage[$0 + 1]) << 8
            })
    }
}
