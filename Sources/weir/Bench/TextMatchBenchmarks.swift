import Events
import Foundation
import LoadGeneration
import Signals
import TextDetection

/// How fast texts of seven languages are looked through for phrases of these, and how soon a changed phrase is in force.
enum TextMatchBenchmarks {
    static func run(_ duration: Duration) throws -> [Figure] {
        let words = MadeWords.languages(each: 20_000, seed: 5)
        var random = SplitMix64(seed: 6)
        let phrases = (0..<100_000).map { _ in MadeWords.phrase(words, &random) }
        let batches = EventBenchmarks.batches(texts(4_000, words, phrases, &random))
        var figures: [Figure] = []
        for (name, count, least) in [("1k", 1_000, nil), ("10k", 10_000, 150.0), ("100k", 100_000, 40.0)] {
            figures += try matching(name, Array(phrases[..<count]), batches, least, duration)
        }
        return try figures + changing(phrases) + starting(phrases)
    }

    private static func set(_ phrases: [String]) -> SignalSet {
        SignalSet(phrases.map { Signal(type: .phrase, value: $0) })
    }

    /// With one layer, and with a second one of a hundred terms beside it.
    private static func matching(
        _ name: String, _ phrases: [String], _ batches: [EventBatch], _ least: Double?, _ duration: Duration
    ) throws -> [Figure] {
        let set = set(phrases)
        let one = try TermScanBenchmark(set)
        let urgent = (0..<100).map { SignalChange(Signal(type: .term, value: "urgent\($0)x")) }
        let changed = set.applying(urgent, from: .topic, version: SignalVersion())
        let two = try TermScanBenchmark(changed, after: one)
        // In turn, so that both have the same of whatever else the machine does.
        var sums = [(bytes: 0, seconds: 0.0, hits: 0), (bytes: 0, seconds: 0.0, hits: 0)]
        let end = ContinuousClock.now + duration
        repeat {
            for (index, detector) in [one, two].enumerated() {
                let part = detector.scan(batches, times: 4) { Machine.processorSeconds }
                sums[index].bytes += part.bytes
                sums[index].seconds += part.seconds
                sums[index].hits = part.hits
            }
        } while .now < end
        precondition(sums[0].hits > 0 && sums[0].hits == sums[1].hits, "the same is found")
        return zip(["text-match-\(name)", "text-match-\(name)-layered"], sums).enumerated().map { index, part in
            let (name, sum) = part
            var figure = Figure(
                name: name, value: Double(sum.bytes) / sum.seconds / 1e6, unit: "MB/s", n: sum.bytes,
                seconds: sum.seconds, target: index == 0 ? least.map { .atLeast($0) } : nil)
            figure.profile = [("texts with a hit", Double(sum.hits)), ("layers", index == 0 ? 1 : Double(two.layers))]
            return figure
        }
    }

    /// From a changed set to the detector that has it, among 100,000: one urgent term after the other, as many as one
    /// layer of recent ones takes.
    private static func changing(_ phrases: [String]) throws -> [Figure] {
        var set = set(phrases)
        var detector = try TermScanBenchmark(set)
        var times: [Double] = []
        var clock: [Double] = []
        for number in 0..<1_000 {
            var urgent = Signal(type: .term, value: "urgent\(number)x")
            urgent.opinion = .positive
            let began = ContinuousClock.now
            let start = Machine.processorSeconds
            set = set.applying([SignalChange(urgent)], from: .topic, version: SignalVersion())
            detector = try TermScanBenchmark(set, after: detector)
            times.append((Machine.processorSeconds - start) * 1e3)
            clock.append((ContinuousClock.now - began).seconds * 1e3)
            // The first hundred, and then now and then, since each takes the longer.
            if number == 100 {
                let more = (number + 1..<990).map { SignalChange(Signal(type: .term, value: "urgent\($0)x")) }
                set = set.applying(more, from: .topic, version: SignalVersion())
                detector = try TermScanBenchmark(set, after: detector)
            }
            if number > 100, number < 990 { continue }
        }
        let start = Machine.processorSeconds
        _ = try detector.rebuilt()
        let rebuilding = Machine.processorSeconds - start
        var figure = Figure(
            name: "text-urgent-100k", value: times.max() ?? 0, unit: "ms", n: times.count,
            seconds: times.reduce(0, +) / 1e3, target: .atMost(50))
        let sorted = clock.sorted()
        figure.profile = [
            ("first", times[0]), ("last", times[times.count - 1]), ("median on the clock", sorted[sorted.count / 2]),
            ("longest on the clock", sorted[sorted.count - 1]), ("rebuilding beside, s", rebuilding),
        ]
        return [figure]
    }

