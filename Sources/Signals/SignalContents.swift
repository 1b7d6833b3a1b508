internal import Events

/// All signals and their indexes, as a value: a copy shares all memory and stays as it is while the other is changed.
/// Only the thread that changes it waits for that.
///
/// A signal keeps its position as long as somebody states it.
struct SignalContents: Sendable {
    private(set) var records = SignalRecords()
    private(set) var sha256 = DigestTable<Digest256>()
    private(set) var sha1 = DigestTable<Digest160>()
    private(set) var md5 = DigestTable<Digest128>()
    private(set) var pdq = PDQIndex()
    private(set) var links = LinkIndex()
    /// By the SHA-256 of their values, which are long.
    private var documents = DigestTable<Digest256>()
    /// Positions of signals that no index of these has: texts, addresses without a host.
    private var others: [SignalKey: Int32] = [:]
    private(set) var counts: [SignalType: Int] = [:]
    /// Of each type, what was the last change.
    private(set) var changes: [SignalType: SignalSet.Change] = [:]
    private(set) var newest: Timestamp?
    /// PDQ hashes in the index whose signals have been withdrawn.
    private var withdrawnHashes = 0
    /// Of all that has been made of these by changes.
    private let lineage = SignalSet.Change()

    /// All at once.
    ///
    /// - Parameter statements: each subject once, none of them withdrawn.
    init(_ statements: some Sequence<SignalStatement>) {
        let statements = Array(statements)
        let keys = statements.map { SignalKey($0.signal) }
        // One order for one content, whatever order it was stated in; what is about one value stands together.
        let ordered = SignalKey.order(keys)
        var hashes: [Digest256] = []
        var hashPositions: [Int32] = []
        var start = 0
        while start < ordered.count {
            var end = start + 1
            while end < ordered.count, keys[ordered[end]] == keys[ordered[start]] { end += 1 }
            defer { start = end }
            guard let record = SignalRecord(ordered[start..<end].map { statements[$0] }) else { continue }
            let position = records.append(record)
            let signal = statements[ordered[start]].signal
            if signal.type == .pdq {
                hashes.append(SignalContents.digest(signal.value))
                hashPositions.append(position)
            } else {
                index(signal, keys[ordered[start]], position)
            }
            noteAdded(record)
        }
        pdq = PDQIndex(hashes, signals: hashPositions)
    }

    /// Those of a snapshot. What its memory has stays there; only addresses and texts, whose indexes it has not, are read.
    init(_ snapshot: SignalSnapshot) {
        records = SignalRecords(base: snapshot)
        sha256 = DigestTable(base: snapshot.sha256, in: snapshot.memory)
        sha1 = DigestTable(base: snapshot.sha1, in: snapshot.memory)
        md5 = DigestTable(base: snapshot.md5, in: snapshot.memory)
        for range in snapshot.ranges where !range.positions.isEmpty {
            counts[range.type] = range.count
            changes[range.type] = SignalSet.Change()
            if range.type == .pdq {
                let rest = range.positions.suffix(snapshot.recent.count)
                pdq = PDQIndex(snapshot.segments, zip(snapshot.recent, rest))
                withdrawnHashes = range.positions.count - range.count
            }
            guard !SnapshotRange.isIndexed(range.type) else { continue }
            for position in range.positions {
                guard let signal = snapshot.record(at: position)?.signal else { continue }
                index(signal, SignalKey(signal), position)
            }
        }
        newest = snapshot.newest
    }

    // MARK: Changing

    mutating func put(_ statement: SignalStatement) {
        let signal = statement.signal
        let key = SignalKey(signal)
        guard let position = position(of: signal, key) else {
            guard let record = SignalRecord([statement]) else { return }
            let position = records.append(record)
            if signal.type == .pdq {
                pdq.insert(SignalContents.digest(signal.value), position)
            } else {
                index(signal, key, position)
            }
            return noteAdded(record)
        }
        if let record = records[position] {
            records[position] = record.stating(statement)
            noteChanged(signal)
        } else {
            // Withdrawn before, and the index still has it.
            withdrawnHashes -= 1
            records[position] = SignalRecord([statement])
            records[position].map { noteAdded($0) }
        }
    }

    /// Takes back what the statement would take the place of, if there is something.
    mutating func withdraw(_ statement: SignalStatement) {
        let subject = statement.signal
        let key = SignalKey(subject)
        guard let position = position(of: subject, key), let record = records[position] else { return }
        records[position] = record.withdrawing(statement)
        noteChanged(subject)
        guard records[position] == nil else { return }
        counts[subject.type, default: 0] -= 1
        switch subject.type {
        case .sha256: sha256.remove(SignalContents.digest(subject.value))
        case .sha1: sha1.remove(SignalContents.digest(subject.value))
        case .md5: md5.remove(SignalContents.digest(subject.value))
        case .pdq: withdrawnHashes += 1
        case .url where links.remove(subject): break
        case .domain, .urlmd5: _ = links.remove(subject)
        case .document: documents.remove(SignalContents.sha256(subject.value))
        case .url, .vpdq, .tmk, .term, .phrase, .combination: others[key] = nil
        }
    }

