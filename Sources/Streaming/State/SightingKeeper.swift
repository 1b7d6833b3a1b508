internal import MetadataDetection

/// What is remembered of the things of a partition of sightings.
typealias SightingKeeper = StateKeeper<SightingState>

extension StateKeeper where State == SightingState {
    /// - Parameters:
    ///   - input: the topic.
    ///   - topic: the changelog.
    convenience init(
        _ partition: Int32, of input: String, _ topic: String, _ settings: SightingSettings, key: [UInt8],
        aids: StateAids = StateAids()
    ) {
        self.init(partition, topic, aids) {
            SightingState(settings, key: key, input: input)
        } restoring: {
            StateRestore(settings, key: key, input: input)
        }
    }

    /// What is known of one thing; nil if nothing is.
    func summary(of thing: ThingName) -> ThingSummary? { withState { $0?.summary(of: thing) } }

    /// nil before it is restored.
    var figures: StateFigures? {
        withState { state in
            state.map { state in
                let things = state.things
                return StateFigures(
                    partition: partition,
                    known: .things(things.known, campaigns: state.campaigns, awaited: things.awaited),
                    events: state.sightings, recordBytes: state.recordBytes, bytes: state.bytes, newest: state.newest,
                    nextOffset: state.nextOffset, fingerprint: state.fingerprint)
            }
        }
    }

    var campaigns: Int { withState { $0?.campaigns ?? 0 } }

    /// By reason, how many sightings did not count.
    var leftOut: [(reason: String, count: Int)] {
        withState { state in
            guard let counts = state?.leftOut else { return [] }
            return [("repeated", counts.repeated), ("late", counts.late), ("unreadable", counts.unreadable)]
        }
    }

    func fold(
        _ records: [SightingState.Record], nextOffset: Int64
    ) -> (outcome: SightingOutcome, changes: StateChanges)? {
        note(changes: records.count)
        return withState { $0?.fold(records, nextOffset: nextOffset) }
    }
}
