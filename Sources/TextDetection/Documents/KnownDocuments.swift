internal import Events
internal import Signals

/// The documents that are signals, in the order in which they are compared: the surest first (positive, negative,
/// disputed, seed), of these the longest valid, then by their values. So what a full index or a full list of findings
/// leaves out does not depend on the order in which signals came.
struct KnownDocuments {
    private struct Entry: BitwiseCopyable {
        let certainty: UInt8
        /// Nanoseconds; the greatest if it never expires.
        let expiry: Int64
        let digest: UInt64
        let position: Int32

        static func precedes(_ a: Entry, _ b: Entry) -> Bool {
            if a.certainty != b.certainty { return a.certainty > b.certainty }
            if a.expiry != b.expiry { return a.expiry > b.expiry }
            return (a.digest, a.position) < (b.digest, b.position)
        }
    }

    private let signals: SignalSet
    /// Of signals in the set.
    let positions: ContiguousArray<Int32>
    /// Of all together; of texts a guess.
    let expectedWords: Int

    /// - Parameter note: told of each signal that can't be looked for, and why; it is left out.
    init(_ signals: SignalSet, note: (Signal, String) -> Void) {
        self.signals = signals
        var entries: ContiguousArray<Entry> = []
        var expectedWords = 0
        var reader = WordReader()
        signals.forEach(of: .document) { position, signal in
            switch reader.count(signal) {
            case .success(let count):
                expectedWords += count
                entries.append(
                    Entry(
                        certainty: signal.opinion.certainty, expiry: signal.expiresAt?.nanoseconds ?? .max,
                        digest: KnownDocuments.digest(signal.value), position: position))
            case .failure(let problem): note(signal, problem.description)
            }
            if let problem = reader.warning(signal) { note(signal, problem) }
        }
        entries.sort(by: Entry.precedes)
        for entry in entries.dropFirst(DocumentIndex.mostDocuments) {
            guard let signal = signals.signal(at: entry.position) else { continue }
            note(signal, "is one of more than \(DocumentIndex.mostDocuments) documents")
        }
        positions = ContiguousArray(entries.prefix(DocumentIndex.mostDocuments).map(\.position))
        self.expectedWords = expectedWords
    }

    /// Takes some 20 µs a document: not for the cooperative pool.
    func index() -> DocumentIndex {
        var reader = WordReader()
        return DocumentIndex(documents: positions.count, expectedWords: expectedWords) { document in
            signals.signal(at: positions[document]).map { reader.words(of: $0) } ?? []
        }
    }

    private static func digest(_ value: String) -> UInt64 {
        var hash = SHA256()
        var value = value
        value.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
        return hash.finish().words.0
    }
}

/// Words of signals, whether they hold a text or its words' hashes.
private struct WordReader {
    private let folder = TextFolder()
    private var text = DocumentText()

    struct Problem: Error {
        let description: String
    }

    /// How many words a signal has.
    mutating func count(_ signal: Signal) -> Result<Int, Problem> {
        let written = DocumentWords.isWritten(signal.value)
        // Its form was checked when it was read.
        let count =
            written
            ? (signal.value.utf8.count - DocumentWords.prefix.utf8.count) * 3 / 8 : words(of: signal).count
        guard (DocumentWords.least...DocumentWords.most).contains(count) else {
            return .failure(
                Problem(
                    description: "has \(count) words; a document has \(DocumentWords.least) to \(DocumentWords.most)"
                        + (count < DocumentWords.least ? ", and a shorter text is a phrase" : "")))
        }
        return .success(count)
    }

    /// What makes a signal less good than it could be.
    func warning(_ signal: Signal) -> String? {
        guard DocumentWords.isWritten(signal.value), let folding = DocumentWords.folding(of: signal.value),
            folding != DocumentText.folding
        else { return nil }
        return "was made with version \(folding) of the folding, and texts are folded by version "
            + "\(DocumentText.folding): fewer copies are found; make it anew with weir text fingerprint"
    }

    mutating func words(of signal: Signal) -> ContiguousArray<UInt16> {
        if DocumentWords.isWritten(signal.value) {
            return ContiguousArray((try? DocumentWords(signal.value))?.hashes ?? [])
        }
        folder.removeAll()
        text.removeAll()
        var value = signal.value
        guard value.withUTF8({ folder.append($0) }) else { return [] }
        text.appendHashes(folder.bytes)
        return text.hashes
    }
}

extension Opinion {
    /// Greater for what may act with fewer doubts.
    var certainty: UInt8 {
        switch self {
        case .positive: 3
        case .negative: 2
        case .disputed: 1
        case .seed: 0
        }
    }
}
