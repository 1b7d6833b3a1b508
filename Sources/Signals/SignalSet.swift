package import Configuration
package import Events

/// Everything known, ready to be looked up. Immutable: a change makes a new set, which shares what has not changed with
/// the old one and takes its place. So a batch is judged by one state of the signals, and nobody waits for a lock.
///
/// Several sources may hold the same value. Then it is one signal whose opinion is what theirs amount to
/// (`Opinion.joined`), with all their labels, named after the source that is surest of it.
package final class SignalSet: Sendable {
    /// Tells one state of a type's signals from all others.
    package final class Change: Sendable {
        init() {}
    }

    let contents: SignalContents
    package let version: SignalVersion
    package let pdq: PDQIndex
    package let links: LinkIndex

    package static let empty = SignalSet([])

    /// - Parameter stated: of all sources, from files.
    package convenience init(_ stated: some Sequence<Signal>, version: SignalVersion = SignalVersion()) {
        var stage = SignalStage(.files)
        for signal in stated { stage.add(SignalChange(signal)) }
        self.init(SignalContents(stage.statements), version)
    }

    private init(_ contents: SignalContents, _ version: SignalVersion) {
        self.contents = contents
        self.version = version
        pdq = contents.pdq
        links = contents.links
    }

    // MARK: Another set

    /// The set after these changes, in their order; some microseconds for each.
    ///
    /// - Parameter changes: the later counts, whatever `updatedAt` says.
    package func applying(
        _ changes: some Sequence<SignalChange>, from origin: SignalOrigin, version: SignalVersion
    ) -> SignalSet {
        var contents = contents
        for change in changes {
            let statement = SignalStatement(origin: origin, slot: change.slot, signal: change.signal)
            if change.signal.deleted { contents.withdraw(statement) } else { contents.put(statement) }
        }
        return SignalSet(contents, version)
    }

    /// Work on the index that is due after changes, so that look-ups stay fast and withdrawn hashes leave no more than a
    /// trace. May be done beside further changes.
    package struct Merge: Sendable {
        fileprivate let merge: SignalContents.Merge

        /// Takes tenths of a second for a million hashes.
        package func run() -> Merged { Merged(merged: merge.run()) }
    }

    package struct Merged: Sendable {
        fileprivate let merged: SignalContents.Merged
    }

    package var mergeDue: Merge? { contents.mergeDue.map { Merge(merge: $0) } }

    var wholeMerge: Merge { Merge(merge: contents.wholeMerge) }

    /// The same signals, with what a merge made of them or of what they were made of.
    package func finishing(_ merged: Merged) -> SignalSet {
        var contents = contents
        contents.finish(merged.merged)
        return SignalSet(contents, version)
    }

    /// The same signals with all merges done.
    package func settled() -> SignalSet {
        var set = self
        while let merge = set.mergeDue { set = set.finishing(merge.run()) }
        return set
    }

    /// The set in which all that one origin states is exchanged.
    package func replacing(_ stage: SignalStage, version: SignalVersion) -> SignalSet {
        guard contents.records.base != nil else {
            return SignalSet(
                SignalContents(statements.filter { $0.origin != stage.origin } + stage.statements), version)
        }
        switch stage.origin {
        case .topic:
            return SignalSet(SignalContents(contents.changed(from: .files) + stage.statements), version)
        case .files:
            var contents = contents
            contents.exchange(files: stage)
            return SignalSet(contents, version)
        }
    }

    private var statements: [SignalStatement] {
        var statements: [SignalStatement] = []
        contents.records.forEach { _, record in statements += record.statements }
        return statements
    }

    // MARK: Snapshots

    /// What a snapshot has.
    package convenience init(_ snapshot: SignalSnapshot) {
        let place = snapshot.facts.place
        self.init(
            SignalContents(snapshot), SignalVersion(topic: place.topic, offsets: place.offsets))
    }

    /// With what another set has from files.
    package func takingFiles(of other: SignalSet, version: SignalVersion) -> SignalSet {
        var contents = contents
        contents.put(other.contents.changed(from: .files))
        return SignalSet(contents, version)
    }

    /// Writes what the topic states.
    ///
    /// Blocks, and takes its time; not for the cooperative pool.
    ///
    /// - Parameters:
    ///   - facts: what the set is of; the offsets must be those of its version.
    ///   - shouldStop: asked now and then.
    /// - Returns: how many bytes the file has.
    /// - Throws: `FileError`; the file that was there is then as it was.
    package func write(
        to file: SnapshotFile, _ facts: SnapshotFacts, shouldStop: @escaping () -> Bool = { false }
    ) throws(FileError) -> Int {
        let writer = SnapshotWriter(contents, try SnapshotOutput(file.path, .signals, shouldStop: shouldStop))
        return try writer.write(facts)
    }

    /// What a decoder must know to go on from here: what the topic's keys stand for that have a digest in place of the value.
    package var digestedKeys: [SignalChange] {
        var found: [SignalChange] = []
        contents.records.forEach(of: SignalTopicDecoder.longTypes) { _, record in
            for statement in record.statements
            where statement.origin == .topic && SignalTopicDecoder.isLong(statement.signal) {
                found.append(SignalChange(statement.signal, slot: statement.slot))
            }
        }
        return found
    }

    // MARK: Looking up

    package func position(sha256 digest: Digest256) -> Int32? { contents.sha256[digest] }
    package func position(sha1 digest: Digest160) -> Int32? { contents.sha1[digest] }
    package func position(md5 digest: Digest128) -> Int32? { contents.md5[digest] }

    /// The signal at a position that a look-up gave; nil if it has been withdrawn.
    package func signal(at position: Int32) -> Signal? { contents.records[position]?.signal }

    /// The signal at a position as findings name it; nil if it has been withdrawn, or had expired by the time of the
    /// event. Event time, not the clock, so that a replay finds the same.
    package func match(_ position: Int32, at time: Timestamp) -> MatchedSignal? {
        contents.records[position]?.match(at: time)
    }

    /// Each signal that an address matches, as `LinkIndex.forEachMatch` finds them.
    package func forEachMatch(
        of address: UnsafeRawBufferPointer, at time: Timestamp, scratch: inout [UInt8],
        _ body: (_ position: Int32, MatchedSignal) -> Void
    ) {
        links.forEachMatch(of: address, scratch: &scratch) { position, how in
            guard let record = contents.records[position], how == .whole || record.signal.match == .prefix,
                let match = record.match(at: time)
            else { return }
            body(position, match)
        }
    }

    // MARK: Listing

    /// All signals, by position.
    package var signals: [Signal] {
        var signals: [Signal] = []
        contents.records.forEach { _, record in signals.append(record.signal) }
        return signals
    }

    /// All of some types, in the order of their values whatever order they came in.
    package func signals(
        of types: Set<SignalType>
    ) -> [(position: Int32, signal: Signal, matched: MatchedSignal)] {
        guard types.contains(where: { contents.counts[$0] ?? 0 > 0 }) else { return [] }
        var found: [(position: Int32, signal: Signal, matched: MatchedSignal)] = []
        contents.records.forEach(of: types) { position, record in
            found.append((position, record.signal, record.matched))
        }
        return found.sorted { Signal.precedes($0.signal, $1.signal) }
    }

    /// Each of a type, by position, without a list of them all: for those that come in millions.
    package func forEach(of type: SignalType, _ body: (Int32, Signal) -> Void) {
        guard contents.counts[type] ?? 0 > 0 else { return }
        contents.records.forEach(of: [type]) { position, record in body(position, record.signal) }
    }

    /// What each source of an origin states, by position.
    package func stated(by origin: SignalOrigin) -> [Signal] {
        statements.filter { $0.origin == origin }.map(\.signal)
    }

    package var count: Int { contents.counts.values.reduce(0, +) }

    /// For every type, zeros included: a metric without a sample is one that no alert can rest on.
    package func counts() -> [(type: SignalType, count: Int)] {
        SignalType.allCases.map { ($0, contents.counts[$0] ?? 0) }
    }

    /// The last time of an update that any signal has stated.
    package var newest: Timestamp? { contents.newest }

    /// Whether the signals of these types are the same, and stand at the same positions, as in another set.
    package func isUnchanged(_ types: Set<SignalType>, since other: SignalSet) -> Bool {
        types.allSatisfy { contents.changes[$0] === other.contents.changes[$0] }
    }
}
