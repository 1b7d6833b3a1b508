package import Events

/// Everything known, ready to be looked up. Immutable: a change makes a new set, which takes the old one's place.
///
/// Several sources may hold the same value. Then it is one signal whose opinion is what theirs amount to
/// (`Opinion.joined`), with all their labels, named after the source that is surest of it.
package final class SignalSet: Sendable {
    package let signals: [Signal]
    private let sha256: [Digest256: Int32]
    private let md5: [Digest128: Int32]
    package let pdq: PDQIndex
    package let links: LinkIndex

    package static let empty = SignalSet([])

    /// - Parameter stated: in any order; withdrawn ones (`deleted`) cancel what the same source stated.
    package init(_ stated: some Sequence<Signal>) {
        let merged = SignalSet.merge(stated)
        var sha256: [Digest256: Int32] = [:]
        var md5: [Digest128: Int32] = [:]
        var pdq = PDQIndex()
        var links = LinkIndex(
            domains: merged.count { $0.type == .domain }, addresses: merged.count { $0.type == .url })
        for (position, signal) in merged.enumerated() {
            let index = Int32(position)
            switch signal.type {
            case .sha256: sha256[SignalSet.digest256(signal.value)] = index
            case .md5: md5[SignalSet.digest128(signal.value)] = index
            case .pdq: pdq.insert(SignalSet.digest256(signal.value), index)
            case .domain, .url, .urlmd5: links.insert(signal, index)
            case .sha1, .vpdq, .tmk, .term, .phrase, .document: break
            }
        }
        signals = merged
        self.sha256 = sha256
        self.md5 = md5
        self.pdq = pdq
        self.links = links
    }

    package func position(sha256 digest: Digest256) -> Int32? { sha256.isEmpty ? nil : sha256[digest] }
    package func position(md5 digest: Digest128) -> Int32? { md5.isEmpty ? nil : md5[digest] }
    package var hasExactHashes: Bool { !sha256.isEmpty || !md5.isEmpty }

    /// The signal at a position as findings name it; nil if it had expired by the time of the event.
    /// Event time, not the clock, so that a replay finds the same.
    package func match(_ position: Int32, at time: Timestamp) -> MatchedSignal? {
        let signal = signals[Int(position)]
        if let expiresAt = signal.expiresAt, expiresAt <= time { return nil }
        return MatchedSignal(signal)
    }

    /// For every type, zeros included: a metric without a sample is one that no alert can rest on.
    package func counts() -> [(type: SignalType, count: Int)] {
        var counts: [SignalType: Int] = [:]
        for signal in signals { counts[signal.type, default: 0] += 1 }
        return SignalType.allCases.map { ($0, counts[$0] ?? 0) }
    }

    /// When the youngest signal was updated, if any says so.
    package var newest: Timestamp? { signals.lazy.compactMap(\.updatedAt).max() }

    private struct Key: Hashable {
        let type: SignalType
        let value: String
    }

    private struct SourceKey: Hashable {
        let key: Key
        let source: String?
    }

    private static func merge(_ stated: some Sequence<Signal>) -> [Signal] {
        // The last word of each source counts, then the sources are joined.
        var bySource: [SourceKey: Signal] = [:]
        for signal in stated {
            let key = SourceKey(key: Key(type: signal.type, value: signal.value), source: signal.source)
            bySource[key] = signal.deleted ? nil : signal
        }
        let byValue = Dictionary(grouping: bySource.values) { Key(type: $0.type, value: $0.value) }
        // One order for one content, whatever order it was stated in.
        return byValue.values.map(join).sorted { ($0.type.rawValue, $0.value) < ($1.type.rawValue, $1.value) }
    }

    private static func join(_ statements: [Signal]) -> Signal {
        let ordered = statements.sorted { (certainty($1), $0.source ?? "") < (certainty($0), $1.source ?? "") }
        var joined = ordered[0]
        guard ordered.count > 1 else { return joined }
        joined.opinion = ordered.dropFirst().reduce(joined.opinion) { $0.joined(with: $1.opinion) }
        joined.labels = Set(ordered.flatMap(\.labels)).sorted()
        // No languages means all of them; no expiry means never.
        joined.languages = ordered.contains { $0.languages.isEmpty } ? [] : Set(ordered.flatMap(\.languages)).sorted()
        joined.expiresAt = ordered.contains { $0.expiresAt == nil } ? nil : ordered.compactMap(\.expiresAt).max()
        return joined
    }

    private static func certainty(_ signal: Signal) -> Int {
        switch signal.opinion {
        case .positive: 3
        case .negative: 2
        case .disputed: 1
        case .seed: 0
        }
    }

    /// The value was checked when the signal was read.
    private static func digest256(_ hex: String) -> Digest256 {
        var hex = hex
        return hex.withUTF8 { Digest256(hex: UnsafeRawBufferPointer($0)) } ?? Digest256()
    }

    private static func digest128(_ hex: String) -> Digest128 {
        var hex = hex
        return hex.withUTF8 { Digest128(hex: UnsafeRawBufferPointer($0)) } ?? Digest128()
    }
}
