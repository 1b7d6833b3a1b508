import HashDetection
import Operations

extension Commands {
    static let bench = Command(
        "bench", summary: "measure one part of weir, beside what it should reach", arguments: "NAME…",
        options: [
            Option("--seconds", "N", "How long each figure is measured; default 3."),
            Option("--accounts", "N", "For state: how many accounts are known; default 1000000."),
            Option("--config", "FILE", "For latency: the configuration of a running weir."),
            Option(
                "--of", "PATH",
                "For hash: a picture of yours. For index: a folder with signals.pdq and queries.pdq, 32 bytes a hash; "
                    + "matches.tsv is written beside them. For text: a folder with signals.jsonl and texts, one a line."
            ),
        ],
        example: "weir bench decode verdict",
        discussion: """
            NAME: \(Benchmarks.all.map { "\($0.name) (\($0.summary))" }.joined(separator: "; ")); or all,
            which is those that need nothing else (latency only with --config, peers, index-10m and snapshot-10m only by
            their names).
            One JSON object a figure: name, value, unit, n, seconds, machine, and where there is a target, atMost or atLeast
            and met. Exit code 1 if a target was missed. Timings of a debug build mean nothing.
            """
    ) { invocation in
        let wanted =
            invocation.arguments == ["all"]
            ? Benchmarks.all.filter { !$0.isAskedFor }.map(\.name) : invocation.arguments
        guard !wanted.isEmpty else {
            throw UsageError("weir bench: which one? \(Benchmarks.names)", command: invocation.command)
        }
        let given = Benchmark.Given(
            duration: .seconds(try invocation.integer("--seconds", standard: 3, in: 1...3_600)),
            config: invocation.value("--config"), path: invocation.value("--of"),
            accounts: try invocation.integer("--accounts", standard: 1_000_000, in: 1_000...100_000_000))
        var benchmarks: [Benchmark] = []
        for name in wanted {
            guard let benchmark = Benchmarks.all.first(where: { $0.name == name }) else {
                throw UsageError(
                    "weir bench: no benchmark \"\(name)\"; known: \(Benchmarks.names)", command: invocation.command)
            }
            if benchmark.needsConfig, given.config == nil {
                if invocation.arguments == ["all"] { continue }
                throw UsageError(
                    "weir bench: \(name) needs a running weir: --config FILE", command: invocation.command)
            }
            if invocation.has("--accounts"), !benchmark.takesAccounts {
                throw UsageError("weir bench: \(name) has no use for --accounts", command: invocation.command)
            }
            if given.path != nil, !benchmark.takesPath {
                throw UsageError("weir bench: \(name) has no use for --of", command: invocation.command)
            }
            benchmarks.append(benchmark)
        }
        #if DEBUG
            Terminal.error("weir bench: this is a debug build; its figures mean nothing")
        #endif
        var missed = false
        for benchmark in benchmarks {
            for figure in try await benchmark.run(given) {
                Terminal.out(figure.line)
                missed = missed || !figure.isMet
            }
        }
        return missed ? ExitCode.failure : ExitCode.success
    }
}

/// Something that `weir bench` measures.
struct Benchmark: Sendable {
    struct Given: Sendable {
        /// About as long as each figure is measured.
        let duration: Duration
        let config: String?
        /// What to measure with, in place of what is made for it.
        let path: String?
        /// That are known.
        let accounts: Int
    }

    let name: String
    let summary: String
    /// Whether it measures a weir that is running.
    var needsConfig = false
    var takesPath = false
    var takesAccounts = false
    /// Whether it runs only by its name: it needs a checkout with its load tests and a Kafka, or much memory.
    var isAskedFor = false
    let run: @Sendable (Given) async throws -> [Figure]

    init(name: String, summary: String, run: @escaping @Sendable (Duration) async throws -> [Figure]) {
        self.name = name
        self.summary = summary
        self.run = { try await run($0.duration) }
    }

    init(
        name: String, summary: String,
        withConfig run: @escaping @Sendable (_ duration: Duration, _ config: String) async throws -> [Figure]
    ) {
        self.name = name
        self.summary = summary
        needsConfig = true
        self.run = { given in
            guard let config = given.config else { return [] }
            return try await run(given.duration, config)
        }
    }

    init(
        name: String, summary: String,
        withAccounts run: @escaping @Sendable (_ duration: Duration, _ accounts: Int) async throws -> [Figure]
    ) {
        self.name = name
        self.summary = summary
        takesAccounts = true
        self.run = { try await run($0.duration, $0.accounts) }
    }

    init(
        name: String, summary: String,
        withPath run: @escaping @Sendable (_ duration: Duration, _ path: String?) async throws -> [Figure]
    ) {
        self.name = name
        self.summary = summary
        takesPath = true
        self.run = { try await run($0.duration, $0.path) }
    }
}

