import Detection
import Events
import LoadGeneration
import Signals
import TextDetection

/// What folding and matching texts of 1 KB costs, on one core.
enum TextBenchmarks {
    static let textBytes = 1_024
    static let terms = 10_000

    /// Folding alone, a script a figure; then `text.terms` with batches of events.
    static func run(_ duration: Duration) throws -> [Figure] {
        var figures: [Figure] = []
        for (name, words) in TextSample.all {
            let text = TextSample.text(of: words, bytes: textBytes)
            let (n, seconds) = FoldBenchmark.run(text) { EventBenchmarks.processorSeconds(for: duration, $0) }
            let kibibytes = Double(text.utf8.count) / 1_024
            figures.append(
                Figure(
                    name: "text-fold-\(name)", value: seconds / Double(n) / kibibytes * 1e6, unit: "µs/KiB", n: n,
                    seconds: seconds, target: .atMost(3)))
        }
        figures += telling(duration)
        figures += try classifying(duration)
        // Words of the same syllables as the texts', so that many stand in them or inside their words; and phrases
        // of two of them, which are rare, as terms are in practice.
        let vocabulary = Vocabulary(count: 2 * terms, seed: 99)
        let words = (0..<terms).map { Signal(type: .term, value: vocabulary[$0]) }
        let phrases = (0..<terms).map { Signal(type: .phrase, value: vocabulary[$0] + " " + vocabulary[$0 + terms]) }
        figures.append(try matching("text-terms", SignalSet(words), duration))
        figures.append(try matching("text-phrases", SignalSet(phrases), duration))
        // The same where all of them ask for a view.
        for view in [TermMatch.despaced, .leet, .masked, .edit1] {
            let asking = phrases.map { phrase in
                var phrase = phrase
                phrase.match = view
                return phrase
            }
            figures.append(try matching("text-phrases-\(view.rawValue)", SignalSet(asking), duration, target: nil))
        }
        figures.append(links(duration))
        figures.append(try combinations(duration, vocabulary))
        return figures
    }

    /// Ten thousand pairs of words, of which many stand in each text, and few near each other.
    private static func combinations(_ duration: Duration, _ vocabulary: Vocabulary) throws -> Figure {
        let detector = try CombinationBenchmark(
            SignalSet(
                (0..<terms).map {
                    Signal(type: .combination, value: "near(8; \(vocabulary[$0]); \(vocabulary[$0 + terms]))")
                }))
        let batches = EventBenchmarks.batches(records(8_192))
        var n = 0
        var found = 0
        let seconds = EventBenchmarks.processorSeconds(for: duration) {
            for batch in batches {
                found += detector.findings(in: batch)
                n += batch.count
            }
        }
        return Figure(
            name: "text-combinations", value: seconds / Double(n) * 1e6, unit: "µs/event", n: n, seconds: seconds,
            profile: [("findings", Double(found) / Double(n))])
    }

    /// Texts without a dot, and 10,000 domains that none of them leads to. `text-all` has sentences and links.
    private static func links(_ duration: Duration) -> Figure {
        let detector = LinkBenchmark(
            SignalSet((0..<terms).map { Signal(type: .domain, value: "site\($0).example") }))
        let batches = EventBenchmarks.batches(records(8_192))
        var n = 0
        let seconds = EventBenchmarks.processorSeconds(for: duration) {
            for batch in batches {
                precondition(detector.findings(in: batch) == 0, "no link is known")
                n += batch.count
            }
        }
        return Figure(
            name: "text-links", value: seconds / Double(n) * 1e6, unit: "µs/event", n: n, seconds: seconds,
            target: .atMost(3))
    }

    /// Which language a text is in: as far as `text.language` reads it, the whole of it, and by the identifier.
    private static func telling(_ duration: Duration) -> [Figure] {
        var figures: [Figure] = []
        for (name, words) in TextSample.all {
            let text = TextSample.text(of: words, bytes: textBytes)
            let kibibytes = Double(text.utf8.count) / 1_024
            func add(
                _ prefix: String, target: Figure.Target?, _ run: ((() -> Void) -> Double) -> (n: Int, seconds: Double)
            ) {
                let (n, seconds) = run { EventBenchmarks.processorSeconds(for: duration, $0) }
                figures.append(
                    Figure(
                        name: "\(prefix)-\(name)", value: seconds / Double(n) / kibibytes * 1e6, unit: "µs/KiB", n: n,
                        seconds: seconds, target: target))
            }
            add("text-language", target: .atMost(1)) { LanguageBenchmark.vote(text, untilSure: true, $0) }
            add("text-language-whole", target: nil) { LanguageBenchmark.vote(text, untilSure: false, $0) }
            add("text-identify", target: nil) { LanguageBenchmark.identify(text, $0) }
        }
        return figures
    }

