internal import Events

/// Near copies of texts.
extension SightingFold {
    /// What a text is counted under: its own sketch, or the nearest known one.
    mutating func documentKey(_ sketch: Digest256) -> KeyedStore.Key {
        let own = keys.thing(.document, sketch)
        return store[own] == nil ? documents.nearest(to: sketch) ?? own : own
    }

    /// A text is known by two sketches: its own, and that of the first near copy. What both have left of a text is more than
    /// what one has, so that copies that were changed in other places meet.
    mutating func noteCopy(_ sketch: Digest256, of key: KeyedStore.Key) {
        guard record.copy == Digest256(), sketch != record.fingerprint else { return }
        record.copy = sketch
        let known = DocumentSketch.entries(record.fingerprint)
        documents.insert(key, DocumentSketch.entries(sketch).filter { !known.contains($0) })
    }

    /// Whatever was made of the store before.
    mutating func gatherDocuments() {
        var documents = DocumentClusters()
        store.forEach { key, bytes, _ in
            if let hashes = ThingRecord.documentHashes(bytes) { documents.insert(key, hashes) }
        }
        self.documents = documents
    }
}

extension ThingRecord {
    /// What a text is known by, each hash once; nil for a record of another kind.
    static func documentHashes(_ bytes: UnsafeRawBufferPointer) -> [UInt32]? {
        guard let sketch = fingerprint(bytes, of: .document) else { return nil }
        let hashes = DocumentSketch.entries(sketch)
        guard bytes[34] == 1, bytes.count >= 67 else { return hashes }
        var copy = Digest256()
        withUnsafeMutableBytes(of: &copy) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[35..<67])) }
        return hashes + DocumentSketch.entries(copy).filter { !hashes.contains($0) }
    }

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
