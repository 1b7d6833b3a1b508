import Configuration
import Events
import Operations
import Signals

extension Commands {
    static let signalsImport = Command(
        "signals", "import", summary: "turn saved answers of hash exchanges into signals", arguments: "PATH…",
        options: [
            Option("--from", "FORMAT", "threatexchange, ncmec, stopncii, tat, csv or jsonl."),
            Option(
                "--known", "FILE", repeatable: true, "Signals of earlier imports, in which deletions are looked up."),
            Option("--type", "TYPE", "csv, jsonl: the type of records that name none."),
            Option("--source", "SOURCE", "csv, jsonl: the source of records that name none."),
            Option("--opinion", "OPINION", "csv, jsonl: that of records that state none; default seed."),
        ],
        example: "weir signals import --from ncmec --known signals.jsonl page-1.xml page-2.xml > new.jsonl",
        discussion: """
            Reads the bodies of answers as they were saved ("-": standard input); nothing is fetched. Prints signals as JSON
            Lines; what is withdrawn has "deleted":true. Give all pages of a fetch at once, and with --known the signals
            file so far: NCMEC deletes by the id of an entry alone. The new lines belong behind that file's.

            csv: a first line that names the columns, among type, value, opinion, labels (parted by ";"), source, id,
            updatedAt, expiresAt, note, deleted.

            On standard error: {"file":"…","record":7,"error":"…"} for each record that is rejected ("line" for csv and
            jsonl; neither if the whole file is), {"note":"…"} for what is not supported, and at the end
            {"signals":N,"deletions":N,"rejected":N}. Exit code 1 if a record was rejected, 65 if a file was.
            """
    ) { invocation in
        let command = invocation.command
        guard let format = SignalImport.Format(rawValue: try invocation.required("--from")) else {
            let known = SignalImport.Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("weir \(command.name): --from must be one of \(known)", command: command)
        }
        guard !invocation.arguments.isEmpty else {
            throw UsageError("weir \(command.name): which file?", command: command)
        }
        let defaults = try invocation.signalDefaults(format)
        return try await BlockingWork(name: "signals").run { () throws(FileError) in
            var known: [Signal] = []
            for path in invocation.all("--known") {
                let file = try SignalFile(path: path)
                known += file.signals
                if !file.rejected.isEmpty {
                    Terminal.error(
                        "weir: \(file.rejected.count) signals of \(path) were rejected; see weir signals validate")
                }
            }
            var run = SignalImportRun(SignalImport(format, defaults: defaults, known: known))
            for path in invocation.arguments { run.read(path) }
            return run.finish()
        }
    }
}

extension Invocation {
    /// What `--type`, `--source` and `--opinion` say.
    fileprivate func signalDefaults(_ format: SignalImport.Format) throws -> SignalDefaults {
        if format.isExchange, let option = ["--type", "--source", "--opinion"].first(where: has) {
            throw UsageError(
                "weir \(command.name): \(option) is for csv and jsonl; \(format.rawValue) says it itself",
                command: command)
        }
        var defaults = SignalDefaults()
        defaults.type = try choice("--type", SignalType.self)
        defaults.opinion = try choice("--opinion", Opinion.self) ?? .seed
        if let source = value("--source") {
            do throws(SignalLineReader.Rejection) {
                try SignalLimits.check(source, "--source", bytes: SignalLimits.nameBytes)
            } catch {
                throw UsageError("weir \(command.name): \(error)", command: command)
            }
            defaults.source = source
        }
        return defaults
    }

    private func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ option: String, _: Choice.Type
    ) throws -> Choice? {
        guard let text = value(option) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw UsageError("weir \(command.name): \(option) must be one of \(known)", command: command)
    }
}

/// Reads one file after another and prints what each gives; a file that can't be read does not stop the others.
private struct SignalImportRun {
    private var signals: SignalImport
    private var signalCount = 0
    private var deletionCount = 0
    private var rejectedCount = 0
    private var lostAFile = false

    init(_ signals: SignalImport) { self.signals = signals }

    mutating func read(_ path: String) {
        let page: SignalImport.Page
        do {
            page = try signals.read(try readFile(path, atMost: SignalImport.largest))
        } catch {
            lostAFile = true
            report(path, nil, (error as? FileError)?.reason ?? "\(error)")
            return
        }
        var out = ByteWriter()
        for signal in page.signals {
            out.append(signal)
            if signal.deleted { deletionCount += 1 } else { signalCount += 1 }
        }
        Terminal.out(out.bytes)
        for rejected in page.rejected { report(path, rejected.number, rejected.error) }
        rejectedCount += page.rejected.count
    }

    func finish() -> Int32 {
        var out = ByteWriter()
        for sentence in signals.notes.sentences {
            out.append("{\"note\":")
            out.appendJSON(sentence)
            out.append("}\n")
        }
        out.append("{\"signals\":")
        out.append(signalCount)
        out.append(",\"deletions\":")
        out.append(deletionCount)
        out.append(",\"rejected\":")
        out.append(rejectedCount)
        out.append("}\n")
        Terminal.raw(String(decoding: out.bytes, as: UTF8.self))
        return lostAFile ? ExitCode.badData : rejectedCount > 0 ? ExitCode.failure : ExitCode.success
    }

    private func report(_ path: String, _ number: Int?, _ error: String) {
        var out = ByteWriter()
        out.append("{\"file\":")
        out.appendJSON(path)
        if let number {
            out.append(",")
            out.appendJSON(signals.format.unit)
            out.append(":")
            out.append(number)
        }
        out.append(",\"error\":")
        out.appendJSON(error)
        out.append("}\n")
        Terminal.raw(String(decoding: out.bytes, as: UTF8.self))
    }
}