    /// A start with 100,000 terms, without a kept database and with one.
    private static func starting(_ phrases: [String]) throws -> [Figure] {
        let set = set(phrases)
        let folder = FileManager.default.temporaryDirectory.path + "/weir-bench-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try ["text-start-100k", "text-start-100k-kept"].map { name in
            let start = Machine.processorSeconds
            _ = try TermScanBenchmark(set, databases: folder)
            let seconds = Machine.processorSeconds - start
            return Figure(name: name, value: seconds, unit: "s", n: phrases.count, seconds: seconds)
        }
    }

    /// Bodies of 200 to 2,000 bytes; every twentieth has a phrase.
    private static func texts(
        _ count: Int, _ words: [[String]], _ phrases: [String], _ random: inout SplitMix64
    ) -> [[UInt8]] {
        (0..<count).map { number in
            let language = words[number % words.count]
            let length = Int.random(in: 200...1_664, using: &random)
            var text = ""
            while text.utf8.count < length { text += MadeWords.frequent(language, &random) + " " }
            if number % 20 == 0 { text += phrases[Int.random(in: 0..<1_000, using: &random)] }
            var out = ByteWriter(capacity: 2_048)
            out.append(
                #"{"type":"weir.upload.created.v1","source":"/b","id":"e","data":{"account":{"id":"a"},"text":{"body":"#
            )
            out.appendJSON(text)
            out.append("}}}")
            return out.bytes
        }
    }
}

/// Words that are none, in the letters of several scripts, distributed as words are.
private enum MadeWords {
    private static let syllables: [[String]] = [
        "ba de gi ko lu men pra sti nga tan mer kan di se ber".words,  // Indonesian letters
        "the an ing er on re st ou ch li ness tor al cam wo".words,
        "der ein sch ung ge ver auf lich keit zen mut str ber ei ta".words,
        "les que ment tion eur ou ant ré pa sse on vi el cha ir".words,
        "про ста ние ков ть ер на ви ло ми кра ды су ре по".words,
        "ال من في ها ست قو را بي نو كم دا لي مر شا ون".words,
        "क म ने र की ता स्त्र प्र वा लि गो ना हे सु बा".words,
    ]

    /// Of each language so many.
    static func languages(each count: Int, seed: UInt64) -> [[String]] {
        var random = SplitMix64(seed: seed)
        return syllables.map { syllables in
            var seen: Set<String> = []
            var words: [String] = []
            while words.count < count {
                let word = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                    syllables[Int.random(in: 0..<syllables.count, using: &random)]
                }.joined()
                if seen.insert(word).inserted { words.append(word) }
            }
            return words
        }
    }

    /// The product of two uniform numbers falls off about as word frequencies do.
    static func frequent(_ words: [String], _ random: inout SplitMix64) -> String {
        let place = Double.random(in: 0..<1, using: &random) * Double.random(in: 0..<1, using: &random)
        return words[Int(place * Double(words.count))]
    }

    static func phrase(_ languages: [[String]], _ random: inout SplitMix64) -> String {
        let words = languages[Int.random(in: 0..<languages.count, using: &random)]
        return (0..<Int.random(in: 2...4, using: &random)).map { _ in frequent(words, &random) }.joined(separator: " ")
    }
}

extension String {
    fileprivate var words: [String] { split(separator: " ").map(String.init) }
}
