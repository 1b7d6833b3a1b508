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

    /// How many of the texts hold a term.
    enum Density: String, CaseIterable {
        /// About one in ten, as on a platform.
        case usual
        /// Nearly all of them, as in a flood.
        case dense
    }

    static func run(_ duration: Duration) async throws -> [Figure] {
        var figures: [Figure] = []
        for density in Density.allCases { figures += try await run(density, duration) }
        return figures
    }

    private static func run(_ density: Density, _ duration: Duration) async throws -> [Figure] {
        let assembly = try PipelineAssembly(WeirSettings.standard, file: nil)
        let logger = Logger(label: "bench", sink: LogSink(level: .error, format: .text))
        let generation = try assembly.blueprint.generation(for: SignalSet(signals(density)))
        let registry = MetricsRegistry()
        let judge = Judge(
            generation, blueprint: assembly.blueprint,
            media: try await assembly.mediaReader(for: generation, registry, logger),
            metrics: PipelineMetrics(registry), logger: logger)
        let records = events(16_384)
        let decoder = EventDecoder()
        var builder = EventBatch.Builder()
        var n = 0
        var flagged = 0
        let start = ContinuousClock.now
        let processor = Machine.processorSeconds
        while ContinuousClock.now - start < duration {
            for first in stride(from: 0, to: records.count, by: EventBenchmarks.batchSize) {
                let batch = EventBenchmarks.decode(
                    records[first..<first + EventBenchmarks.batchSize], with: decoder, into: &builder)
                let judged = await judge.judge(batch)
                n += batch.count
                flagged += judged.decisions.count { $0.action != .allow }
            }
        }
        let seconds = (ContinuousClock.now - start).seconds
        let used = Machine.processorSeconds - processor
        let share = Double(flagged) / Double(n)
        precondition(density == .dense ? share > 0.5 : (0.05...0.3).contains(share), "the share is \(share)")
        let name = density == .usual ? "pipeline" : "pipeline-dense"
        var figures = [
            Figure(
                name: name, value: Double(n) / used, unit: "events/s/core", n: n, seconds: seconds,
                target: density == .usual ? .atLeast(40_000) : nil)
        ]
        if density == .usual {
            figures.append(
                Figure(
                    name: "pipeline-memory", value: Machine.peakMebibytes, unit: "MiB", n: n, seconds: seconds,
                    target: .atMost(300)))
        }
        return figures
    }

    /// Events that state all that an event may, with texts of 1 KB and a known hash here and there.
    private static func events(_ count: Int) -> [[UInt8]] {
        var options = UploadGenerator.Options()
        options.bytes = EventBenchmarks.eventBytes + 832
        options.isFull = true
        var uploads = UploadGenerator(options)
        return (0..<count).map { _ in uploads.next(at: Timestamp(milliseconds: 1_767_225_600_000)).value }
    }

    /// Terms, hashes, domains. Terms are made of the syllables that the texts are made of, so that near misses abound.
    private static func signals(_ density: Density) -> [Signal] {
        var signals = SignalFile(UploadGenerator.signals).signals
        let vocabulary = Vocabulary(count: 2 * terms, seed: 99)
        func add(_ type: SignalType, _ value: String) {
            var term = Signal(type: type, value: value)
            term.labels = ["TVEC1"]
            signals.append(term)
        }
        for number in 0..<terms {
            if density == .dense {
                add(.term, vocabulary[number])
            } else if number < 5 {
                // Each stands in about one text of fifty.
                add(.term, UploadGenerator.word(2_000 + number))
            } else {
                add(.phrase, vocabulary[number] + " " + vocabulary[number + terms])
            }
        }
        for number in 0..<10_000 {
            signals.append(Signal(type: .pdq, value: hex(SHA256.hash(Array("pdq \(number)".utf8)))))
            signals.append(Signal(type: .domain, value: "site-\(number).example"))
        }
        return signals
    }
}