    /// The classifier over texts that are folded already.
    private static func classifying(_ duration: Duration) throws -> [Figure] {
        let model = try loadClassifier(FileLocator(configuration: nil).locate(shippedModel))
        return TextSample.all.map { name, words in
            let text = TextSample.text(of: words, bytes: textBytes)
            let (n, seconds) = ClassifierBenchmark.run(text, model) {
                EventBenchmarks.processorSeconds(for: duration, $0)
            }
            let kibibytes = Double(text.utf8.count) / 1_024
            return Figure(
                name: "text-classify-\(name)", value: seconds / Double(n) / kibibytes * 1e6, unit: "µs/KiB", n: n,
                seconds: seconds, target: .atMost(5))
        }
    }

    private static func matching(
        _ name: String, _ signals: SignalSet, _ duration: Duration, target: Figure.Target? = .atMost(8)
    ) throws -> Figure {
        let detector = try TermBenchmark(signals)
        let records = records(8_192)
        let batches = EventBenchmarks.batches(records)
        var n = 0
        var found = 0
        let seconds = EventBenchmarks.processorSeconds(for: duration) {
            for batch in batches {
                found += detector.findings(in: batch)
                n += batch.count
            }
        }
        precondition(name != "text-terms" || found > n, "terms were found")
        var figure = Figure(
            name: name, value: seconds / Double(n) * 1e6, unit: "µs/event", n: n, seconds: seconds,
            target: target)
        let steps = batches.map(detector.profile)
        func share(_ step: (TermBenchmark.Profile) -> Duration) -> Double {
            steps.reduce(0) { $0 + step($1).seconds } / Double(records.count) * 1e6
        }
        figure.profile = [
            ("folding", share(\.folding)), ("scanning", share(\.scanning)), ("reporting", share(\.reporting)),
        ]
        return figure
    }

    /// An event that states no more than it must.
    static func event(_ body: String) -> [UInt8] {
        var out = ByteWriter()
        out.append(
            "{\"type\":\"weir.upload.created.v1\",\"source\":\"/b\",\"id\":\"b\",\"time\":\"2026-11-23T10:00:00Z\"")
        out.append(",\"data\":{\"account\":{\"id\":\"a\"},\"text\":{\"body\":")
        out.appendJSON(body)
        out.append("}}}")
        return out.bytes
    }

    /// Events whose bodies have about 1 KB.
    private static func records(_ count: Int) -> [[UInt8]] {
        var options = UploadGenerator.Options()
        options.bytes = textBytes + 160
        options.knownShare = 0
        var uploads = UploadGenerator(options)
        return (0..<count).map { _ in uploads.next(at: Timestamp(milliseconds: 1_767_225_600_000)).value }
    }
}

/// Everyday words of several scripts, as texts are made of them.
private enum TextSample {
    static let all: [(name: String, words: [String])] = [
        ("english", "The minister said on Tuesday that Nine new schools will open in the North next year".words),
        ("french", "Le ministre a déclaré mardi qu’une école élevée à côté de l’hôtel rouvrira après l’été".words),
        ("arabic", "قال الوزير يوم الثلاثاء إن تسع مدارس جديدة ستفتح في الشمال العام المقبل".words),
        ("russian", "Министр сообщил во Вторник что девять новых школ откроют на Севере в следующем году".words),
        ("hindi", "मंत्री ने मंगलवार को कहा कि उत्तर में नौ नए स्कूल अगले वर्ष खुलेंगे".words),
        ("thai", "รัฐมนตรีกล่าวเมื่อวันอังคารว่า โรงเรียนใหม่เก้าแห่ง จะเปิดในปีหน้า".words),
        ("japanese", "大臣は火曜日に、来年北部で九つの新しい学校が開校すると述べた。".words),
        ("emoji", "Great 🎉 match today ❤️ see you 👍🏽 tomorrow 👨‍👩‍👧 at the Stadium 🏟️".words),
    ]

    static func text(of words: [String], bytes: Int) -> String {
        var text = ""
        var index = 0
        while text.utf8.count < bytes {
            text += (index == 0 ? "" : " ") + words[index % words.count]
            index += 1
        }
        return text
    }
}

extension String {
    fileprivate var words: [String] { split(separator: " ").map(String.init) }
}
