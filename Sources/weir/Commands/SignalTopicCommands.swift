import Configuration
import Events
import Kafka
import Operations
import Signals
import Streaming
import TextDetection

extension Commands {
    private static let config = Option("--config", "FILE", "That of the running weir: brokers and topics.")

    static let signalsPut = Command(
        "signals", "put", summary: "write signals to the signals topic", arguments: "FILE",
        options: [config, Option(switch: "--dry-run", "Only check them.")],
        example: "weir signals put --config weir.yaml signals.jsonl",
        discussion: """
            FILE is JSON Lines as for signals.files ("-": standard input). Each signal is in force on every worker as soon as
            it reads it, and stays until the same source puts another opinion on that value or deletes it. A line with
            "deleted":true deletes. Prints {"line":7,"error":"…"} for each that is rejected, the others are written, then
            {"written":N,"rejected":M}; exit code 1 if any was rejected.
            """
    ) { invocation in try await SignalTopicTool(invocation).write(deleting: false) }

    static let signalsDelete = Command(
        "signals", "delete", summary: "take signals back from the signals topic", arguments: "FILE",
        options: [config, Option(switch: "--dry-run", "Only check them.")],
        example: "weir signals delete --config weir.yaml withdrawn.jsonl",
        discussion: """
            FILE is JSON Lines; of each line type, value and source count, for only what a source has put itself is taken back.
            Prints as weir signals put does.
            """
    ) { invocation in try await SignalTopicTool(invocation).write(deleting: true) }

    private static let filters = [
        Option("--type", "TYPE", repeatable: true, "Only such signals: sha256, pdq, term, …"),
        Option("--source", "SOURCE", repeatable: true, "Only those that these sources hold."),
    ]

    static let signalsList = Command(
        "signals", "list", summary: "list what is known by the signals topic", options: [config] + filters,
        example: "weir signals list --config weir.yaml --type term",
        discussion: """
            One line a signal, as in a signals file: what the opinions of all its sources amount to. A negative opinion beside
            another is "disputed".
            """
    ) { invocation in try await SignalTopicTool(invocation).list(joined: true) }

    static let signalsExport = Command(
        "signals", "export", summary: "print all that sources state on the signals topic", options: [config] + filters,
        example: "weir signals export --config weir.yaml >signals.jsonl",
        discussion: "One line for each source's word on a value, as weir signals put takes them."
    ) { invocation in try await SignalTopicTool(invocation).list(joined: false) }

    static let signalsStats = Command(
        "signals", "stats", summary: "count the signals on the topic", options: [config],
        example: "weir signals stats --config weir.yaml",
        discussion: """
            One JSON object: records read and rejected, signals, and how many there are by type, by opinion and by source.
            """
    ) { invocation in try await SignalTopicTool(invocation).stats() }
}

private struct SignalTopicTool {
    private let invocation: Invocation
    private let topic: SignalTopic

    init(_ invocation: Invocation) throws {
        self.invocation = invocation
        let file = try invocation.required("--config")
        let assembly = try PipelineAssembly(try PipelineAssembly.settings(file: file), file: file)
        guard let name = assembly.settings[WeirSettings.signalTopic] else {
            throw UsageError(
                "weir \(invocation.command.name): signals.topic is null: there is no topic", command: invocation.command
            )
        }
        topic = SignalTopic(
            name, bootstrap: assembly.settings[WeirSettings.bootstrap],
            properties: ClientProperties.common.merging(assembly.clientProperties))
    }

    // MARK: Writing

