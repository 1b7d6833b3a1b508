import Events
import LoadGeneration
import Signals
import TextDetection

/// What looking for known documents costs, on one core, and what an index of them takes.
enum DocumentBenchmarks {
    static let words = 371
    static let textBytes = 2_048

    /// Texts of 2 KB, among documents whose words' hashes are signals: 19 of 20 texts have nothing of them, one a passage of
    /// 60 words.
    static func run(_ documents: Int, _ duration: Duration) -> [Figure] {
        let vocabulary = Vocabulary(count: 20_000, seed: 5)
        let began = Machine.processorSeconds
        let signals = SignalSet(
            (0..<documents).map { document in
                var signal = Signal(type: .document, value: fingerprint(document, vocabulary))
                signal.id = "\(document)"
                return signal
            })
        let made = Machine.processorSeconds
        let benchmark = DocumentBenchmark(signals)
        let built = Machine.processorSeconds - made
        let batches = EventBenchmarks.batches(records(8_192, documents, vocabulary))
        var n = 0
        var found = 0
        let seconds = EventBenchmarks.processorSeconds(for: duration) {
            for batch in batches {
                found += benchmark.findings(in: batch)
                n += batch.count
            }
        }
        precondition(found * 21 > n && found * 19 < n, "each passage was found once")
        var looking = Figure(
            name: "text-near-\(documents)", value: seconds / Double(n) * 1e6, unit: "µs/2 KiB", n: n, seconds: seconds,
            target: .atMost(30))
        let steps = batches.map(benchmark.profile)
        func share(_ step: (DocumentBenchmark.Profile) -> Duration) -> Double {
            steps.reduce(0) { $0 + step($1).seconds } / Double(batches.reduce(0) { $0 + $1.count }) * 1e6
        }
        looking.profile = [
            ("folding", share(\.folding)), ("reading", share(\.reading)), ("looking up", share(\.lookingUp)),
            ("comparing", share(\.comparing)),
        ]
        var size = Figure(
            name: "text-near-\(documents)-bytes", value: Double(benchmark.bytes) / Double(documents),
            unit: "B/document",
            n: documents, seconds: built, target: .atMost(1_200))
        size.profile = [
            ("fingerprints", Double(benchmark.fingerprints.kept) / Double(documents)),
            ("left out", Double(benchmark.fingerprints.crowded) / Double(documents)),
        ]
        let building = Figure(
            name: "text-near-\(documents)-build", value: built / Double(documents) * 1e6, unit: "µs/document",
            n: documents, seconds: made - began + built)
        return [looking, size, building]
    }

    /// An index of a million, without the signals.
    static func large(_ documents: Int) -> [Figure] {
        let before = Machine.processorSeconds
        let index = DocumentBenchmark.index(documents: documents, words: words) { document, word in
            var random = SplitMix64(seed: UInt64(document) << 16 | UInt64(word))
            return UInt16(truncatingIfNeeded: random.next())
        }
        let seconds = Machine.processorSeconds - before
        var size = Figure(
            name: "text-near-index-\(documents)", value: Double(index.bytes) / 1e9, unit: "GB", n: documents,
            seconds: seconds,
            target: .atMost(1.2))
        size.profile = [
            ("fingerprints a document", Double(index.kept) / Double(documents)), ("peak MiB", Machine.peakMebibytes),
        ]
        return [size]
    }

    /// Made again wherever it is needed.
    static func document(_ document: Int, _ vocabulary: Vocabulary) -> [String] {
        var random = SplitMix64(seed: UInt64(document) &* 0x9E37_79B9)
        return (0..<words).map { _ in word(vocabulary, &random) }
    }

    /// Low-numbered words are the frequent ones, about as in texts.
    static func word(_ vocabulary: Vocabulary, _ random: inout SplitMix64) -> String {
        let place = Double.random(in: 0..<1, using: &random) * Double.random(in: 0..<1, using: &random)
        return vocabulary[Int(place * Double(vocabulary.count))]
    }

    static func fingerprint(_ number: Int, _ vocabulary: Vocabulary) -> String {
        DocumentWords.parts(of: document(number, vocabulary).joined(separator: " "))?.first?.value ?? ""
    }

    private static func records(_ count: Int, _ documents: Int, _ vocabulary: Vocabulary) -> [[UInt8]] {
        var random = SplitMix64(seed: 77)
        return (0..<count).map { number in
            var words: [String] = []
            var bytes = 0
            while bytes < textBytes {
                if words.count == 90, number % 20 == 0 {
                    words += document(Int.random(in: 0..<documents, using: &random), vocabulary)[100..<160]
                } else {
                    words.append(word(vocabulary, &random))
                }
                bytes = words.reduce(-1) { $0 + $1.utf8.count + 1 }
            }
            return TextBenchmarks.event(words.joined(separator: " "))
        }
    }
}
