package import Configuration
package import Detection
package import Events
package import Policy
package import Signals

/// What generations are made from: all that stays the same while signals change.
package struct PipelineBlueprint: Sendable {
    package let document: PipelineDocument
    package let catalog: [DetectorRegistration]
    package let policy: PolicyDocument
    package let policyFile: String
    package let shadows: [(document: PolicyDocument, file: String)]
    package let group: String
    package let accountKey: [UInt8]
    private let locate: @Sendable (String) -> String

    /// - Parameters:
    ///   - group: the consumer group, which names the source of verdicts.
    ///   - accountKey: what accounts are hashed with on the audit topic.
    ///   - locate: where a file is that a detector's settings name by a relative path.
    package init(
        document: PipelineDocument, catalog: [DetectorRegistration], policy: PolicyDocument, policyFile: String,
        shadows: [(document: PolicyDocument, file: String)] = [], group: String, accountKey: [UInt8],
        locate: @escaping @Sendable (String) -> String = { $0 }
    ) {
        self.locate = locate
        self.document = document
        self.catalog = catalog
        self.policy = policy
        self.policyFile = policyFile
        self.shadows = shadows
        self.group = group
        self.accountKey = accountKey
    }

    /// The settings of a detector, in the first stage that it stands in; nil if it stands in none.
    package func settings(of detector: String) -> Settings? {
        document.stages.lazy.flatMap(\.detectors).first { $0.detector == detector }?.settings
    }

    /// What is wrong between the files: rules that name detectors which don't exist.
    package var problems: [Problem] {
        let known = catalog.map(\.identity.name)
        return ([(policy, policyFile)] + shadows.map { ($0.document, $0.file) }).flatMap { document, file in
            do throws(InvalidConfiguration) {
                _ = try CompiledPolicy(document, file: file, detectors: detectors, known: known)
                return [Problem]()
            } catch {
                return error.problems
            }
        }
    }

    /// Builds the detectors for a set of signals. Takes as long as their indexes do: not for the cooperative pool.
    ///
    /// - Parameters:
    ///   - previous: a generation of this blueprint: what its detectors rest on may be as it was.
    ///   - rebuilt: a detector that was made anew beside it, to be built on in place of the one that it has there.
    ///   - note: told of each signal that a detector leaves out, and why.
    ///   - log: told what people should know beside that.
    package func generation(
        for signals: SignalSet, after previous: Generation? = nil, rebuilt: Generation.Rebuilt? = nil,
        note: @escaping @Sendable (Signal, String) -> Void = { _, _ in },
        log: @escaping @Sendable (_ message: String, _ facts: [String: String]) -> Void = { _, _ in }
    ) throws -> Generation {
        let identities = detectors
        var stages: [Generation.Stage] = []
        for (stageIndex, stage) in document.stages.enumerated() {
            var steps: [Generation.Step] = []
            for step in stage.detectors {
                guard let index = identities.firstIndex(where: { $0.name == step.detector }),
                    let registration = catalog.first(where: { $0.identity.name == step.detector })
                else { continue }
                let place = Generation.Place(stage: stageIndex, step: steps.count)
                let before = previous?[place]
                let isUnchanged = previous.flatMap { previous in
                    registration.uses.map { signals.isUnchanged($0, since: previous.signals) }
                }
                let replaced = rebuilt.flatMap { $0.place == place ? $0.detector : nil }
                let detector: any Detector
                if let before, isUnchanged == true, replaced == nil {
                    detector = before
                } else {
                    detector = try registration.make(
                        DetectorContext(
                            signals: signals, settings: step.settings, previous: replaced ?? before, note: note,
                            log: log, locate: locate))
                }
                steps.append(
                    Generation.Step(
                        id: DetectorID(index), identity: registration.identity,
                        needs: registration.needs(step.settings), preparation: registration.preparation,
                        deadline: step.deadline, detector: detector))
            }
            stages.append(
                Generation.Stage(
                    name: stage.name, media: stage.media, steps: steps,
                    facts: stage.facts.map { names in
                        catalog.flatMap(\.facts).filter { names.contains($0.description) }
                    },
                    settledBy: Set(
                        stage.settledBy.compactMap { name in
                            identities.firstIndex { $0.name == name }.map { DetectorID($0) }
                        })))
        }
        let known = catalog.map(\.identity.name)
        let compiled =
            try previous?.policy ?? CompiledPolicy(policy, file: policyFile, detectors: identities, known: known)
        return Generation(
            signals: signals, stages: stages, policy: compiled,
            shadows: try previous?.shadows
                ?? shadows.map {
                    try CompiledPolicy($0.document, file: $0.file, detectors: identities, known: known)
                },
            detectors: identities,
            writer: VerdictWriter(
                group: group, policy: compiled.version, signals: signals.version.description, detectors: identities,
                accountKey: accountKey))
    }

    /// The detectors in use, each once, in the order of the pipeline.
    package var detectors: [DetectorIdentity] {
        var identities: [DetectorIdentity] = []
        for step in document.stages.flatMap(\.detectors) where !identities.contains(where: { $0.name == step.detector })
        {
            if let found = catalog.first(where: { $0.identity.name == step.detector }) {
                identities.append(found.identity)
            }
        }
        return identities
    }
}

