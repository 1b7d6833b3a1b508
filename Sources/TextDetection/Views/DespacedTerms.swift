internal import Events

/// Terms to be found without what stands between letters: `t u r n i p`, `t.u.r.n.i.p`; and, if they are of several
/// words and eight letters, `greylantern` and `gre yla ntern`.
///
/// A hit begins and ends where words do. Between those lie single letters only, or the term is one of the long ones:
/// `but to` is no `butto`.
struct DespacedTerms: Sendable {
    static let leastLetters = 8
    static let leastSingles = 3
    /// Longest stretch between two letters of a term, in bytes.
    static let longestGap = 8

    struct Pattern: Sendable {
        let text: [UInt8]
        let count: Int
        /// Of several words, with letters enough.
        let isLong: Bool
        let entry: Int32
    }

    let patterns: [Pattern]
    let database: TermDatabase

    /// nil if no term asks for it.
    init?(_ set: TermSet, _ compiler: TermCompiler, isKept: Bool) throws {
        var patterns: [Pattern] = []
        var texts: ContiguousArray<[UInt8]> = []
        for (pattern, text) in zip(set.patterns, set.texts) where pattern.despaced >= 0 {
            var tokens: [TokenCutter.Token] = []
            text.withUnsafeBufferPointer { bytes in
                if let base = bytes.baseAddress { TokenCutter().cut(base, 0..<bytes.count, into: &tokens) }
            }
            let letters = tokens.flatMap { text[$0.range] }
            guard !letters.isEmpty else { continue }
            let count = tokens.reduce(0) { $0 + $1.letters + $1.digits }
            patterns.append(
                Pattern(
                    text: text, count: letters.count, isLong: tokens.count > 1 && count >= DespacedTerms.leastLetters,
                    entry: pattern.despaced))
            texts.append(letters)
        }
        guard !patterns.isEmpty else { return nil }
        if texts.count > 1 { texts.append(TermSet.ballast) }
        self.patterns = patterns
        database = try compiler.database(of: texts, isKept: isKept)
    }
}

/// A text's letters without what stands between them, and what is found there.
struct DespacedScan {
    /// The letters, in one row.
    private var letters: [UInt8] = []
    /// Where each byte stands in the folded text.
    private var places: [UInt32] = []
    private var tokens: [TokenCutter.Token] = []

    /// Entries, and where they stand.
    private(set) var found: [(entry: Int32, range: Range<Int>)] = []

    /// - Returns: false if Vectorscan failed.
    mutating func run(
        _ terms: DespacedTerms, _ bytes: UnsafePointer<UInt8>, _ text: FoldedTexts.Text,
        _ edits: ContiguousArray<FoldEdit>.SubSequence,
        _ scratch: TermScratch
    ) -> Bool {
        found.removeAll(keepingCapacity: true)
        letters.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        TokenCutter().cut(bytes, text.bytes, into: &tokens)
        guard !tokens.isEmpty else { return true }
        for token in tokens {
            for place in token.range {
                letters.append(bytes[place])
                places.append(UInt32(place))
            }
        }
        var hits = Hits()
        let isDone = letters.withUnsafeBufferPointer { letters in
            withUnsafeMutablePointer(to: &hits) { hits in
                terms.database.scan(letters, with: scratch, context: hits) { pattern, _, end, _, context in
                    context?.assumingMemoryBound(to: Hits.self).pointee.append(Int(pattern), Int(end)) ?? 1
                }
            }
        }
        guard isDone else { return false }
        for hit in hits.found where hit.pattern < terms.patterns.count {
            let pattern = terms.patterns[hit.pattern]
            let range = Int(places[hit.end - pattern.count])..<Int(places[hit.end - 1]) + 1
            if isFound(pattern, range, bytes, text, edits) { found.append((pattern.entry, range)) }
        }
        return true
    }

    private func isFound(
        _ pattern: DespacedTerms.Pattern, _ range: Range<Int>, _ bytes: UnsafePointer<UInt8>, _ text: FoldedTexts.Text,
        _ edits: ContiguousArray<FoldEdit>.SubSequence
    ) -> Bool {
        guard let first = token(startingAt: range.lowerBound) else { return false }
        if UnsafeBufferPointer(start: bytes + range.lowerBound, count: range.count).elementsEqual(pattern.text) {
            return false
        }
        var last = first
        var areSingle = true
        while true {
            let token = tokens[last]
            areSingle = areSingle && isSingle(token, text, edits)
            if token.end >= range.upperBound { break }
            guard last + 1 < tokens.count, tokens[last + 1].start - token.end <= DespacedTerms.longestGap else {
                return false
            }
            last += 1
        }
        guard tokens[last].end == range.upperBound else { return false }
        guard areSingle && last - first + 1 >= DespacedTerms.leastSingles || pattern.isLong else { return false }
        return !Surroundings.isIdentifier(tokens[first], bytes, text.bytes, digitsCount: false)
    }

    /// One letter, or what one became, as ß does.
    private func isSingle(
        _ token: TokenCutter.Token, _ text: FoldedTexts.Text, _ edits: ContiguousArray<FoldEdit>.SubSequence
    )
        -> Bool
    {
        guard token.digits == 0, token.letters <= 3 else { return false }
        if token.letters == 1 { return true }
        let start = token.start - text.bytes.lowerBound
        let position = edits.position(before: start + 1)
        guard position >= edits.startIndex else { return false }
        return Int(edits[position].folded) == start && edits[position].foldedEnd == token.end - text.bytes.lowerBound
    }

    private func token(startingAt place: Int) -> Int? {
        var (low, high) = (0, tokens.count)
        while low < high {
            let middle = (low + high) / 2
            if tokens[middle].start < place { low = middle + 1 } else { high = middle }
        }
        return low < tokens.count && tokens[low].start == place ? low : nil
    }

    private struct Hits {
        var found: [(pattern: Int, end: Int)] = []

        mutating func append(_ pattern: Int, _ end: Int) -> Int32 {
            found.append((pattern, end))
            return 0
        }
    }
}
