import Configuration
import Events
import Kafka
import LoadGeneration
import Operations
import Streaming

/// Time from sending an upload to reading its committed verdict at 1,000 uploads a second, through a running weir.
enum LatencyBenchmark {
    static let rate = 1_000

    /// By the live lane, whose transactions are short; by the other where there is none.
    /// - Parameter config: that of the running weir.
    static func run(_ duration: Duration, config file: String) async throws -> [Figure] {
        let assembly = try PipelineAssembly(try PipelineAssembly.settings(file: file), file: file)
        guard let lane = LaneOptions.uploads(assembly).last else { return [] }
        var options = UploadGenerator.Options()
        options.prefix = "bench-\(Timestamp.now().nanoseconds)"
        let run = LoadRun(
            bootstrap: lane.bootstrap, properties: ClientProperties.common.merging(assembly.clientProperties),
            input: lane.input, audit: lane.outputs.audit, generator: options, rate: rate,
            count: rate * Int(max(1, duration.components.seconds)))
        let report = try await run.measure()
        guard report.missing == 0 else { throw VerdictsMissing(count: report.missing, of: report.sent) }
        let targets = ["load-latency-p50": 50.0, "load-latency-p99": 150.0]
        return report.figures.map { figure in
            var figure = figure
            figure.target = targets[figure.name].map(Figure.Target.atMost)
            return figure
        }
    }

    struct VerdictsMissing: Error, CustomStringConvertible {
        let count: Int
        let of: Int

        var description: String { "\(count) of \(of) verdicts did not come" }
    }
}
