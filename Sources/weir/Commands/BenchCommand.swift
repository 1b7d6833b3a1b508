import HashDetection
import Operations

extension Commands {
    static let bench = Command(
        "bench", summary: "measure one part of weir, beside what it should reach", arguments: "NAME…",
        options: [Option("--seconds", "N", "How long each figure is measured; default 3.")],
        example: "weir bench decode verdict",
        discussion: """
            NAME: \(Benchmarks.all.map { "\($0.name) (\($0.summary))" }.joined(separator: "; ")); or all.
            One JSON object a figure: name, value, unit, n, seconds, machine, and where there is a target, atMost or atLeast
            and met. Exit code 1 if a target was missed. Timings of a debug build mean nothing.
            """
    ) { invocation in
        let wanted = invocation.arguments == ["all"] ? Benchmarks.all.map(\.name) : invocation.arguments
        guard !wanted.isEmpty else {
            throw UsageError("weir bench: which one? \(Benchmarks.names)", command: invocation.command)
        }
        let duration = Duration.seconds(try invocation.integer("--seconds", standard: 3, in: 1...3_600))
        var benchmarks: [Benchmark] = []
        for name in wanted {
            guard let benchmark = Benchmarks.all.first(where: { $0.name == name }) else {
                throw UsageError(
                    "weir bench: no benchmark \"\(name)\"; known: \(Benchmarks.names)", command: invocation.command)
            }
            benchmarks.append(benchmark)
        }
        #if DEBUG
            Terminal.error("weir bench: this is a debug build; its figures mean nothing")
        #endif
        var missed = false
        for benchmark in benchmarks {
            for figure in try await benchmark.run(duration) {
                Terminal.out(figure.line)
                missed = missed || !figure.isMet
            }
        }
        return missed ? ExitCode.failure : ExitCode.success
    }
}

/// Something that `weir bench` measures.
struct Benchmark: Sendable {
    let name: String
    let summary: String
    let run: @Sendable (Duration) async throws -> [Figure]
}

enum Benchmarks {
    static let all: [Benchmark] = [
        Benchmark(name: "decode", summary: "reading events of 1 KB") { [EventBenchmarks.decoding($0)] },
        Benchmark(name: "verdict", summary: "writing verdicts") { [EventBenchmarks.verdictWriting($0)] },
        Benchmark(name: "pipeline", summary: "bytes to verdicts with all detectors and 10,000 terms") {
            try await PipelineBenchmark.run($0)
        },
        Benchmark(name: "text", summary: "folding texts, and matching 10,000 terms") { try TextBenchmarks.run($0) },
        Benchmark(name: "pdq", summary: "hashing pictures") { duration in
            try HashBenchmark.run(duration: duration).map { result in
                Figure(
                    name: result.name, value: result.value, unit: result.unit, n: result.n, seconds: result.seconds,
                    target: result.name == "pdq-jpeg-1024x768" ? .atLeast(100) : nil)
            }
        },
    ]

    static var names: String { all.map(\.name).joined(separator: ", ") }
}
