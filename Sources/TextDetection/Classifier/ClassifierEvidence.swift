/// The words that weighed most for a label; worked out only where a score passes its threshold.
struct ClassifierEvidence {
    struct Span: Equatable {
        /// In the folded text.
        var bytes: Range<Int>
        /// Share in the logit.
        var weight: Double
    }

    /// Spans of one label, at most.
    static let most = 3

    /// Each feature's weight is shared out among its symbols, and a word has what its symbols have. Words beside each
    /// other that both speak for the label are one span.
    ///
    /// - Parameter first: the first block of the stretch that has the score.
    /// - Returns: the heaviest first; those of equal weight as they stand in the text.
    static func spans(
        of lane: Int, in scan: ClassifierScan, from first: Int32, by model: ClassifierModel
    ) -> [Span] {
        let range = scan.range(ofWindow: first)
        let (weights, features) = shares(of: lane, in: scan, range, model)
        let scale = model.slopes[lane] / Double(max(1, features)).squareRoot()
        var spans: [Span] = []
        var continues = false
        for word in words(of: scan, range) {
            let weight = word.reduce(0) { $0 + weights[$1 - range.lowerBound] } * scale
            guard weight > 0 else {
                continues = false
                continue
            }
            let bytes = Int(scan.symbols.places[word.lowerBound])..<Int(scan.symbols.places[word.upperBound])
            if continues, let last = spans.indices.last {
                spans[last].bytes = spans[last].bytes.lowerBound..<bytes.upperBound
                spans[last].weight += weight
            } else {
                spans.append(Span(bytes: bytes, weight: weight))
            }
            continues = true
        }
        let ordered = spans.sorted {
            ($1.weight, $0.bytes.lowerBound) < ($0.weight, $1.bytes.lowerBound)
        }
        return Array(ordered.prefix(most))
    }

    private static func shares(
        of lane: Int, in scan: ClassifierScan, _ range: Range<Int>, _ model: ClassifierModel
    ) -> (weights: [Double], features: Int) {
        var weights = [Double](repeating: 0, count: range.count)
        var features = 0
        let text = scan.symbols.symbols
        func weight(_ bucket: UInt32) -> Double { Double(Int(bucket >> UInt32(8 * lane) & 0xFF) - 128) }
        func add(_ weight: Double, _ symbols: Range<Int>) {
            features += 1
            let share = weight / Double(symbols.count)
            for place in symbols where place < range.upperBound { weights[place - range.lowerBound] += share }
        }
        let (a, b, c, d, e) = FeatureHash.factors
        let (three, four, five) = FeatureHash.lengths
        let count = scan.symbols.count
        for place in range {
            let here = text + place
            let hash3 = here[0] &* a &+ here[1] &* b &+ here[2] &* c &+ three
            if place + 3 <= count { add(weight(model.grams[Int(hash3 >> model.gramShift)]), place..<place + 3) }
            let hash4 = hash3 &+ here[3] &* d &+ four
            if place + 4 <= count { add(weight(model.grams[Int(hash4 >> model.gramShift)]), place..<place + 4) }
            let hash5 = hash4 &+ here[4] &* e &+ five
            if place + 5 <= count { add(weight(model.grams[Int(hash5 >> model.gramShift)]), place..<place + 5) }
        }
        var previous: (hash: UInt32, symbols: Range<Int>)?
        for word in words(of: scan, range) {
            let hash = word.reduce(FeatureHash.wordStart) { FeatureHash.extend($0, text[$1]) }
            add(weight(model.words[Int(FeatureHash.word(hash) >> model.wordShift)]), word)
            if let previous {
                let pair = FeatureHash.pair(previous.hash, hash)
                add(
                    weight(model.words[Int(pair >> model.wordShift)]),
                    previous.symbols.lowerBound..<word.upperBound)
            }
            previous = (hash, word)
        }
        return (weights, features)
    }

    /// Words that begin and end in a stretch.
    private static func words(of scan: ClassifierScan, _ range: Range<Int>) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start: Int?
        for place in range {
            guard scan.symbols.symbols[place] == FeatureSymbols.space else { continue }
            if let start, place > start { words.append(start..<place) }
            start = place + 1
        }
        return words
    }
}
