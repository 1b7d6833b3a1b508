import Configuration
import Events
import Kafka
import LoadGeneration
import Operations
import Streaming

extension Commands {
    private static let generator = [
        Option("--count", "N", "How many uploads."),
        Option("--bytes", "N", "Size of an upload event, about; default 1000."),
        Option("--accounts", "N", "How many accounts they come from; default 10000."),
        Option("--known", "PERCENT", "Share whose media are known, in percent; default 5."),
        Option("--seed", "N", "Another seed makes other uploads; default 1."),
    ]

    static let loadGenerate = Command(
        "load", "generate", summary: "print made-up upload events, the same ones for the same seed",
        options: generator + [
            Option(switch: "--signals", "Print the signals that know the known media instead.")
        ],
        example: "weir load generate --count 1000 > uploads.jsonl && weir load generate --signals > signals.jsonl"
    ) { invocation in
        if invocation.has("--signals") {
            Terminal.out(UploadGenerator.signals)
            return ExitCode.success
        }
        var uploads = UploadGenerator(try invocation.generatorOptions())
        let count = try invocation.integer("--count", standard: 1_000, in: 0...1_000_000_000)
        // Not the clock: the same command prints the same.
        let start = Timestamp(milliseconds: 1_767_225_600_000)
        var out: [UInt8] = []
        for number in 0..<count {
            out += uploads.next(at: Timestamp(milliseconds: start.nanoseconds / 1_000_000 + Int64(number))).value
            out.append(UInt8(ascii: "\n"))
            if out.count > 1 << 20 || number == count - 1 {
                Terminal.out(out)
                out.removeAll(keepingCapacity: true)
            }
        }
        return ExitCode.success
    }

    static let loadRun = Command(
        "load", "run",
        summary: "send uploads at a rate to a running weir and measure until their verdicts are committed",
        options: generator + [
            Option("--config", "FILE", "That of the running weir: brokers and topics."),
            Option("--rate", "N", "Uploads a second; default 1000."),
            Option("--topic", "uploads|live", "Which input; default uploads."),
        ],
        example: "weir load run --config weir.yaml --rate 1000 --count 20000",
        discussion: """
            Prints one JSON object for each figure: throughput, and latency from sending an upload to reading its committed
            verdict on the audit topic (p50, p99, largest), in milliseconds. Exit code 1 if a verdict did not come.
            """
    ) { invocation in
        let file = invocation.value("--config")
        let settings = try PipelineAssembly.settings(file: file)
        let assembly = try PipelineAssembly(settings, file: file)
        let lanes = LaneOptions.uploads(assembly)
        let wanted = invocation.value("--topic") ?? "uploads"
        guard let lane = wanted == "uploads" ? lanes.first : wanted == "live" ? lanes.dropFirst().first : nil else {
            throw UsageError(
                "weir load run: --topic must be uploads or live, and the topic be configured",
                command: invocation.command)
        }
        var options = try invocation.generatorOptions()
        options.prefix = "load-\(Timestamp.now().nanoseconds)"
        let run = LoadRun(
            bootstrap: lane.bootstrap, properties: ClientProperties.common.merging(assembly.clientProperties),
            input: lane.input, audit: lane.outputs.audit, generator: options,
            rate: try invocation.integer("--rate", standard: 1_000, in: 1...1_000_000),
            count: try invocation.integer("--count", standard: 10_000, in: 1...10_000_000))
        let report = try await run.measure()
        for figure in report.figures { Terminal.out(figure.line) }
        if report.missing > 0 {
            Terminal.error("weir load run: \(report.missing) of \(report.sent) verdicts did not come")
            return ExitCode.failure
        }
        return ExitCode.success
    }
}

extension Invocation {
    fileprivate func generatorOptions() throws -> UploadGenerator.Options {
        var options = UploadGenerator.Options()
        options.seed = UInt64(try integer("--seed", standard: 1, in: 0...Int.max))
        options.accounts = try integer("--accounts", standard: 10_000, in: 1...100_000_000)
        options.bytes = try integer("--bytes", standard: 1_000, in: 200...60_000)
        options.knownShare = Double(try integer("--known", standard: 5, in: 0...100)) / 100
        return options
    }
}
