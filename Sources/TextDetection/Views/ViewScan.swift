/// Looks for terms in the views of texts; one for each workspace, since it keeps its buffers.
struct ViewScan {
    struct Hit {
        let text: UInt32
        let entry: UInt32
        let start: UInt32
        let end: UInt32
    }

    /// So many comparisons of a word with a term's are made for a text; of one that needs more nothing is known.
    /// Reached only by texts of disguised words that stand in very many phrases. One counts for each signal that the
    /// phrase stands for, so that the sum is the same whatever layers they are in.
    static let mostSteps = 1_000_000

    private(set) var hits: ContiguousArray<Hit> = []
    private var tokens: [TokenCutter.Token] = []
    private var codes: [UInt32] = []
    private var despaced = DespacedScan()
    private var steps = 0

    private static let plain = TokenCutter()
    private static let leet = TokenCutter(signs: LeetReading.signs)
    private static let masked = TokenCutter(signs: MaskedReading.signs)

    mutating func removeAll() { hits.removeAll(keepingCapacity: true) }

    /// Those of the text that was looked through last.
    mutating func removeHits(in number: Int) {
        while let last = hits.last, last.text == UInt32(number) { hits.removeLast() }
    }

    /// Begins another text.
    mutating func begin() { steps = 0 }

    /// One text, by the terms of one layer.
    ///
    /// - Returns: false if something may have been missed.
    mutating func run(
        _ part: TermLayers.Part, _ number: Int, _ text: FoldedTexts.Text, _ edits: ContiguousArray<FoldEdit>,
        _ bytes: UnsafePointer<UInt8>, _ scratch: TermScratch
    ) -> Bool {
        let target = Target(part: part, number: UInt32(number), range: text.bytes, bytes: bytes)
        if !part.layer.views.stretched.isEmpty, RepeatedLetters.occur(in: bytes, text.bytes) {
            ViewScan.plain.cut(bytes, text.bytes, into: &tokens)
            look(target, part.layer.views.stretched, .stretched) { $0.letters > 2 }
        }
        if text.traits.hasMistakable || part.layer.views.hasLatinLookalikes { lookForMistaken(target, text, edits) }
        if !part.layer.views.edit1.isEmpty {
            ViewScan.plain.cut(bytes, text.bytes, into: &tokens)
            look(target, part.layer.views.edit1, .edit1) { $0.letters + 1 >= EditReading.shortest && $0.digits == 0 }
        }
        if !part.layer.views.leet.isEmpty {
            ViewScan.leet.cut(bytes, text.bytes, into: &tokens)
            look(target, part.layer.views.leet, .leet, digitsCount: true) { $0.letters > 0 && $0.digits + $0.signs > 0 }
        }
        if !part.layer.views.masked.isEmpty {
            ViewScan.masked.cut(bytes, text.bytes, into: &tokens)
            trimStops(bytes)
            look(target, part.layer.views.masked, .masked) { $0.signs > 0 && $0.letters > 1 }
        }
        if let terms = part.layer.views.despaced {
            guard despaced.run(terms, bytes, text, edits[text.edits], scratch) else { return false }
            for (entry, range) in despaced.found {
                hits.append(
                    Hit(
                        text: UInt32(number), entry: UInt32(part.firstEntry + Int(entry)),
                        start: UInt32(range.lowerBound), end: UInt32(range.upperBound)))
            }
        }
        return steps <= ViewScan.mostSteps
    }

    /// What is looked through.
    private struct Target {
        let part: TermLayers.Part
        let number: UInt32
        let range: Range<Int>
        let bytes: UnsafePointer<UInt8>
    }

    private mutating func look<Reading: WordReading>(
        _ target: Target, _ index: WordIndex<Reading>, _ slot: TermViews.Slot, digitsCount: Bool = false,
        where isWanted: (TokenCutter.Token) -> Bool
    ) {
        for position in tokens.indices where isWanted(tokens[position]) {
            decode(tokens[position], target.bytes)
            let written = codes
            index.each(standingFor: written) { word in
                guard
                    !Surroundings.isIdentifier(
                        tokens[position], target.bytes, target.range, digitsCount: digitsCount)
                else { return }
                add(word, at: position, slot, target, Reading.self)
            } codes: {
                target.part.layer.views.words[Int($0)].codes
            }
        }
    }

