internal import Configuration
internal import Detection
package import Events
package import Signals

/// Folding, as the detector does it.
package enum FoldBenchmark {
    /// - Parameter repeated: calls the function it is given until the time is up, and returns the seconds it took.
    /// - Returns: how often the text was folded.
    package static func run(_ text: String, _ repeated: (() -> Void) -> Double) -> (n: Int, seconds: Double) {
        let folder = TextFolder()
        var text = text
        var n = 0
        let seconds = text.withUTF8 { text in
            _ = folder.append(text)  // once before, so that tables and buffers exist
            return repeated {
                for _ in 0..<256 {
                    folder.removeAll()
                    precondition(folder.append(text), "it was folded")
                }
                n += 256
            }
        }
        return (n, seconds)
    }
}

/// The vote on a text's language, as `text.language` does it.
package enum LanguageBenchmark {
    /// - Parameters:
    ///   - untilSure: as `text.language` asks; else the whole text, as after a hit.
    ///   - repeated: as in `FoldBenchmark`.
    /// - Returns: how often it was voted.
    package static func vote(
        _ text: String, untilSure: Bool, _ repeated: (() -> Void) -> Double
    ) -> (n: Int, seconds: Double) {
        var text = text
        var n = 0
        let seconds = text.withUTF8 { text in
            let expected = LanguageVoter.vote(text, untilSure: untilSure)
            return repeated {
                for _ in 0..<256 {
                    precondition(LanguageVoter.vote(text, untilSure: untilSure) == expected, "the vote differs")
                }
                n += 256
            }
        }
        return (n, seconds)
    }

    /// The identifier, for comparison.
    package static func identify(_ text: String, _ repeated: (() -> Void) -> Double) -> (n: Int, seconds: Double) {
        var text = text
        var n = 0
        let seconds = text.withUTF8 { text in
            repeated {
                for _ in 0..<16 { _ = LanguageIdentifier.identify(text) }
                n += 16
            }
        }
        return (n, seconds)
    }
}

/// `text.links` at its defaults, outside a pipeline.
package struct LinkBenchmark {
    private let detector: LinkDetector

    package init(_ signals: SignalSet) { detector = LinkDetector(signals, most: LinkDetector.most.standard) }

    package func findings(in batch: EventBatch) -> Int {
        let media = MediaFacts(unreadCount: batch.media.count)
        return detector.inspect(Inspection(batch: batch, selection: .all(batch.count), media: media)).found.count
    }
}

/// `text.combinations` at its defaults, outside a pipeline.
package struct CombinationBenchmark {
    private let detector: CombinationDetector

    package init(_ signals: SignalSet) throws {
        detector = CombinationDetector(
            try CombinationMatcher(signals), most: CombinationDetector.most.standard)
    }

    package func findings(in batch: EventBatch) -> Int {
        let media = MediaFacts(unreadCount: batch.media.count)
        return detector.inspect(Inspection(batch: batch, selection: .all(batch.count), media: media)).found.count
    }
}

/// `text.terms` at its defaults, outside a pipeline.
package struct TermBenchmark {
    private let detector: TermDetector

    package init(_ signals: SignalSet) throws {
        detector = TermDetector(try TermMatcher(signals), most: TermDetector.most.standard)
    }

    package func findings(in batch: EventBatch) -> Int {
        let media = MediaFacts(unreadCount: batch.media.count)
        return detector.inspect(Inspection(batch: batch, selection: .all(batch.count), media: media)).found.count
    }

    /// Where the time of a batch goes.
    package struct Profile: Sendable {
        package var folding = Duration.zero
        /// Vectorscan, and counting what it finds.
        package var scanning = Duration.zero
        /// Findings out of counts.
        package var reporting = Duration.zero
    }

    /// The steps that `findings(in:)` takes, each on the clock.
    package func profile(_ batch: EventBatch) -> Profile {
        var profile = Profile()
        var began = ContinuousClock.now
        func lap(_ step: WritableKeyPath<Profile, Duration>) {
            let now = ContinuousClock.now
            profile[keyPath: step] += now - began
            began = now
        }
        let folded = FoldedTexts(batch, .all(batch.count))
        lap(\.folding)
        detector.matcher.withWorkspace { workspace, layers in
            let contexts = TermContexts(batch, folded) { text, most in
                detector.matcher.places(in: folded, text, workspace, layers, atMost: most)
            }
            var report = TermReport(
                batch, folded, layers, most: detector.most, contexts: contexts)
            var first = 0
            while first < folded.texts.count {
                let end = folded.end(ofStretchFrom: first, bytes: TermWorkspace.stretch)
                let isScanned = detector.matcher.scan(folded, first..<end, workspace, layers)
                precondition(isScanned, "Vectorscan failed")
                lap(\.scanning)
                report.add(workspace.tallies)
                lap(\.reporting)
                first = end
            }
        }
        return profile
    }
}
