internal import Events

/// What one record of an exchange states, in place of all that it stated before.
struct ExchangeRecord {
    /// What the exchange knows the record by.
    enum Key: Hashable {
        case entry(source: String, id: String)
        case value(SignalType, String)
        /// The type by the exchange's name, where it has several that are one of ours.
        case indicator(type: String, value: String)

        /// Of the record that a signal came from, if it came from the exchange.
        init?(_ signal: Signal, of format: SignalImport.Format) {
            guard let source = signal.source, source == format.rawValue || source.hasPrefix("\(format.rawValue)/")
            else {
                return nil
            }
            switch format {
            case .ncmec:
                guard let id = signal.id else { return nil }
                self = .entry(source: source, id: id)
            case .threatexchange:
                guard let type = signal.note else { return nil }
                self = .indicator(type: type, value: signal.value)
            case .stopncii, .tat: self = .value(signal.type, signal.value)
            case .csv, .jsonl: return nil
            }
        }

        var id: String? {
            if case .entry(_, let id) = self { id } else { nil }
        }

        /// Stands in the signals, so that the key can be told from them.
        var note: String? {
            if case .indicator(let type, _) = self { type } else { nil }
        }
    }

    /// From 1 in its file.
    let number: Int
    let key: Key
    var updatedAt: Timestamp?
    /// The record is withdrawn, and with it every signal that it has given.
    var isDeleted = false
    /// A deletion that does not say whose word, or which values, it withdraws.
    var isBare = false
    /// Of a deletion: those that it names itself.
    var signals: [Signal] = []

    init(number: Int, key: Key) {
        self.number = number
        self.key = key
    }
}

/// The records of one file.
struct ExchangeDocument {
    var records: [ExchangeRecord] = []
    var rejected: [SignalImport.Rejected] = []
    var notes = ImportNotes()

    mutating func reject(_ number: Int, _ error: String) {
        rejected.append(SignalImport.Rejected(number: number, error: error))
    }

    /// A value as it is kept; nil, and counted, if there is no place for it.
    /// - Parameters:
    ///   - type: nil if we have none for it.
    ///   - typeName: the exchange's name of it.
    mutating func value(
        _ text: String, _ type: SignalType?, _ typeName: String
    ) throws(SignalLineReader.Rejection) -> (type: SignalType, value: String)? {
        guard let type else {
            notes.add(.unsupported(typeName))
            return nil
        }
        // Some entries say only that there is one, and where; others are as long as their video.
        if type == .tmk, text.isEmpty || text.utf8.count > SignalValue.longest {
            notes.add(.unsupported("\(typeName) (no value, or a huge one)"))
            return nil
        }
        return (type, try SignalValue.normalized(text, type))
    }

    /// As many as a signal may have, each once; those that are left out are counted.
    mutating func labels(_ texts: [String]) -> [String] {
        var labels: [String] = []
        for text in texts where !text.isEmpty && !labels.contains(text) {
            let isGood = (try? SignalLimits.check(text, "label", bytes: SignalLimits.labelBytes)) != nil
            if isGood, labels.count < SignalLimits.labels {
                labels.append(text)
            } else {
                notes.add(.labelsLeftOut)
            }
        }
        return labels
    }
}

/// The opinions on one value, one a source, in the order in which the sources were named.
struct SourceOpinions {
    struct Stated {
        let source: String
        var opinion: Opinion
        var labels: [String]
        let id: String?
    }

    private(set) var all: [Stated] = []
    private var places: [String: Int] = [:]

    /// A source that says two things is of both minds.
    mutating func add(_ opinion: Opinion, of source: String, labels: [String] = [], id: String? = nil) {
        if let place = places[source] {
            all[place].opinion = all[place].opinion.joined(with: opinion)
            all[place].labels += labels
        } else {
            places[source] = all.count
            all.append(Stated(source: source, opinion: opinion, labels: labels, id: id))
        }
    }

    func contains(_ source: String) -> Bool { places[source] != nil }

    /// - Throws: a rejection if a source or an id can't stand in a verdict.
    func signals(
        _ type: SignalType, _ value: String, in document: inout ExchangeDocument
    ) throws(SignalLineReader.Rejection) -> [Signal] {
        var signals: [Signal] = []
        for stated in all {
            var signal = try Signal(type, value, source: stated.source, id: stated.id)
            signal.opinion = stated.opinion
            signal.labels = document.labels(stated.labels)
            signals.append(signal)
        }
        return signals
    }
}

extension Signal {
    /// - Parameter value: normalised.
    init(
        _ type: SignalType, _ value: String, source: String, id: String?
    ) throws(SignalLineReader.Rejection) {
        self.init(type: type, value: value)
        try SignalLimits.check(source, "source", bytes: SignalLimits.nameBytes)
        if let id { try SignalLimits.check(id, "id", bytes: SignalLimits.nameBytes) }
        self.source = source
        self.id = id
    }
}
