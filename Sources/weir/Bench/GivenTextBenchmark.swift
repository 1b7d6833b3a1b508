import Configuration
import Events
import Signals
import TextDetection

/// Looking for given terms in given texts, so that another matcher can be asked the same.
///
/// A folder holds `signals.jsonl` and `texts`, one a line, with no limit but an event's on their length.
enum GivenTextBenchmark {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func run(folder: String, _ duration: Duration) throws -> [Figure] {
        let file = try SignalFile(path: "\(folder)/signals.jsonl", check: textProblem)
        if let rejected = file.rejected.first {
            throw Failure(description: "\(folder)/signals.jsonl:\(rejected.line): \(rejected.error)")
        }
        let lines = try readFile("\(folder)/texts", atMost: 1 << 30).split(separator: UInt8(ascii: "\n"))
        let batches = EventBenchmarks.batches(lines.map { TextBenchmarks.event(String(decoding: $0, as: UTF8.self)) })
        let bytes = lines.reduce(0) { $0 + $1.count }
        let start = Machine.processorSeconds
        let benchmark = try TermBenchmark(SignalSet(file.signals))
        let building = Machine.processorSeconds - start
        var (n, rounds, found) = (0, 0, 0)
        let seconds = EventBenchmarks.processorSeconds(for: duration) {
            for batch in batches {
                found += benchmark.findings(in: batch)
                n += batch.count
            }
            rounds += 1
        }
        let looked = Double(bytes * rounds)
        var figure = Figure(
            name: "text-given", value: seconds / looked * 1_024 * 1e6, unit: "µs/KiB", n: n, seconds: seconds)
        let steps = batches.map(benchmark.profile)
        func share(_ step: (TermBenchmark.Profile) -> Duration) -> Double {
            steps.reduce(0) { $0 + step($1).seconds } / Double(bytes) * 1_024 * 1e6
        }
        figure.profile = [
            ("MB/s", looked / seconds / 1e6), ("building s", building), ("findings", Double(found / max(1, rounds))),
            ("folding", share(\.folding)), ("scanning", share(\.scanning)), ("reporting", share(\.reporting)),
        ]
        return [figure]
    }
}
