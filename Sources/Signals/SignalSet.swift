package import Events

/// Everything known, ready to be looked up. Immutable: a change makes a new set, which takes the old one's place.
///
/// Several sources may hold the same value. Then it is one signal whose opinion is what theirs amount to
/// (`Opinion.joined`), with all their labels, named after the source that is surest of it.
package final class SignalSet: Sendable {
    package let signals: [Signal]
    private let sha256: DigestTable<Digest256>
    private let sha1: DigestTable<Digest160>
    private let md5: DigestTable<Digest128>
    package let pdq: PDQIndex
    package let links: LinkIndex
    /// What the sources state of a signal, by its position; only where an opinion ends before the others do.
    private let statements: [Int32: [Signal]]

    package static let empty = SignalSet([])

    /// - Parameter stated: of all sources. Where one source states a value twice, the later word counts: by
    ///   `updatedAt` if both have one, else by their order. A withdrawal (`deleted`) is such a word too.
    package init(_ stated: some Sequence<Signal>) {
        let groups = SignalSet.merge(stated)
        let merged = groups.map(\.joined)
        var sha256 = DigestTable<Digest256>()
        var sha1 = DigestTable<Digest160>()
        var md5 = DigestTable<Digest128>()
        var hashes: [Digest256] = []
        var hashSignals: [Int32] = []
        var links = LinkIndex(
            domains: merged.count { $0.type == .domain }, addresses: merged.count { $0.type == .url })
        for (position, signal) in merged.enumerated() {
            let index = Int32(position)
            switch signal.type {
            case .sha256: sha256.insert(SignalSet.digest(signal.value), index)
            case .sha1: sha1.insert(SignalSet.digest(signal.value), index)
            case .md5: md5.insert(SignalSet.digest(signal.value), index)
            case .pdq:
                hashes.append(SignalSet.digest(signal.value))
                hashSignals.append(index)
            case .domain, .url, .urlmd5: links.insert(signal, index)
            case .vpdq, .tmk, .term, .phrase, .document: break
            }
        }
        signals = merged
        statements = Dictionary(
            uniqueKeysWithValues: groups.enumerated().compactMap { position, group in
                group.endsInParts ? (Int32(position), group.statements) : nil
            })
        self.sha256 = sha256
        self.sha1 = sha1
        self.md5 = md5
        pdq = PDQIndex(hashes, signals: hashSignals)
        self.links = links
    }

    package func position(sha256 digest: Digest256) -> Int32? { sha256[digest] }
    package func position(sha1 digest: Digest160) -> Int32? { sha1[digest] }
    package func position(md5 digest: Digest128) -> Int32? { md5[digest] }

    /// The signal at a position as findings name it; nil if it had expired by the time of the event.
    /// Event time, not the clock, so that a replay finds the same.
    package func match(_ position: Int32, at time: Timestamp) -> MatchedSignal? {
        guard let statements = statements[position] else {
            let signal = signals[Int(position)]
            return signal.hasExpired(by: time) ? nil : MatchedSignal(signal)
        }
        let valid = statements.filter { !$0.hasExpired(by: time) }
        return valid.isEmpty ? nil : MatchedSignal(SignalSet.join(valid))
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
        let address: [UInt8]?

        /// Spellings of one address are one signal.
        init(_ signal: Signal) {
            type = signal.type
            var text = signal.value
            let normalized = type == .url ? text.withUTF8 { LinkIndex.normalized(UnsafeRawBufferPointer($0)) } : nil
            address = normalized ?? Subject.address(signal)
            value = address == nil ? signal.value : ""
        }
    }

    /// One thing that one source may state.
    private struct Subject: Hashable {
        let type: SignalType
        let value: String
        let address: [UInt8]?
        let source: String

        init(_ signal: Signal) {
            type = signal.type
            value = signal.value
            address = Subject.address(signal)
            source = signal.source ?? ""
        }

        /// Addresses are told apart by their bytes, as uploads' are; `String` takes some for equal that differ.
        static func address(_ signal: Signal) -> [UInt8]? { signal.type == .url ? Array(signal.value.utf8) : nil }
    }

    /// What the sources state of one value, and what that amounts to.
    private struct Group {
        let joined: Signal
        let statements: [Signal]

        var endsInParts: Bool {
            statements.count > 1 && statements.contains { $0.expiresAt != statements[0].expiresAt }
        }
    }

    private static func merge(_ stated: some Sequence<Signal>) -> [Group] {
        var latest: [Subject: Signal] = [:]
        for signal in stated {
            let subject = Subject(signal)
            if let last = latest[subject]?.updatedAt, let updatedAt = signal.updatedAt, updatedAt < last { continue }
            latest[subject] = signal
        }
        let groups = Dictionary(grouping: latest.values.lazy.filter { !$0.deleted }, by: Key.init)
        // One order for one content, whatever order it was stated in.
        return groups.values.map { Group(joined: join($0), statements: $0) }.sorted {
            let (a, b) = ($0.joined, $1.joined)
            if a.type != b.type { return a.type.rawValue < b.type.rawValue }
            return a.value == b.value ? a.value.utf8.lexicographicallyPrecedes(b.value.utf8) : a.value < b.value
        }
    }

    private static func join(_ statements: [Signal]) -> Signal {
        let ordered = statements.sorted {
            (certainty($1), $0.source ?? "", $0.value) < (certainty($0), $1.source ?? "", $1.value)
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

    private static func certainty(_ signal: Signal) -> Int {
        switch signal.opinion {
        case .positive: 3
        case .negative: 2
        case .disputed: 1
        case .seed: 0
        }
    }

    /// The value was checked when the signal was read.
    private static func digest<Digest: DigestKey>(_ hex: String) -> Digest {
        var hex = hex
        return hex.withUTF8 { Digest(hex: UnsafeRawBufferPointer($0)) } ?? Digest()
    }
}

extension Signal {
    fileprivate func hasExpired(by time: Timestamp) -> Bool { expiresAt.map { $0 <= time } ?? false }
}