/// Detectors, policy and signals that belong together. A batch is judged by one generation from end to end.
package final class Generation: Sendable {
    package struct Step: Sendable {
        package let id: DetectorID
        package let identity: DetectorIdentity
        package let needs: MediaNeeds
        package let preparation: Preparation?
        package let deadline: Duration
        package let detector: any Detector
    }

    package struct Stage: Sendable {
        package let name: String
        package let media: PipelineDocument.MediaAccess
        package let steps: [Step]
        /// Only events with one of these, found in an earlier stage, come into it; nil: all do.
        let facts: [Code]?
        package let settledBy: Set<DetectorID>
        /// What the stage's detectors need to know of media.
        var needs: MediaNeeds { steps.reduce([]) { $0.union($1.needs) } }
    }

    /// Where a detector stands.
    package struct Place: Sendable, Equatable {
        package let stage: Int
        package let step: Int
    }

    /// A detector that was made anew.
    package struct Rebuilt: Sendable {
        package let place: Place
        package let detector: any Detector
    }

    package let signals: SignalSet
    package let stages: [Stage]

    package subscript(_ place: Place) -> any Detector { stages[place.stage].steps[place.step].detector }

    /// Work that would make detectors faster: the most urgent.
    package var rebuildDue: (place: Place, rebuild: DetectorRebuild)? {
        var due: (place: Place, rebuild: DetectorRebuild)?
        for (stage, steps) in stages.map(\.steps).enumerated() {
            for (step, detector) in steps.map(\.detector).enumerated() {
                guard let rebuild = (detector as? any RebuiltDetector)?.rebuild else { continue }
                guard due.map({ rebuild.isUrgent && !$0.rebuild.isUrgent }) ?? true else { continue }
                due = (Place(stage: stage, step: step), rebuild)
            }
        }
        return due
    }

    /// Whether any stage has pictures decoded.
    package var looksAtPictures: Bool {
        stages.contains { $0.media != .none && !$0.needs.isDisjoint(with: [.picture, .orientations]) }
    }
    package let policy: CompiledPolicy
    package let shadows: [CompiledPolicy]
    package let detectors: [DetectorIdentity]
    package let writer: VerdictWriter

    init(
        signals: SignalSet, stages: [Stage], policy: CompiledPolicy, shadows: [CompiledPolicy],
        detectors: [DetectorIdentity], writer: VerdictWriter
    ) {
        self.signals = signals
        self.stages = stages
        self.policy = policy
        self.shadows = shadows
        self.detectors = detectors
        self.writer = writer
    }
}
