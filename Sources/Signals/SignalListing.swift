package import Events

/// A signal and what is stated of it. No larger than a reference.
package struct KnownSignal: Sendable {
    private let record: SignalRecord

    init(_ record: SignalRecord) { self.record = record }

    /// One that stands in no set, as the terms of a combination.
    package init(_ signal: Signal) {
        record = .one(SignalStatement(origin: .files, slot: "", signal: signal))
    }

    /// What the statements amount to.
    package var signal: Signal { record.signal }
    /// As findings name it, whenever the event was.
    package var matched: MatchedSignal { record.matched }

    /// Whether whoever looks for the one finds and reports all that he would with the other. Times of updates and notes
    /// stand in no finding.
    package func isAlike(_ other: KnownSignal) -> Bool {
        let (own, others) = (record.statements, other.record.statements)
        return own.count == others.count
            && zip(own, others).allSatisfy { $0 === $1 || KnownSignal.areAlike($0.signal, $1.signal) }
    }

    private static func areAlike(_ a: Signal, _ b: Signal) -> Bool {
        func same(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }
        func same(_ a: String?, _ b: String?) -> Bool {
            guard let a, let b else { return a == nil && b == nil }
            return same(a, b)
        }
        return a.type == b.type && same(a.value, b.value) && a.opinion == b.opinion && a.match == b.match
            && a.expiresAt == b.expiresAt && a.labels.elementsEqual(b.labels, by: same) && same(a.source, b.source)
            && same(a.id, b.id) && a.languages.elementsEqual(b.languages, by: same)
    }
}

/// The signals of a set without its indexes: what somebody keeps to see later what has changed. It shares all memory with
/// the set.
package struct SignalListing: Sendable {
    private let records: SignalRecords

    init(_ records: SignalRecords) { self.records = records }

    package static let empty = SignalListing(SignalRecords())

    package struct Entry: Sendable {
        package let known: KnownSignal
        package let position: Int32

        package init(_ known: KnownSignal, position: Int32) {
            self.known = known
            self.position = position
        }
    }

    /// All of some types, in no order.
    package func forEach(of types: Set<SignalType>, _ body: (Entry) -> Void) {
        records.forEach(of: types) { body(Entry(KnownSignal($1), position: $0)) }
    }

    /// What another listing has that this one has not, and the other way round: by position, so that what has only moved
    /// is both gone and come. In the order of positions.
    ///
    /// Takes as long as there are changes, if one listing grew out of the other; else as long as both are.
    package func changes(since old: SignalListing, of types: Set<SignalType>) -> (gone: [Entry], come: [Entry]) {
        var gone: [Entry] = []
        var come: [Entry] = []
        guard records.hasSameBase(as: old.records) else {
            old.forEach(of: types) { gone.append($0) }
            forEach(of: types) { come.append($0) }
            return (gone, come)
        }
        records.forEachDifference(from: old.records) { position in
            let (before, now) = (old.records.record(at: position), records.record(at: position))
            if let before, let now, SignalRecord.areSame(before, now) { return }
            if let before, types.contains(before.type) {
                gone.append(Entry(KnownSignal(before), position: position))
            }
            if let now, types.contains(now.type) { come.append(Entry(KnownSignal(now), position: position)) }
        }
        return (gone, come)
    }
}

extension SignalSet {
    /// See `SignalListing`.
    package var listing: SignalListing { SignalListing(contents.records) }
}

extension SignalRecord {
    /// Whether nothing has been stated of it between.
    static func areSame(_ a: SignalRecord, _ b: SignalRecord) -> Bool {
        switch (a, b) {
        case (.one(let a), .one(let b)): a === b
        case (.several(let a), .several(let b)): a === b
        default: false
        }
    }
}