    /// Exchanges what files state, one statement after the other: where there is a snapshot below, most of all signals
    /// would have to be made anew otherwise.
    mutating func exchange(files stage: SignalStage) {
        var old: [SignalKey.Subject: SignalStatement] = [:]
        for statement in changed(from: .files) { old[SignalKey.Subject(statement)] = statement }
        for (subject, statement) in old where !stage.states(subject) { withdraw(statement) }
        put(stage.statements.filter { old[SignalKey.Subject($0)]?.signal != $0.signal })
    }

    /// Many, with the merges that are due on the way.
    mutating func put(_ statements: [SignalStatement]) {
        for (index, statement) in statements.enumerated() {
            put(statement)
            if index % PDQIndex.leastSegment == 0 { settle() }
        }
        settle()
    }

    private mutating func settle() {
        while let merge = mergeDue { finish(merge.run()) }
    }

    /// What an origin states, beside what a snapshot has.
    func changed(from origin: SignalOrigin) -> [SignalStatement] {
        var statements: [SignalStatement] = []
        records.forEachChanged { _, record in statements += record.statements.filter { $0.origin == origin } }
        return statements
    }

    // MARK: Merging

    /// Makes segments of new hashes, and leaves out withdrawn ones, beside look-ups and further changes.
    struct Merge: Sendable {
        fileprivate let index: PDQIndex.Merge
        fileprivate let records: SignalRecords
        fileprivate let lineage: SignalSet.Change

        func run() -> Merged {
            var dropped: [Int32] = []
            let segments = index.run { position in
                if records.isStated(position) { return true }
                dropped.append(position)
                return false
            }
            return Merged(segments: segments, dropped: dropped, lineage: lineage)
        }
    }

    struct Merged: Sendable {
        fileprivate let segments: PDQIndex.Merged
        fileprivate let dropped: [Int32]
        fileprivate let lineage: SignalSet.Change
    }

    var mergeDue: Merge? {
        if withdrawnHashes > max(PDQIndex.leastSegment, pdq.count / 4) { return wholeMerge }
        return pdq.mergeDue.map { Merge(index: $0, records: records, lineage: lineage) }
    }

    var wholeMerge: Merge { Merge(index: pdq.wholeMerge, records: records, lineage: lineage) }

    /// Puts what a merge made into its place; one of other contents, since when all was made anew, is passed over.
    mutating func finish(_ merged: Merged) {
        guard merged.lineage === lineage else { return }
        pdq.replace(by: merged.segments)
        withdrawnHashes -= merged.dropped.count
        // Withdrawn when the merge began, and stated again since.
        for position in merged.dropped {
            guard let record = records[position] else { continue }
            pdq.insert(SignalContents.digest(record.signal.value), position)
            withdrawnHashes += 1
        }
    }

    private mutating func noteAdded(_ record: SignalRecord) {
        counts[record.type, default: 0] += 1
        for statement in record.statements { noteChanged(statement.signal) }
    }

    private mutating func noteChanged(_ signal: Signal) {
        changes[signal.type] = SignalSet.Change()
        if let updatedAt = signal.updatedAt { newest = max(newest ?? updatedAt, updatedAt) }
    }

    private mutating func index(_ signal: Signal, _ key: SignalKey, _ position: Int32) {
        switch signal.type {
        case .sha256: sha256.insert(SignalContents.digest(signal.value), position)
        case .sha1: sha1.insert(SignalContents.digest(signal.value), position)
        case .md5: md5.insert(SignalContents.digest(signal.value), position)
        case .domain, .urlmd5: _ = links.insert(signal, position)
        case .url where links.insert(signal, position): break
        case .document: documents.insert(SignalContents.sha256(signal.value), position)
        case .url, .pdq, .vpdq, .tmk, .term, .phrase, .combination: others[key] = position
        }
    }

    // MARK: Looking up

    /// Of the signal with the same type and value.
    private func position(of signal: Signal, _ key: SignalKey) -> Int32? {
        switch signal.type {
        case .sha256: sha256[SignalContents.digest(signal.value)]
        case .sha1: sha1[SignalContents.digest(signal.value)]
        case .md5: md5[SignalContents.digest(signal.value)]
        case .pdq: pdq.matches(SignalContents.digest(signal.value), threshold: 0).first?.signal
        case .domain, .urlmd5: links.position(of: signal)
        case .url: links.position(of: signal) ?? others[key]
        case .document: documents[SignalContents.sha256(signal.value)]
        case .vpdq, .tmk, .term, .phrase, .combination: others[key]
        }
    }

    private static func sha256(_ value: String) -> Digest256 {
        var hash = SHA256()
        var value = value
        value.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
        return hash.finish()
    }

    /// The value was checked when the signal was read.
    private static func digest<Digest: DigestKey>(_ hex: String) -> Digest {
        var hex = hex
        return hex.withUTF8 { Digest(hex: UnsafeRawBufferPointer($0)) } ?? Digest()
    }
}