    func write(deleting: Bool) async throws -> Int32 {
        let source = try LineSource(path: try invocation.file(), longest: SignalLineReader.longestLine)
        let reader = SignalLineReader()
        var line = 0
        var rejected = 0
        var accepted = 0
        func next() async throws -> [Signal] {
            var signals: [Signal] = []
            while signals.isEmpty {
                let lines = try await source.next(4_096)
                if lines.isEmpty { return [] }
                for text in lines {
                    line += 1
                    if text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
                    do {
                        var signal = try text.withUnsafeBytes { try reader.read($0) }
                        if deleting { signal.deleted = true }
                        if let problem = signal.deleted ? nil : textProblem(signal) {
                            rejected += 1
                            report(line, problem)
                        } else {
                            signals.append(signal)
                        }
                    } catch {
                        rejected += 1
                        report(line, "\(error)")
                    }
                }
            }
            accepted += signals.count
            return signals
        }
        if invocation.has("--dry-run") {
            while try await !next().isEmpty {}
        } else {
            accepted = try await topic.write(next)
        }
        var out = ByteWriter()
        out.append(invocation.has("--dry-run") ? "{\"accepted\":" : "{\"written\":")
        out.append(Int64(accepted))
        out.append(",\"rejected\":")
        out.append(Int64(rejected))
        out.append("}\n")
        Terminal.out(out.bytes)
        return rejected == 0 ? ExitCode.success : ExitCode.failure
    }

    private func report(_ line: Int, _ error: String) {
        var out = ByteWriter()
        out.append("{\"line\":")
        out.append(Int64(line))
        out.append(",\"error\":")
        out.appendJSON(error)
        out.append("}\n")
        Terminal.out(out.bytes)
    }

    // MARK: Reading

    private func contents() async throws -> SignalTopic.Contents {
        let progress = ProgressLine()
        let contents = try await topic.contents { progress.show("\($0) records") }
        progress.clear()
        for rejected in contents.rejected { Terminal.error("weir: \(rejected.place): \(rejected.reason)") }
        return contents
    }

    func list(joined: Bool) async throws -> Int32 {
        var types: Set<SignalType> = []
        for name in invocation.all("--type") {
            guard let type = SignalType(rawValue: name) else {
                let names = SignalType.allCases.map(\.rawValue)
                throw UsageError(
                    "weir \(invocation.command.name): no type \"\(name)\"; \(suggestion(for: name, among: names))",
                    command: invocation.command)
            }
            types.insert(type)
        }
        let sources = Set(invocation.all("--source"))
        let contents = try await contents()
        let stated = contents.signals.stated(by: .topic)
        var signals = joined ? contents.signals.signals : stated
        if !types.isEmpty { signals.removeAll { !types.contains($0.type) } }
        if !sources.isEmpty {
            // A joined signal bears the name of one of its sources.
            let held = Set(stated.filter { sources.contains($0.source ?? "") }.map { "\($0.type):\($0.value)" })
            signals.removeAll {
                joined ? !held.contains("\($0.type):\($0.value)") : !sources.contains($0.source ?? "")
            }
        }
        for start in stride(from: 0, to: signals.count, by: 4_096) {
            var out = ByteWriter()
            for signal in signals[start..<min(start + 4_096, signals.count)] { out.append(signal) }
            Terminal.out(out.bytes)
        }
        return contents.rejected.isEmpty ? ExitCode.success : ExitCode.failure
    }

    func stats() async throws -> Int32 {
        let contents = try await contents()
        var out = ByteWriter()
        out.append("{\"records\":")
        out.append(Int64(contents.records))
        out.append(",\"rejected\":")
        out.append(Int64(contents.rejected.count))
        out.append(",\"signals\":")
        out.append(Int64(contents.signals.count))
        func append(_ name: String, _ names: [String]) {
            out.append(",")
            out.appendJSON(name)
            out.append(":{")
            let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
            for (index, entry) in counts.enumerated() {
                if index > 0 { out.append(",") }
                out.appendJSON(entry.key)
                out.append(":")
                out.append(Int64(entry.value))
            }
            out.append("}")
        }
        let signals = contents.signals.signals
        append("types", signals.map(\.type.rawValue))
        append("opinions", signals.map(\.opinion.rawValue))
        append("sources", contents.signals.stated(by: .topic).map { $0.source ?? "" })
        out.append("}\n")
        Terminal.out(out.bytes)
        return contents.rejected.isEmpty ? ExitCode.success : ExitCode.failure
    }
}
