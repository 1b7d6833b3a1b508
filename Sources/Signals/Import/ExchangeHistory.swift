internal import Events

/// What the records of an exchange have stated so far.
///
/// A record takes the place of its last version: an owner who is no longer in it has withdrawn, and a deletion may name
/// nothing but the record (NCMEC). Two records may state one thing; it stands until both have gone.
struct ExchangeHistory {
    private struct Statement: Hashable {
        let type: SignalType
        let value: String
        let source: String
    }

    private struct Past {
        var updatedAt: Timestamp?
        var statements: [Statement]
    }

    private var records: [ExchangeRecord.Key: Past] = [:]
    /// By how many records a thing is stated.
    private var counts: [Statement: Int] = [:]

    /// - Parameter known: signals of earlier imports; those of other exchanges are passed over.
    init(of format: SignalImport.Format, known signals: [Signal]) {
        for signal in signals {
            guard let source = signal.source, let key = ExchangeRecord.Key(signal, of: format) else { continue }
            learn(Statement(type: signal.type, value: signal.value, source: source), of: key, signal)
        }
    }

    private mutating func learn(_ statement: Statement, of key: ExchangeRecord.Key, _ signal: Signal) {
        var past = records[key] ?? Past(statements: [])
        past.updatedAt = [past.updatedAt, signal.updatedAt].compactMap(\.self).max()
        if signal.deleted {
            if past.statements.contains(statement) { _ = release(statement) }
            past.statements.removeAll { $0 == statement }
        } else if !past.statements.contains(statement) {
            counts[statement, default: 0] += 1
            past.statements.append(statement)
        }
        records[key] = past
    }

    /// The signals to print: what the record states, and what it withdraws.
    mutating func apply(_ record: ExchangeRecord, notes: inout ImportNotes) -> [Signal] {
        let past = records[record.key]
        if let before = past?.updatedAt, let now = record.updatedAt, now < before {
            notes.add(.superseded)
            return []
        }
        var stated: [Statement] = []
        var withdrawn: [Statement] = []
        var out: [Signal] = []
        for signal in record.signals {
            let statement = Statement(type: signal.type, value: signal.value, source: signal.source ?? "")
            if record.isDeleted || signal.deleted {
                withdrawn.append(statement)
            } else {
                stated.append(statement)
                out.append(signal)
            }
        }
        let earlier = past?.statements ?? []
        for statement in stated where !earlier.contains(statement) { counts[statement, default: 0] += 1 }
        for statement in earlier where !stated.contains(statement) {
            if release(statement), !withdrawn.contains(statement) { withdrawn.append(statement) }
        }
        if record.isBare, past == nil { notes.add(.unknownDeletion) }
        records[record.key] = Past(updatedAt: record.updatedAt ?? past?.updatedAt, statements: stated)
        return out
            + withdrawn.filter { counts[$0] == nil }.map { statement in
                var signal = Signal(type: statement.type, value: statement.value)
                signal.source = statement.source
                signal.id = record.id
                signal.updatedAt = record.updatedAt
                signal.note = record.key.note
                signal.deleted = true
                return signal
            }
    }

    /// Whether no record states it any more.
    private mutating func release(_ statement: Statement) -> Bool {
        guard let count = counts[statement], count > 1 else {
            counts[statement] = nil
            return true
        }
        counts[statement] = count - 1
        return false
    }
}

extension ExchangeRecord {
    fileprivate var id: String? {
        if case .entry(_, let id) = key { return id }
        return signals.first?.id
    }
}
