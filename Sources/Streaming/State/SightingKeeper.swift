internal import MetadataDetection

/// What is remembered of the things of a partition of sightings.
typealias SightingKeeper = StateKeeper<SightingState>

extension StateKeeper where State == SightingState {
    /// - Parameters:
    ///   - input: the topic.
    ///   - topic: the changelog.
    convenience init(
        _ partition: Int32, of input: String, _ topic: String, _ settings: SightingSettings, key: [UInt8]
    ) {
        self.init(partition, topic) {
            SightingState(settings, key: key, input: input)
        } restoring: {
            StateRestore(settings, key: key, input: input)
        }
    }

    var campaigns: Int { withState { $0?.campaigns ?? 0 } }

    func fold(
        _ records: [SightingState.Record], nextOffset: Int64
    ) -> (outcome: SightingOutcome, changes: StateChanges)? {
        withState { $0?.fold(records, nextOffset: nextOffset) }
    }
}
