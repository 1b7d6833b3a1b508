package import Events

/// A statement that is made, or taken back (`signal.deleted`).
package struct SignalChange: Sendable {
    package let signal: Signal
    /// Where at its origin the statement stands: a later one in the same place is about the same value and takes its place.
    /// In files that is the source; in a topic the key of the record decides, which may leave the source out.
    package let slot: String

    package init(_ signal: Signal, slot: String? = nil) {
        self.signal = signal
        self.slot = slot ?? signal.source ?? ""
    }
}

/// What one origin states, collected from its beginning; a set is then made of it all at once, which is much faster than
/// one change after the other.
package struct SignalStage: Sendable {
    let origin: SignalOrigin
    private var latest: [SignalKey.Subject: SignalStatement] = [:]

    package init(_ origin: SignalOrigin) { self.origin = origin }

    /// The later word counts. In files, where an order may mean nothing, that is the one with the later `updatedAt` if both
    /// have one; in a topic the place is the order, as it is for compaction.
    package mutating func add(_ change: SignalChange) {
        let statement = SignalStatement(origin: origin, slot: change.slot, signal: change.signal)
        let subject = SignalKey.Subject(statement)
        if origin == .files, let last = latest[subject]?.signal.updatedAt, let updatedAt = change.signal.updatedAt,
            updatedAt < last
        {
            return
        }
        latest[subject] = statement
    }

    package var count: Int { latest.count }

    func states(_ subject: SignalKey.Subject) -> Bool { latest[subject].map { !$0.signal.deleted } ?? false }

    var statements: [SignalStatement] { latest.values.filter { !$0.signal.deleted } }
}
