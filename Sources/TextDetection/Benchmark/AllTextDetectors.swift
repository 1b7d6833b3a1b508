internal import Configuration
internal import Detection
package import Events
package import Signals

/// Every detector of texts at its defaults, outside a pipeline: what a stage that holds all of them calls, batch by
/// batch, with what it prepares for them.
package struct AllTextDetectors: Sendable {
    private let preparations: [Preparation]
    private let detectors: [(name: String, preparation: String?, detector: any Detector)]

    /// - Parameter locate: where a file is that a detector names by a relative path.
    /// - Throws: if one can't be made of these signals.
    package init(_ signals: SignalSet, locate: @escaping @Sendable (String) -> String) throws {
        var preparations: [Preparation] = []
        for preparation in textDetectors.compactMap(\.preparation)
        where !preparations.contains(where: { $0.name == preparation.name }) {
            preparations.append(preparation)
        }
        self.preparations = preparations
        detectors = try textDetectors.map { registration in
            let context = DetectorContext(
                signals: signals, settings: Settings(known: registration.settings),
                note: { signal, problem in preconditionFailure("\(signal.value): \(problem)") }, locate: locate)
            return (registration.identity.name, registration.preparation?.name, try registration.make(context))
        }
    }

    /// The steps of a batch: what is prepared, and then the detectors.
    package var steps: [String] { preparations.map(\.name) + detectors.map(\.name) }

    /// - Parameter ended: called after each step, with its place in `steps` and its findings.
    package func inspect(_ batch: EventBatch, ended: (Int, Findings) -> Void) async throws {
        let media = MediaFacts(unreadCount: batch.media.count)
        var prepared: [String: any Sendable] = [:]
        for (place, preparation) in preparations.enumerated() {
            prepared[preparation.name] = preparation.make(batch, .all(batch.count))
            ended(place, Findings())
        }
        for (place, detector) in detectors.enumerated() {
            let inspection = Inspection(
                batch: batch, selection: .all(batch.count), media: media,
                prepared: detector.preparation.flatMap { prepared[$0] })
            ended(preparations.count + place, try await detector.detector.inspect(inspection))
        }
    }
}