enum Benchmarks {
    static let all: [Benchmark] = [
        Benchmark(name: "decode", summary: "reading events of 1 KB") { [EventBenchmarks.decoding($0)] },
        Benchmark(name: "verdict", summary: "writing verdicts") { [EventBenchmarks.verdictWriting($0)] },
        Benchmark(name: "pipeline", summary: "bytes to verdicts with all detectors and 10,000 terms") {
            try await PipelineBenchmark.run($0)
        },
        Benchmark(
            name: "text", summary: "folding texts, and matching 10,000 terms",
            withPath: { duration, path in
                guard let path else { return try TextBenchmarks.run(duration) }
                return try GivenTextBenchmark.run(folder: path, duration)
            }),
        Benchmark(
            name: "text-all",
            summary: "all detectors of texts: 10,000 terms, 10,000 domains, 100,000 known documents, classifier"
        ) { try await AllTextBenchmarks.run($0) },
        Benchmark(name: "text-match", summary: "finding 1,000 to 100,000 phrases, and how soon a changed one is found")
        {
            try TextMatchBenchmarks.run($0)
        },
        Benchmark(name: "text-near", summary: "finding passages of 100,000 known documents in texts of 2 KB") {
            duration in
            DocumentBenchmarks.run(100_000, duration)
        },
        largeDocumentIndex,
        Benchmark(
            name: "hash", summary: "hashing pictures",
            withPath: { duration, path in
                guard let path else { return try HashBenchmarks.run(duration) }
                return try HashBenchmarks.run(picture: path, duration)
            }),
        Benchmark(name: "media", summary: "decoding pictures behind walls, beside without") { duration in
            try await BlockingWork(name: "bench").run { () throws in try MediaBenchmark.run(duration) }
        },
        Benchmark(
            name: "state", summary: "what is remembered of a million accounts: folding, restoring, rolling back",
            withAccounts: { duration, accounts in
                try await BlockingWork(name: "bench").run { () throws in
                    try StateBenchmarks.run(accounts: accounts, duration)
                }
            }),
        Benchmark(name: "sightings", summary: "counting across accounts, with half a million things known") {
            duration in
            try await BlockingWork(name: "bench").run { () throws in
                try SightingBenchmarks.run(things: 500_000, duration)
            }
        },
        Benchmark(
            name: "sightings-document",
            summary: "texts counted across accounts, with half a million known; which copies meet"
        ) { duration in
            try await BlockingWork(name: "bench").run { () throws in
                try DocumentSightingBenchmarks.run(texts: 500_000, duration)
            }
        },
        Benchmark(name: "signals", summary: "keeping a million signals as their topic is") { duration in
            SignalBenchmarks.run(1_000_000, duration)
        },
        Benchmark(
            name: "index", summary: "looking up hashes among 100,000 and a million",
            withPath: { duration, path in
                guard let path else {
                    return await IndexBenchmarks.run(100_000, atLeast: 80_000, duration)
                        + IndexBenchmarks.run(1_000_000, atLeast: 10_000, duration)
                }
                return try GivenIndexBenchmark.run(folder: path, duration)
            }),
        largeIndex,
        Benchmark(name: "snapshot", summary: "writing and reading a snapshot of a million PDQ and a million SHA-256") {
            try SnapshotBenchmarks.run(1_000_000, $0)
        },
        largeSnapshot,
        Benchmark(
            name: "latency", summary: "from upload to committed verdict, at 1,000 a second",
            withConfig: {
                try await LatencyBenchmark.run($0, config: $1)
            }),
        peers,
    ]

    private static let largeIndex: Benchmark = {
        var large = Benchmark(name: "index-10m", summary: "the same among ten millions; takes 2.1 GiB") { duration in
            await IndexBenchmarks.run(10_000_000, atLeast: 1_500, duration)
        }
        large.isAskedFor = true
        return large
    }()

    private static let largeDocumentIndex: Benchmark = {
        var large = Benchmark(name: "text-near-1m", summary: "the index of a million documents; takes 1.2 GB") { _ in
            DocumentBenchmarks.large(1_000_000)
        }
        large.isAskedFor = true
        return large
    }()

    private static let largeSnapshot: Benchmark = {
        var large = Benchmark(name: "snapshot-10m", summary: "the same of ten millions; takes GiB") { duration in
            try SnapshotBenchmarks.run(10_000_000, duration)
        }
        large.isAskedFor = true
        return large
    }()

    private static let peers: Benchmark = {
        var peers = Benchmark(
            name: "peers",
            summary: "events a second through a broker beside loops in C and Python that do the same, some minutes"
        ) { _ in try await PeerBenchmark.run() }
        peers.isAskedFor = true
        return peers
    }()

    static var names: String { all.map(\.name).joined(separator: ", ") }
}
