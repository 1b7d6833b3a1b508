import Concurrency
import Configuration
import Events
import Glibc
import Kafka
import Operations
import Pipeline
import Policy
import Streaming

/// The whole of Weir on a broker in this process, with the uploads of a small imaginary platform.
///
/// The broker is librdkafka's mock cluster, which does not hide open transactions: what is shown here of latency is up
/// to the verdict's arrival, and nothing is said of exactly-once.
struct Demo: Sendable {
    let isJSON: Bool
    /// Where the admin server listens; nil ends after the samples.
    let serve: String?
    /// How many accounts share a popular picture.
    let shares: Int

    private static let partitions = 4
    /// Between two uploads, so that people see it happen.
    private static let pace = Duration.milliseconds(40)
    private static let patience = Duration.seconds(40)

    /// - Returns: the exit code.
    func run() async throws -> Int32 {
        let work = BlockingWork(name: "demo")
        let platform = try await work.run { try DemoPlatform(shares: shares) }
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let signals = try folder.write(platform.signals, as: "signals.jsonl")
        let cluster = try await work.run { () throws(KafkaError) in try MockCluster() }
        do {
            let code = try await run(platform, signals: signals, cluster)
            await work.run { cluster.close() }
            return code
        } catch {
            await work.run { cluster.close() }
            throw error
        }
    }

    private func run(_ platform: DemoPlatform, signals: String, _ cluster: MockCluster) async throws -> Int32 {
        let settings = WeirSettings.standard
            .with(WeirSettings.bootstrap, cluster.bootstrap)
            .with(WeirSettings.group, "demo")
            .with(WeirSettings.signalFiles, [signals])
            .with(WeirSettings.pipeline, "topology/pipeline-campaigns.yaml")
            .with(WeirSettings.signalTopic, "signals")
            .with(WeirSettings.stateDirectory, nil)
            .with(WeirSettings.adminListen, serve)
        let assembly = try PipelineAssembly(settings, file: nil)
        let lanes = LaneOptions.all(assembly)
        guard !lanes.isEmpty else { return ExitCode.failure }
        for topic in Set(lanes.flatMap { [$0.input] + $0.written }).sorted() {
            try cluster.createTopic(topic, partitions: Demo.partitions)
        }
        let sink = LogSink(level: .error, format: .text)
        let process = try await WeirProcess(assembly, lanes: lanes, sink: sink, isMock: true)
        note("weir demo: a broker in this process at \(cluster.bootstrap), policy \(assembly.blueprint.policy.version)")
        if let serve { note("weir demo: http://\(serve)/healthz /readyz /metrics; Ctrl-C ends it") }
        let traffic = DemoTraffic(platform: platform, lanes: lanes)
        let shutdown = ShutdownSignal()
        return try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask {
                try await process.run(until: shutdown)
                return ExitCode.success
            }
            group.addTask {
                for await _ in TerminationSignals().stream() {
                    if shutdown.isTriggered { _exit(ExitCode.failure) }
                    shutdown.trigger()
                }
                return nil
            }
            group.addTask {
                defer { shutdown.trigger() }
                let output = DemoOutput(
                    traffic: traffic, isJSON: isJSON, bootstrap: cluster.bootstrap, readiness: process.readiness)
                return try await output.follow(
                    pace: Demo.pace, patience: Demo.patience, partitions: Demo.partitions, forever: serve != nil,
                    until: shutdown)
            }
            defer { group.cancelAll() }
            var codes: [Int32] = []
            while codes.count < 2, let code = try await group.next() {
                if let code { codes.append(code) }
            }
            return codes.max() ?? ExitCode.success
        }
    }

    private func note(_ text: String) { if !isJSON { Terminal.out("\(text)\n") } }
}

/// A folder that is gone afterwards.
struct TemporaryFolder: Sendable {
    let path: String

    init() throws(FileError) {
        var template = Array("\(Terminal.environment("TMPDIR") ?? "/tmp")/weir-demo.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw FileError(path: "/tmp", reason: String(cString: strerror(errno)))
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func write(_ bytes: [UInt8], as name: String) throws(FileError) -> String {
        let file = "\(path)/\(name)"
        guard let stream = fopen(file, "w") else {
            throw FileError(path: file, reason: String(cString: strerror(errno)))
        }
        let written = fwrite(bytes, 1, bytes.count, stream)
        guard fclose(stream) == 0, written == bytes.count else {
            throw FileError(path: file, reason: "could not be written")
        }
        return file
    }

    func remove() {
        unlink("\(path)/signals.jsonl")
        rmdir(path)
    }
}
