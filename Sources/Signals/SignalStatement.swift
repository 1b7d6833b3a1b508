internal import Events

/// Where statements come from. What one of these brings, only itself replaces and withdraws.
package enum SignalOrigin: UInt8, Sendable, CaseIterable {
    case files, topic
}

/// One source's word on one value.
final class SignalStatement: Sendable {
    let origin: SignalOrigin
    /// See `SignalChange`.
    let slot: String
    let signal: Signal

    init(origin: SignalOrigin, slot: String, signal: Signal) {
        self.origin = origin
        self.slot = slot
        self.signal = signal
    }

    /// Whether one takes the other's place.
    func replaces(_ other: SignalStatement) -> Bool {
        origin == other.origin && slot == other.slot
            // Spellings of an address are told apart here; `String` takes some for equal that differ.
            && (signal.type != .url || signal.value.utf8.elementsEqual(other.signal.value.utf8))
    }
}

/// One value, and all that is stated of it: at least one statement. No larger than a reference.
enum SignalRecord: Sendable {
    case one(SignalStatement)
    case several(Several)

    final class Several: Sendable {
        let statements: [SignalStatement]
        let joined: Signal
        let endsInParts: Bool

        init(_ statements: [SignalStatement]) {
            self.statements = statements
            joined = Signal.joined(statements.map(\.signal))
            endsInParts = statements.contains { $0.signal.expiresAt != statements[0].signal.expiresAt }
        }
    }

    /// nil if nobody states anything.
    init?(_ statements: [SignalStatement]) {
        guard let first = statements.first else { return nil }
        self = statements.count == 1 ? .one(first) : .several(Several(statements))
    }

    var statements: [SignalStatement] {
        switch self {
        case .one(let statement): [statement]
        case .several(let several): several.statements
        }
    }

    /// What the statements amount to.
    var signal: Signal {
        switch self {
        case .one(let statement): statement.signal
        case .several(let several): several.joined
        }
    }

    var type: SignalType {
        switch self {
        case .one(let statement): statement.signal.type
        case .several(let several): several.joined.type
        }
    }

    /// As findings name it; nil if all had expired by the time of the event.
    func match(at time: Timestamp) -> MatchedSignal? {
        guard case .several(let several) = self else {
            return signal.hasExpired(by: time) ? nil : MatchedSignal(signal)
        }
        let valid = several.statements.map(\.signal).filter { !$0.hasExpired(by: time) }
        guard let first = valid.first else { return nil }
        guard valid.count > 1 else { return MatchedSignal(first) }
        return MatchedSignal(
            several.endsInParts ? Signal.joined(valid) : several.joined, words: SignalRecord.words(valid))
    }

    /// As findings name it, whenever the event was.
    var matched: MatchedSignal {
        let statements = statements
        return MatchedSignal(
            signal, words: statements.count > 1 ? SignalRecord.words(statements.map(\.signal)) : [])
    }

    private static func words(_ signals: [Signal]) -> [MatchedSignal.Word] {
        signals.map { MatchedSignal.Word(source: $0.source, opinion: $0.opinion) }
    }

    func stating(_ statement: SignalStatement) -> SignalRecord? {
        SignalRecord(statements.filter { !statement.replaces($0) } + [statement])
    }

    /// Without what the statement would take the place of; nil if nothing is left.
    func withdrawing(_ statement: SignalStatement) -> SignalRecord? {
        SignalRecord(statements.filter { !statement.replaces($0) })
    }
}

extension Signal {
    fileprivate func hasExpired(by time: Timestamp) -> Bool { expiresAt.map { $0 <= time } ?? false }

    /// What several sources' words on one value amount to: one opinion (`Opinion.joined`), all labels, named after the
    /// source that is surest of it. The order does not matter.
    fileprivate static func joined(_ statements: [Signal]) -> Signal {
        let ordered = statements.sorted { a, b in
            if a.certainty != b.certainty { return a.certainty > b.certainty }
            if a.source ?? "" != b.source ?? "" { return a.source ?? "" < b.source ?? "" }
            return a.value < b.value
        }
        var joined = ordered[0]
        guard ordered.count > 1 else { return joined }
        joined.opinion = ordered.dropFirst().reduce(joined.opinion) { $0.joined(with: $1.opinion) }
        joined.labels = Array(Set(ordered.flatMap(\.labels)).sorted().prefix(SignalLimits.joinedLabels))
        // No languages means all of them; no expiry means never.
        joined.languages = ordered.contains { $0.languages.isEmpty } ? [] : Set(ordered.flatMap(\.languages)).sorted()
        joined.expiresAt = ordered.contains { $0.expiresAt == nil } ? nil : ordered.compactMap(\.expiresAt).max()
        return joined
    }

    private var certainty: Int {
        switch opinion {
        case .positive: 3
        case .negative: 2
        case .disputed: 1
        case .seed: 0
        }
    }
}
