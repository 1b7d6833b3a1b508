import Configuration
import Events

@testable import Signals

/// Files through one import, and what came of them.
struct Imported {
    var pages: [SignalImport.Page] = []
    var notes: [String] = []

    var signals: [Signal] { pages.flatMap(\.signals) }
    var rejected: [SignalImport.Rejected] { pages.flatMap(\.rejected) }
    /// What a reader of all lines holds for known.
    var set: SignalSet { SignalSet(signals) }
    /// Each signal in few words.
    var lines: [String] { signals.map(\.summary) }

    init(
        _ format: SignalImport.Format, _ files: String..., known: [Signal] = [],
        defaults: SignalDefaults = SignalDefaults()
    ) throws {
        var signals = SignalImport(format, defaults: defaults, known: known)
        for file in files { pages.append(try signals.read(Array(file.utf8))) }
        notes = signals.notes.sentences
    }

    /// The example that fuzzing starts from.
    static func example(_ format: SignalImport.Format) throws -> String {
        let name = format == .csv ? "table" : "page"
        let tests = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        return String(
            decoding: try readFile("\(tests)/Fuzzing/Corpus/import-\(format.rawValue)/\(name)", atMost: 1 << 20),
            as: UTF8.self)
    }
}

extension Signal {
    var summary: String {
        let value = value.utf8.count > 8 ? "\(value.prefix(4))…" : value
        return deleted
            ? "-\(type.rawValue):\(value) \(source ?? "?")"
            : "\(type.rawValue):\(value) \(source ?? "?") \(opinion.rawValue)"
    }
}

/// Made up.
enum Digests {
    static let md5 = String(repeating: "a1", count: 16)
    static let otherMD5 = String(repeating: "d4", count: 16)
    static let sha1 = String(repeating: "b2", count: 20)
    static let sha256 = String(repeating: "c3", count: 32)
    static let pdq = String(repeating: "f8", count: 32)
}
