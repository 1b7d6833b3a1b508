internal import Configuration
internal import Detection
package import Events
package import Signals

/// `text.terms` as signals change, and how fast it looks through texts that are folded already.
package struct TermScanBenchmark {
    private let detector: TermDetector

    /// - Parameters:
    ///   - previous: the one of other signals that it builds on.
    ///   - databases: the directory in which databases are kept.
    package init(_ signals: SignalSet, after previous: TermScanBenchmark? = nil, databases: String? = nil) throws {
        let registration = TermDetector.registration
        let settings = Settings(known: registration.settings).with(TermDetector.databases, databases)
        let made = try registration.make(
            DetectorContext(signals: signals, settings: settings, previous: previous?.detector))
        guard let detector = made as? TermDetector else { preconditionFailure("text.terms is another") }
        self.detector = detector
    }

    private init(_ detector: TermDetector) { self.detector = detector }

    /// The same in one layer.
    package func rebuilt() throws -> TermScanBenchmark {
        TermScanBenchmark(TermDetector(try detector.matcher.rebuilt(), most: detector.most))
    }

    package var layers: Int { detector.matcher.layers.parts.count }

    package func findings(in batch: EventBatch) -> Int {
        let media = MediaFacts(unreadCount: batch.media.count)
        return detector.inspect(Inspection(batch: batch, selection: .all(batch.count), media: media)).found.count
    }

    /// Folds the texts and looks through stretches of them, as long as the detector's, several times.
    ///
    /// - Parameter time: seconds of processor time so far.
    /// - Returns: bytes of folded text that were looked through, the seconds that took, and texts with a term.
    package func scan(
        _ batches: [EventBatch], times: Int, _ time: () -> Double
    ) -> (bytes: Int, seconds: Double, hits: Int) {
        var total = (bytes: 0, seconds: 0.0, hits: 0)
        _ = detector.matcher.withWorkspace { workspace, layers in
            for batch in batches {
                let folded = FoldedTexts(batch, .all(batch.count))
                var first = 0
                while first < folded.texts.count {
                    let end = folded.end(ofStretchFrom: first, bytes: TermWorkspace.stretch)
                    let start = time()
                    for _ in 0..<times {
                        precondition(
                            detector.matcher.scan(folded, first..<end, workspace, layers), "all was looked through")
                    }
                    total.seconds += time() - start
                    total.bytes += folded.texts[first..<end].reduce(0) { $0 + times * $1.bytes.count }
                    total.hits += Set(workspace.tallies.map(\.text)).count
                    first = end
                }
            }
        }
        return total
    }
}