    /// All phrases in which a word stands that this one stands for.
    private mutating func add<Reading: WordReading>(
        _ word: Int32, at position: Int, _ slot: TermViews.Slot, _ target: Target, _ reading: Reading.Type
    ) {
        for use in target.part.layer.views.words[Int(word)].uses {
            let phrase = target.part.layer.views.phrases[Int(use.phrase)]
            let weight = target.part.weight(of: use.phrase, phrase)
            guard weight > 0 else { continue }
            steps += weight
            guard steps <= ViewScan.mostSteps else { return }
            let entry = phrase.entries[slot.rawValue]
            let first = position - Int(use.position)
            guard entry >= 0, first >= 0, first + phrase.words.count <= tokens.count else { continue }
            guard isPhrase(phrase, weight, from: first, disguisedAt: position, target, reading) else { continue }
            var each = entry
            repeat {
                hits.append(
                    Hit(
                        text: target.number, entry: UInt32(target.part.firstEntry + Int(each)),
                        start: UInt32(tokens[first].start),
                        end: UInt32(tokens[first + phrase.words.count - 1].end)))
                each = target.part.layer.views.next[Int(each)]
            } while each >= 0
        }
    }

    private mutating func isPhrase<Reading: WordReading>(
        _ phrase: TermViews.Phrase, _ weight: Int, from first: Int, disguisedAt position: Int, _ target: Target,
        _ reading: Reading.Type
    ) -> Bool {
        for (offset, gap) in phrase.gaps.enumerated() {
            let (end, next) = (tokens[first + offset].end, tokens[first + offset + 1].start)
            guard next - end == gap.count,
                UnsafeBufferPointer(start: target.bytes + end, count: gap.count).elementsEqual(gap)
            else { return false }
        }
        for (offset, word) in phrase.words.enumerated() where first + offset != position {
            steps += weight
            decode(tokens[first + offset], target.bytes)
            let known = target.part.layer.views.words[Int(word)].codes
            if codes == known { continue }
            // Found already from there, if it stands for it.
            guard first + offset > position, Reading.stands(codes, for: known) else { return false }
        }
        return true
    }

    private mutating func decode(_ token: TokenCutter.Token, _ bytes: UnsafePointer<UInt8>) {
        codes.removeAll(keepingCapacity: true)
        var place = token.start
        while place < token.end {
            let (code, length) = FoldPass.character(at: place, bytes, token.end)
            codes.append(code)
            place += length
        }
    }

    /// A stop at the end belongs to the sentence.
    private mutating func trimStops(_ bytes: UnsafePointer<UInt8>) {
        for position in tokens.indices {
            while tokens[position].end > tokens[position].start,
                bytes[tokens[position].end - 1] == UInt8(ascii: ".")
            {
                tokens[position].end -= 1
                tokens[position].signs -= 1
            }
            while tokens[position].start < tokens[position].end, bytes[tokens[position].start] == UInt8(ascii: ".") {
                tokens[position].start += 1
                tokens[position].signs -= 1
            }
        }
    }

    // MARK: Letters of another script

    /// Words with letters of two scripts; and, where the rest of the text is in the other script, words all of whose
    /// letters are mistaken for others.
    private mutating func lookForMistaken(
        _ target: Target, _ text: FoldedTexts.Text, _ edits: ContiguousArray<FoldEdit>
    ) {
        let traits = text.traits
        let isForeign = traits.hasUnmistakable
        guard
            traits.hasMixed || traits.hasMistakable && !isForeign
                || isForeign && target.part.layer.views.hasLatinLookalikes
        else { return }
        ViewScan.plain.cut(target.bytes, text.bytes, into: &tokens)
        let start = text.bytes.lowerBound
        for position in tokens.indices where tokens[position].letters > 1 {
            let token = tokens[position]
            let isMixed =
                traits.hasMixed
                && edits[text.edits].hasCause(.mistaken, in: token.start - start..<token.end - start)
            let mayBeWhole = token.letters > 3 && (target.bytes[token.start] < 0x80) == isForeign
            guard isMixed || mayBeWhole else { continue }
            decode(token, target.bytes)
            guard isMixed || (isForeign ? codes.allSatisfy { $0 < 0x80 } : areMistaken(codes)) else { continue }
            let written = codes
            target.part.layer.views.mistaken.each(standingFor: written) { word in
                guard !Surroundings.isIdentifier(token, target.bytes, target.range, digitsCount: false) else { return }
                add(word, at: position, .mistaken, target, MistakenReading.self)
            } codes: {
                target.part.layer.views.words[Int($0)].codes
            }
        }
    }

    private func areMistaken(_ codes: [UInt32]) -> Bool { codes.allSatisfy { FoldTable.shared.latin(for: $0) != 0 } }
}
