internal import Events
internal import Signals

/// Saved answers of exchanges, and tables.
let importTargets = [
    FuzzTarget("import-threatexchange", .json) { try checkImport($0, .threatexchange) },
    FuzzTarget("import-ncmec", .xml) { try checkImport($0, .ncmec) },
    FuzzTarget("import-stopncii", .json) { try checkImport($0, .stopncii) },
    FuzzTarget("import-tat", .json) { try checkImport($0, .tat) },
    FuzzTarget("import-csv", .text) { try checkImport($0, .csv) },
]

private func checkImport(_ bytes: UnsafeRawBufferPointer, _ format: SignalImport.Format) throws {
    var defaults = SignalDefaults()
    if !format.isExchange { defaults.type = .term }
    var signals = SignalImport(format, defaults: defaults)
    let page: SignalImport.Page
    do throws(ImportFailure) {
        page = try signals.read(Array(bytes))
    } catch {
        try require(isShort(error.description), "a file is refused in too many words, or none")
        return
    }
    for rejected in page.rejected {
        try require(rejected.number > 0 && isShort(rejected.error), "a record is refused in too many words, or none")
    }
    for signal in page.signals {
        var out = ByteWriter()
        out.append(signal)
        let line = out.bytes.dropLast()
        let again = try line.withUnsafeBytes { try SignalLineReader().read($0) }
        var second = ByteWriter()
        second.append(again)
        try require(out.bytes == second.bytes, "a signal is not read back")
        if format.isExchange {
            try require(signal.source?.hasPrefix(format.rawValue) == true, "a signal of another source")
        }
    }
    try require(signals.notes.sentences.count <= 70, "more notes than anybody reads")
    try require(signals.notes.sentences.allSatisfy(isShort), "a note in too many words, or none")
    // What was read before changes nothing about what holds now, but that it need not be withdrawn twice.
    guard format.isExchange else { return }
    let known = SignalSet(page.signals).signals
    let second = try SignalImportOutcome(format, bytes, known: page.signals)
    try require(
        SignalSet(page.signals + second.signals).signals.count == known.count, "a second import changes the set")
}

private struct SignalImportOutcome {
    let signals: [Signal]

    init(_ format: SignalImport.Format, _ bytes: UnsafeRawBufferPointer, known: [Signal]) throws {
        var again = SignalImport(format, known: known)
        signals = try again.read(Array(bytes)).signals
    }
}

private func isShort(_ text: String) -> Bool { !text.isEmpty && text.utf8.count < 1_000 }
