import Concurrency
import Configuration
import Detection
import Events
import MetadataDetection
import Operations
import Pipeline
import Signals

/// The pipeline over files: the other adapter beside the lanes of a topic, around the same judge.
struct Scan: Sendable {
    private let assembly: PipelineAssembly
    private let judge: Judge

    /// Reads the signals and builds everything.
    init(_ assembly: PipelineAssembly) async throws {
        self.assembly = assembly
        let logger = Logger(label: "scan", sink: LogSink(level: .warning, format: .text))
        let generation = try await SignalStore(assembly.blueprint, logger: logger).load(assembly.signalFiles)
        let registry = MetricsRegistry()
        judge = Judge(
            generation, blueprint: assembly.blueprint,
            media: try await assembly.mediaReader(for: generation, registry, logger),
            metrics: PipelineMetrics(registry), logger: logger)
    }

    /// Judges several batches at once and prints what they come to in the order of the input.
    /// - Returns: the exit code; 1 if something was no event.
    func run(_ paths: [String]) async -> Int32 {
        let document = assembly.blueprint.document
        var records = ScanRecords(paths, assembly)
        var output = ScanOutput()
        let accounts = assembly.blueprint.settings(of: BehaviourDetector.name).map {
            AccountState(AccountSettings($0), key: assembly.blueprint.accountKey)
        }
        await withTaskGroup(of: (ticket: Int, result: ScanResult).self) { group in
            var window = ReleaseWindow<ScanResult>(capacity: document.window)
            while let batch = await records.next(document.batchSize) {
                while !window.hasRoom, let (ticket, result) = await group.next() {
                    output.print(window.finish(ticket, with: result))
                }
                guard let ticket = window.admit() else { break }
                let events = accounts?.withFacts(batch.events) ?? batch.events
                group.addTask { (ticket, ScanResult(batch: batch, judged: await judge.judge(events))) }
            }
            while let (ticket, result) = await group.next() { output.print(window.finish(ticket, with: result)) }
        }
        output.finish()
        return output.hasFailures ? ExitCode.failure : ExitCode.success
    }
}

/// Records that were read together, and what became of them.
struct ScanResult: Sendable {
    let batch: ScanBatch
    let judged: JudgedBatch
}

/// Prints verdicts, and what is no event.
private struct ScanOutput {
    private let progress = ProgressLine()
    private let start = ContinuousClock.now
    private var count = 0
    private(set) var hasFailures = false

    mutating func print(_ results: [ScanResult]) {
        for result in results {
            progress.clear()
            for failure in result.batch.failures { Terminal.error(failure.json) }
            hasFailures = hasFailures || !result.batch.failures.isEmpty
            var out = ByteWriter(capacity: result.judged.bytes.count)
            for output in result.judged.outputs where output.destination == .audit {
                out.append(result.judged.verdict(output))
                out.append(UInt8(ascii: "\n"))
            }
            Terminal.out(out.bytes)
            count += result.batch.events.count
            progress.show("\(count) uploads, \(Int(Double(count) / max(0.001, elapsed))) a second")
        }
    }

    func finish() { progress.clear() }

    private var elapsed: Double { (ContinuousClock.now - start).seconds }
}
