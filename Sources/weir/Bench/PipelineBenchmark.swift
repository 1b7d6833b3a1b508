import Configuration
import Detection
import Events
import LoadGeneration
import Operations
import Pipeline
import Signals

/// The whole pipeline in this process, from bytes to verdicts: the shipped stages and policy, with as many signals as a
/// platform may have.
enum PipelineBenchmark {
    static let terms = 10_000

    static func run(_ duration: Duration) async throws -> [Figure] {
        let assembly = try PipelineAssembly(WeirSettings.standard, file: nil)
        let logger = Logger(label: "bench", sink: LogSink(level: .error, format: .text))
        let generation = try assembly.blueprint.generation(for: SignalSet(signals()))
        let judge = Judge(
            generation, blueprint: assembly.blueprint, media: assembly.mediaReader(),
            metrics: PipelineMetrics(MetricsRegistry()), logger: logger)
        let records = events(16_384)
        let decoder = EventDecoder()
        var builder = EventBatch.Builder()
        var n = 0
        var verdicts = 0
        let start = ContinuousClock.now
        let processor = Machine.processorSeconds
        while ContinuousClock.now - start < duration {
            for first in stride(from: 0, to: records.count, by: EventBenchmarks.batchSize) {
                let batch = EventBenchmarks.decode(
                    records[first..<first + EventBenchmarks.batchSize], with: decoder, into: &builder)
                let judged = await judge.judge(batch)
                n += batch.count
                verdicts += judged.outputs.count
            }
        }
        let seconds = (ContinuousClock.now - start).seconds
        let used = Machine.processorSeconds - processor
        precondition(verdicts >= n, "every event has a verdict")
        return [
            Figure(
                name: "pipeline", value: Double(n) / used, unit: "events/s/core", n: n, seconds: seconds,
                target: .atLeast(40_000)),
            Figure(name: "pipeline-wall", value: Double(n) / seconds, unit: "events/s", n: n, seconds: seconds),
            Figure(name: "pipeline-memory", value: Machine.peakMebibytes, unit: "MiB", n: n, seconds: seconds),
        ]
    }

    /// Texts of 1 KB with a known hash here and there; nothing that would have to be fetched.
    private static func events(_ count: Int) -> [[UInt8]] {
        var options = UploadGenerator.Options()
        options.bytes = EventBenchmarks.eventBytes + 256
        var uploads = UploadGenerator(options)
        return (0..<count).map { _ in uploads.next(at: Timestamp(milliseconds: 1_767_225_600_000)).value }
    }

    /// Terms of which a few occur in the texts, hashes, domains.
    private static func signals() -> [Signal] {
        var signals = SignalFile(UploadGenerator.signals).signals
        let vocabulary = Vocabulary(count: terms, seed: 99)
        for number in 0..<terms {
            var term = Signal(type: .term, value: vocabulary[number])
            term.labels = ["TVEC1"]
            signals.append(term)
        }
        for number in 0..<10_000 {
            signals.append(Signal(type: .pdq, value: hex(SHA256.hash(Array("pdq \(number)".utf8)))))
            signals.append(Signal(type: .domain, value: "site-\(number).example"))
        }
        return signals
    }
}
