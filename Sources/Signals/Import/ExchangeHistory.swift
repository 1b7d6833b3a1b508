internal import Events

/// What the records of an exchange have stated so far.
///
/// A record takes the place of its last version: an owner who is no longer in it has withdrawn, and a deletion may name
/// nothing but the record (NCMEC). Several records may state one thing, which then stands until the last of them has
/// gone. What is printed says so to readers who know of no records: the later line counts.
struct ExchangeHistory {
    /// One thing that one source may state.
    private struct Subject: Hashable {
        let type: SignalType
        let value: String
        let source: String

        init(_ signal: Signal) {
            type = signal.type
            value = signal.value
            source = signal.source ?? ""
        }
    }

    private struct Past {
        var updatedAt: Timestamp?
        var signals: [Signal] = []
    }

    private struct Standing {
        /// Those that state it.
        var records: [ExchangeRecord.Key] = []
        /// The latest time with which a line on it was printed.
        var updatedAt: Timestamp?
    }

    private var records: [ExchangeRecord.Key: Past] = [:]
    private var standings: [Subject: Standing] = [:]

    /// - Parameter known: signals of earlier imports; those of other exchanges are passed over.
    init(of format: SignalImport.Format, known signals: [Signal]) {
        for signal in signals {
            guard let key = ExchangeRecord.Key(signal, of: format) else { continue }
            let subject = Subject(signal)
            var past = records[key] ?? Past()
            past.updatedAt = [past.updatedAt, signal.updatedAt].compactMap(\.self).max()
            past.signals.removeAll { Subject($0) == subject }
            if signal.deleted {
                standings[subject]?.records.removeAll { $0 == key }
            } else {
                past.signals.append(signal)
                hold(subject, by: key)
            }
            records[key] = past
            _ = stamped(signal)
        }
    }

    /// The lines to print: what the record states, and what it withdraws.
    mutating func apply(_ record: ExchangeRecord, notes: inout ImportNotes) -> [Signal] {
        let past = records[record.key]
        if let before = past?.updatedAt, let now = record.updatedAt, now < before {
            notes.add(.superseded)
            return []
        }
        if record.isBare, past == nil { notes.add(.unknownDeletion) }
        let stated = record.signals.filter { !record.isDeleted && !$0.deleted }
        var named = Set(record.signals.map(Subject.init))
        let gone = (past?.signals ?? []).filter { named.insert(Subject($0)).inserted }
        records[record.key] = Past(updatedAt: record.updatedAt ?? past?.updatedAt, signals: stated)

        var lines: [Signal] = []
        for signal in stated {
            hold(Subject(signal), by: record.key)
            lines.append(stamped(signal))
        }
        for signal in record.signals.filter({ record.isDeleted || $0.deleted }) + gone {
            let subject = Subject(signal)
            lines.append(stamped(withdrawal(of: signal, by: record)))
            standings[subject]?.records.removeAll { $0 == record.key }
            if let other = standings[subject]?.records.last, let survivor = self.signal(on: subject, in: other) {
                lines.append(stamped(survivor))
            }
        }
        return lines
    }

    private func withdrawal(of signal: Signal, by record: ExchangeRecord) -> Signal {
        var withdrawal = Signal(type: signal.type, value: signal.value)
        withdrawal.source = signal.source
        withdrawal.id = record.key.id ?? signal.id
        withdrawal.note = record.key.note
        withdrawal.updatedAt = record.updatedAt
        withdrawal.deleted = true
        return withdrawal
    }

    private mutating func hold(_ subject: Subject, by key: ExchangeRecord.Key) {
        var standing = standings[subject] ?? Standing()
        if !standing.records.contains(key) { standing.records.append(key) }
        standings[subject] = standing
    }

    private func signal(on subject: Subject, in key: ExchangeRecord.Key) -> Signal? {
        records[key]?.signals.first { Subject($0) == subject }
    }

    /// Never with an earlier time than the last line on the same thing: records need not be in the order of time, and of
    /// two lines the one with the later time counts.
    private mutating func stamped(_ signal: Signal) -> Signal {
        guard let time = signal.updatedAt else { return signal }
        let subject = Subject(signal)
        let latest = max(time, standings[subject]?.updatedAt ?? time)
        standings[subject, default: Standing()].updatedAt = latest
        var signal = signal
        signal.updatedAt = latest
        return signal
    }
}
