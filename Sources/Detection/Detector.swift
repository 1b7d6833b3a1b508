package import Configuration
package import Events
package import Signals

/// Looks at uploads and says what it finds. A detector never decides: that is the policy's part.
///
/// Made once for each generation of signals and then never changed, so all tasks share one. It must be a pure
/// function of the inspection and its signals (V6): no clock, no randomness, no order of a hash table.
package protocol Detector: Sendable {
    /// Findings and failures in any order, for the selected events only.
    ///
    /// Batch first: one call, no work handed out per event. On cancellation (the stage's deadline) return soon,
    /// with or without results; the pipeline then marks what was selected as `timeout`. A thrown error makes all
    /// selected events `unavailable: failed`; an upload that can't be looked at alone is an `Unavailable` of its own.
    func inspect(_ inspection: Inspection) async throws -> Findings
}

/// A detector that can be made anew of the same signals, so that it is as fast as one that was made of them at once: what
/// is made for changed signals builds on what was there (`DetectorContext.previous`), and may be slower.
package protocol RebuiltDetector: Detector {
    /// nil where nothing would be gained.
    var rebuild: DetectorRebuild? { get }
}

/// Work that may take seconds, to be done beside all else.
package struct DetectorRebuild: Sendable {
    /// Whether changes soon take longer if it is not done.
    package let isUrgent: Bool
    /// The detector in whose place it gives the same findings.
    package let run: @Sendable () throws -> any Detector

    package init(isUrgent: Bool, run: @escaping @Sendable () throws -> any Detector) {
        self.isUrgent = isUrgent
        self.run = run
    }
}

/// What a stage hands to its detectors.
package struct Inspection: Sendable {
    package let batch: EventBatch
    /// Positions in `batch.events` that still need this stage, ascending.
    package let selection: Selection
    /// What is known of the batch's media by now.
    package let media: MediaFacts
    /// What the detector's `Preparation` made of batch and selection; nil where nobody has run it.
    package let prepared: (any Sendable)?

    package init(
        batch: EventBatch, selection: Selection, media: MediaFacts, prepared: (any Sendable)? = nil
    ) {
        self.batch = batch
        self.selection = selection
        self.media = media
        self.prepared = prepared
    }
}

/// Work that several detectors need done, which a stage does once for all of them, before they start.
package struct Preparation: Sendable {
    /// Those of the same name are the same.
    package let name: String
    /// Synchronous, and within what the detectors' deadlines allow for.
    package let make: @Sendable (EventBatch, Selection) -> any Sendable

    package init(_ name: String, _ make: @escaping @Sendable (EventBatch, Selection) -> any Sendable) {
        self.name = name
        self.make = make
    }
}

/// Some of a batch's events, ascending. `all` costs nothing, and is the usual case.
package enum Selection: Sendable {
    case all(Int)
    case some([Int])

    package var count: Int {
        switch self {
        case .all(let count): count
        case .some(let positions): positions.count
        }
    }

    package var isEmpty: Bool { count == 0 }

    package func contains(_ position: Int) -> Bool {
        switch self {
        case .all(let count): return position >= 0 && position < count
        case .some(let positions):
            // The first that is not below it.
            var (low, high) = (0, positions.count)
            while low < high {
                let middle = (low + high) / 2
                if positions[middle] < position { low = middle + 1 } else { high = middle }
            }
            return low < positions.count && positions[low] == position
        }
    }

    @inline(__always)
    package func forEach(_ body: (Int) -> Void) {
        switch self {
        case .all(let count): for position in 0..<count { body(position) }
        case .some(let positions): for position in positions { body(position) }
        }
    }

    package var positions: [Int] {
        switch self {
        case .all(let count): Array(0..<count)
        case .some(let positions): positions
        }
    }
}

/// How a detector enters the pipeline: its name, what may be set on it, and how one is made.
package struct DetectorRegistration: Sendable {
    package let identity: DetectorIdentity
    /// One line for people.
    package let summary: String
    /// Types of the signals that it rests on: as long as they don't change it need not be made anew. nil: any.
    package let uses: Set<SignalType>?
    /// Facts that it may report, by their names in policies and in `when` of a stage.
    package let facts: [Code]
    package let preparation: Preparation?
    private let needs: MediaNeeds
    private let needsWith: @Sendable (Settings) -> MediaNeeds
    /// The keys allowed below `with:` in pipeline.yaml.
    package let settings: [any AnySetting]
    package let make: @Sendable (DetectorContext) throws -> any Detector

    /// - Parameter needsWith: what must be known beside `needs` with certain settings.
    package init(
        name: String, version: String, summary: String, uses: Set<SignalType>? = nil, facts: [Code] = [],
        preparation: Preparation? = nil, needs: MediaNeeds = [],
        needsWith: @escaping @Sendable (Settings) -> MediaNeeds = { _ in [] }, settings: [any AnySetting] = [],
        make: @escaping @Sendable (DetectorContext) throws -> any Detector
    ) {
        identity = DetectorIdentity(name: name, version: version)
        self.summary = summary
        self.uses = uses
        self.facts = facts
        self.preparation = preparation
        self.needs = needs
        self.needsWith = needsWith
        self.settings = settings
        self.make = make
    }

    /// What must be known of media before it runs.
    package func needs(_ settings: Settings) -> MediaNeeds { needs.union(needsWith(settings)) }
}

/// What a detector is made from.
package struct DetectorContext: Sendable {
    package let signals: SignalSet
    package let settings: Settings
    /// The one that was made before for other signals, with the same settings in the same place; nil: this is the first.
    /// Findings must not depend on it.
    package let previous: (any Detector)?
    /// Where a file is that settings name by a relative path.
    package let locate: @Sendable (String) -> String
    /// To be told of each signal that the detector can't use, and why: it is left out and spoils nothing.
    package let note: @Sendable (Signal, String) -> Void
    /// For the log: what people should know that concerns no signal.
    package let log: @Sendable (_ message: String, _ facts: [String: String]) -> Void

    package init(
        signals: SignalSet, settings: Settings, previous: (any Detector)? = nil,
        note: @escaping @Sendable (Signal, String) -> Void = { _, _ in },
        log: @escaping @Sendable (_ message: String, _ facts: [String: String]) -> Void = { _, _ in },
        locate: @escaping @Sendable (String) -> String = { $0 }
    ) {
        self.signals = signals
        self.settings = settings
        self.previous = previous
        self.locate = locate
        self.note = note
        self.log = log
    }
}
