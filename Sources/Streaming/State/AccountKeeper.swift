internal import Events
internal import MetadataDetection

/// What is remembered of the accounts of a partition of uploads.
typealias AccountKeeper = StateKeeper<AccountState>

extension StateKeeper where State == AccountState {
    /// - Parameters:
    ///   - input: the topic.
    ///   - topic: the changelog.
    convenience init(
        _ partition: Int32, of input: String, _ topic: String, _ settings: AccountSettings, key: [UInt8],
        aids: StateAids = StateAids()
    ) {
        self.init(partition, topic, aids) {
            AccountState(settings, key: key, input: input)
        } restoring: {
            StateRestore(settings, key: key, input: input)
        }
    }

    /// - Returns: the batch with what is known of its events, and what is to be written to the changelog.
    func fold(_ batch: EventBatch, nextOffset: Int64) -> (batch: EventBatch, changes: StateChanges?) {
        note(changes: batch.count)
        return withState { state in
            guard let folded = state?.fold(batch, nextOffset: nextOffset) else { return (batch, nil) }
            return (folded.facts.isEmpty ? batch : batch.with(folded.facts), folded.changes)
        }
    }

    /// What is known of one account; nil if nothing is.
    func summary(of account: String) -> AccountSummary? { withState { $0?.summary(of: account) } }

    /// nil before it is restored.
    var figures: StateFigures? {
        withState { state in
            state.map { state in
                StateFigures(
                    partition: partition, known: .accounts(state.accounts), events: state.events,
                    recordBytes: state.recordBytes,
                    bytes: state.bytes, newest: state.newest, nextOffset: state.nextOffset,
                    fingerprint: state.fingerprint)
            }
        }
    }
}
