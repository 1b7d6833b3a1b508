import Events
import LoadGeneration
import Signals
import TextDetection

/// What all detectors of texts together cost, on one core: known terms, links, documents and the classifier, in
/// batches of events, as the pipeline's stage calls them.
enum AllTextBenchmarks {
    static let terms = 10_000
    static let domains = 10_000
    static let documents = 100_000
    private static let words = Vocabulary(count: 20_000, seed: 5)
    /// Other words of the same syllables. Phrases of two of them are rare, as terms are in practice.
    private static let termWords = Vocabulary(count: 2 * terms, seed: 99)

    static func run(_ duration: Duration) async throws -> [Figure] {
        let locator = FileLocator(configuration: nil)
        let detectors = try AllTextDetectors(SignalSet(signals()), locate: locator.locate)
        var figures: [Figure] = []
        for kibibytes in [1, 2] {
            let batches = EventBenchmarks.batches(records(8_192 / kibibytes, bytes: kibibytes << 10))
            figures.append(try await run("text-all-\(kibibytes)k", detectors, batches, duration))
        }
        return figures
    }

    private static func run(
        _ name: String, _ detectors: AllTextDetectors, _ batches: [EventBatch], _ duration: Duration
    ) async throws -> Figure {
        let bytes = batches.reduce(0) { $0 + $1.events.reduce(0) { $0 + Int($1.body.count) } }
        var spent = [Double](repeating: 0, count: detectors.steps.count)
        var found = [Int](repeating: 0, count: detectors.steps.count)
        var (n, rounds) = (0, 0)
        let start = ContinuousClock.now
        repeat {
            for batch in batches {
                var began = Machine.processorSeconds
                try await detectors.inspect(batch) { step, findings in
                    precondition(findings.unavailable.isEmpty, "all was looked at")
                    let now = Machine.processorSeconds
                    spent[step] += now - began
                    found[step] += findings.found.count
                    began = now
                }
                n += batch.count
            }
            rounds += 1
        } while ContinuousClock.now - start < duration
        for (step, count) in zip(detectors.steps, found)
        where ["text.terms", "text.links", "text.documents"].contains(step) {
            precondition(count > n / 100, "\(step) found what was put into the texts")
        }
        let seconds = spent.reduce(0, +)
        let kibibytes = Double(bytes * rounds) / 1_024
        var figure = Figure(
            name: name, value: seconds / kibibytes * 1e6, unit: "µs/KiB", n: n, seconds: seconds, target: .atMost(20))
        figure.profile = zip(detectors.steps, spent).map { ($0, $1 / kibibytes * 1e6) }
        return figure
    }

    private static func signals() -> [Signal] {
        var signals: [Signal] = []
        for number in 0..<terms { signals.append(Signal(type: .phrase, value: phrase(number))) }
        for number in 0..<domains { signals.append(Signal(type: .domain, value: "site\(number).example")) }
        for number in 0..<documents {
            var signal = Signal(type: .document, value: DocumentBenchmarks.fingerprint(number, words))
            signal.id = "\(number)"
            signals.append(signal)
        }
        return signals
    }

    private static func phrase(_ number: Int) -> String { "\(termWords[number]) \(termWords[number + terms])" }

    /// Sentences of which one text in ten has a known phrase, one in twenty a passage of a known document, and one in
    /// fifty a link to a known site.
    private static func records(_ count: Int, bytes: Int) -> [[UInt8]] {
        var random = SplitMix64(seed: 78)
        return (0..<count).map { number in
            var text = ""
            var ends = 0
            func add(_ word: String) {
                if !text.isEmpty { text += " " }
                let isFirst = ends == 0
                if isFirst { ends = Int.random(in: 8...16, using: &random) }
                ends -= 1
                text += (isFirst ? word.prefix(1).uppercased() + word.dropFirst() : word) + (ends == 0 ? "." : "")
            }
            while text.utf8.count < bytes / 2 { add(DocumentBenchmarks.word(words, &random)) }
            if number % 20 == 0 {
                let document = Int.random(in: 0..<documents, using: &random)
                for word in DocumentBenchmarks.document(document, words)[100..<160] { add(word) }
            }
            if number % 10 == 0 { text += " " + phrase(Int.random(in: 0..<terms, using: &random)) }
            if number % 50 == 0 { text += " https://site\(Int.random(in: 0..<domains, using: &random)).example/join" }
            while text.utf8.count < bytes { add(DocumentBenchmarks.word(words, &random)) }
            return TextBenchmarks.event(text)
        }
    }
}
