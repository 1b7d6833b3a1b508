internal import Configuration
internal import Detection
package import Events
package import Signals

/// `text.documents` at its defaults, outside a pipeline.
package struct DocumentBenchmark {
    private let detector: DocumentDetector

    package init(_ signals: SignalSet) {
        detector = DocumentDetector(DocumentMatcher(signals), most: DocumentDetector.most.standard)
    }

    /// An index alone, of made-up words and without signals: what an index of so many documents takes.
    ///
    /// - Returns: its bytes, fingerprints that it has, and those that it has for five other documents.
    package static func index(
        documents: Int, words: Int, hash: (_ document: Int, _ word: Int) -> UInt16
    ) -> (bytes: Int, kept: Int, crowded: Int) {
        let index = DocumentIndex(documents: documents, expectedWords: documents * words) { document in
            ContiguousArray(unsafeUninitializedCapacity: words) { buffer, count in
                for word in 0..<words { buffer.initializeElement(at: word, to: hash(document, word)) }
                count = words
            }
        }
        return (index.bytes, index.kept, index.crowded)
    }

    package var bytes: Int { detector.matcher.bytes }
    package var fingerprints: (kept: Int, crowded: Int) { detector.matcher.fingerprints }

    package func findings(in batch: EventBatch) -> Int {
        let media = MediaFacts(unreadCount: batch.media.count)
        let findings = detector.inspect(Inspection(batch: batch, selection: .all(batch.count), media: media))
        precondition(findings.unavailable.isEmpty, "all was looked at")
        return findings.found.count
    }

    /// Where the time of a batch goes.
    package struct Profile: Sendable {
        package var folding = Duration.zero
        /// Taking words of folded texts.
        package var reading = Duration.zero
        /// Fingerprints and looking them up.
        package var lookingUp = Duration.zero
        /// Comparing words, and findings.
        package var comparing = Duration.zero
    }

    /// The steps that `findings(in:)` takes, each on the clock.
    package func profile(_ batch: EventBatch) -> Profile {
        var profile = Profile()
        let matcher = detector.matcher
        let folding = ContinuousClock.now
        let folded = FoldedTexts(batch, .all(batch.count))
        profile.folding += ContinuousClock.now - folding
        matcher.withWorkspace { workspace in
            for text in folded.texts {
                let bytes = folded.bytes(of: text)
                let began = ContinuousClock.now
                workspace.read(bytes)
                let read = ContinuousClock.now
                workspace.findRuns(in: matcher.index)
                let found = ContinuousClock.now
                _ = matcher.matches(workspace, bytes) { $0 }
                profile.comparing += ContinuousClock.now - found
                profile.lookingUp += found - read
                profile.reading += read - began
            }
        }
        return profile
    }
}
