package import Events

/// Turns saved answers of hash exchanges, and files of other tools, into signals.
///
/// Pages that belong together go through one import, in any order: exchanges name some of what they withdraw by the
/// record alone, and `ExchangeHistory` remembers what it had stated.
package struct SignalImport {
    package enum Format: String, Sendable, CaseIterable {
        case threatexchange, ncmec, stopncii, tat, csv, jsonl

        /// What rejections are counted in.
        package var unit: String { isExchange ? "record" : "line" }

        package var isExchange: Bool { self != .csv && self != .jsonl }
    }

    /// A record that gave no signal, or not all of its signals.
    package struct Rejected: Sendable, Equatable {
        /// From 1; of a line in formats that have lines.
        package let number: Int
        package let error: String
    }

    /// What one file gave.
    package struct Page: Sendable, Equatable {
        package var signals: [Signal] = []
        package var rejected: [Rejected] = []
    }

    package static let largest = SignalFile.largest

    package let format: Format
    package private(set) var notes = ImportNotes()
    private let defaults: SignalDefaults
    private var history: ExchangeHistory

    /// - Parameters:
    ///   - defaults: for records that do not say it; exchanges say it all.
    ///   - known: signals of earlier imports, in which deletions are looked up.
    package init(_ format: Format, defaults: SignalDefaults = SignalDefaults(), known: [Signal] = []) {
        self.format = format
        self.defaults = defaults
        history = ExchangeHistory(of: format, known: known)
    }

    /// - Throws: `ImportFailure` if the file can't be read as a whole; then it has left nothing behind.
    package mutating func read(_ bytes: [UInt8]) throws(ImportFailure) -> Page {
        switch format {
        case .jsonl:
            let file = SignalFile(bytes, defaults: defaults, check: SignalImport.problem)
            return Page(
                signals: file.signals, rejected: file.rejected.map { Rejected(number: $0.line, error: $0.error) })
        case .csv: return try CSVImport(defaults: defaults).read(bytes)
        case .threatexchange: return apply(try ThreatExchangeImport.read(bytes))
        case .ncmec: return apply(try NCMECImport.read(bytes))
        case .stopncii: return apply(try StopNCIIImport.read(bytes))
        case .tat: return apply(try TATImport.read(bytes))
        }
    }

    private mutating func apply(_ document: ExchangeDocument) -> Page {
        var page = Page(rejected: document.rejected)
        notes.add(document.notes)
        for record in document.records {
            for signal in history.apply(record, notes: &notes) {
                if let problem = SignalImport.problem(signal) {
                    page.rejected.append(Rejected(number: record.number, error: problem))
                } else {
                    page.signals.append(signal)
                }
            }
        }
        return page
    }

    /// Why a signal would be too long a line to be read again, if it would.
    static func problem(_ signal: Signal) -> String? {
        let texts = signal.value.utf8.count + (signal.note?.utf8.count ?? 0)
        // Escapes make of a byte six at most.
        guard texts > SignalLineReader.longestLine / 8 else { return nil }
        var line = ByteWriter()
        line.append(signal)
        return line.count - 1 > SignalLineReader.longestLine
            ? "the signal has \(line.count - 1) bytes; at most \(SignalLineReader.longestLine) are read" : nil
    }
}

/// Why a file can't be read as what it was said to be.
package struct ImportFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
