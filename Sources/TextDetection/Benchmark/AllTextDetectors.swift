internal import Configuration
package import Detection
package import Events
package import Signals

/// Every detector of texts at its defaults, outside a pipeline: what a stage that holds all of them calls, batch by
/// batch.
package struct AllTextDetectors: Sendable {
    private let detectors: [(name: String, detector: any Detector)]

    /// - Parameter locate: where a file is that a detector names by a relative path.
    /// - Throws: if one can't be made of these signals.
    package init(_ signals: SignalSet, locate: @escaping @Sendable (String) -> String) throws {
        detectors = try textDetectors.map { registration in
            let context = DetectorContext(
                signals: signals, settings: Settings(known: registration.settings),
                note: { signal, problem in preconditionFailure("\(signal.value): \(problem)") }, locate: locate)
            return (registration.identity.name, try registration.make(context))
        }
    }

    package var names: [String] { detectors.map(\.name) }

    /// - Parameter ended: called with a detector's place in `names` and its findings, when it has looked at the batch.
    package func inspect(_ batch: EventBatch, ended: (Int, Findings) -> Void) async throws {
        let media = MediaFacts(unreadCount: batch.media.count)
        let inspection = Inspection(batch: batch, selection: .all(batch.count), media: media)
        for (place, detector) in detectors.enumerated() {
            ended(place, try await detector.detector.inspect(inspection))
        }
    }
}
