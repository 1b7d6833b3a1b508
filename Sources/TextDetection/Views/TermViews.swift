internal import Events

/// The words of terms, to be found in the views of a text in which they are not written as they are; made once for a set.
///
/// Words that are stretched, or of another script's letters, are found for every term that needs word edges. The other
/// views have only those terms that ask for them, and cost nothing if none does.
struct TermViews: Sendable {
    /// A pattern as words, with what stands between them.
    struct Phrase: Sendable {
        var words: [Int32] = []
        /// Behind each word but the last.
        var gaps: [[UInt8]] = []
        /// Entries that are found in each view; -1: none.
        var entries = InlineArray<5, Int32>(repeating: -1)
        /// So many signals it stands for.
        var weight: Int32 = 0
    }

    struct Word: Sendable {
        let codes: [UInt32]
        /// Where it stands: phrases, and which of their words it is.
        var uses: [(phrase: Int32, position: Int32)] = []
    }

    /// Positions in `Phrase.entries`.
    enum Slot: Int, Sendable, CaseIterable {
        case stretched, mistaken, leet, masked, edit1
    }

    private(set) var phrases: [Phrase] = []
    private(set) var words: [Word] = []
    private(set) var stretched = WordIndex<StretchedReading>()
    private(set) var mistaken = WordIndex<MistakenReading>()
    private(set) var leet = WordIndex<LeetReading>()
    private(set) var masked = WordIndex<MaskedReading>()
    private(set) var edit1 = WordIndex<EditReading>()
    /// Words of other scripts that a word of ASCII may stand for.
    private(set) var hasLatinLookalikes = false
    /// The phrase of each of the set's patterns; -1 if it has none.
    private(set) var phraseOfPattern: [Int32] = []
    let despaced: DespacedTerms?
    /// `TermSet.entryNext`: in a view marks tell no words apart.
    let next: ContiguousArray<Int32>

    /// - Throws: if Vectorscan can't be used here.
    init(_ set: TermSet, _ compiler: TermCompiler = TermCompiler(), isKept: Bool = false) throws {
        despaced = try DespacedTerms(set, compiler, isKept: isKept)
        next = set.entryNext
        var known: [[UInt32]: Int32] = [:]
        phraseOfPattern = [Int32](repeating: -1, count: set.patterns.count)
        for (number, (pattern, text)) in zip(set.patterns, set.texts).enumerated() where pattern.word >= 0 {
            guard var phrase = Phrase(text, { word(for: $0, &known) }) else { continue }
            phraseOfPattern[number] = Int32(phrases.count)
            phrase.entries[Slot.stretched.rawValue] = pattern.word
            phrase.entries[Slot.mistaken.rawValue] = pattern.word
            phrase.entries[Slot.leet.rawValue] = pattern.leet
            phrase.entries[Slot.masked.rawValue] = pattern.masked
            phrase.entries[Slot.edit1.rawValue] = pattern.edit1
            for (position, word) in phrase.words.enumerated() {
                words[Int(word)].uses.append((Int32(phrases.count), Int32(position)))
            }
            phrases.append(phrase)
        }
        for member in set.members where member.isWord {
            let phrase = phraseOfPattern[Int(member.pattern)]
            if phrase >= 0 { phrases[Int(phrase)].weight += 1 }
        }
        stretched = WordIndex(members(.stretched))
        mistaken = WordIndex(members(.mistaken))
        leet = WordIndex(members(.leet))
        masked = WordIndex(members(.masked))
        edit1 = WordIndex(members(.edit1))
        hasLatinLookalikes = words.contains { word in
            let latin = MistakenReading.latin(word.codes)
            return latin != word.codes && latin.allSatisfy { $0 < 0x80 }
        }
    }

    private mutating func word(for codes: [UInt32], _ known: inout [[UInt32]: Int32]) -> Int32 {
        if let word = known[codes] { return word }
        let word = Int32(words.count)
        known[codes] = word
        words.append(Word(codes: codes))
        return word
    }

    /// Words of the phrases that are looked for in a view.
    private func members(_ slot: Slot) -> [(word: Int32, codes: [UInt32])] {
        words.indices.compactMap { index in
            let isUsed = words[index].uses.contains { phrases[Int($0.phrase)].entries[slot.rawValue] >= 0 }
            return isUsed ? (Int32(index), words[index].codes) : nil
        }
    }
}

extension TermViews.Phrase {
    /// nil if it has no words, or signs before or behind them.
    init?(_ text: [UInt8], _ word: ([UInt32]) -> Int32) {
        var tokens: [TokenCutter.Token] = []
        text.withUnsafeBufferPointer { bytes in
            if let base = bytes.baseAddress { TokenCutter().cut(base, 0..<bytes.count, into: &tokens) }
        }
        guard let first = tokens.first, let last = tokens.last, first.start == 0, last.end == text.count else {
            return nil
        }
        for (index, token) in tokens.enumerated() {
            words.append(word(String(decoding: text[token.range], as: UTF8.self).unicodeScalars.map(\.value)))
            if index > 0 { gaps.append(Array(text[tokens[index - 1].end..<token.start])) }
        }
    }
}
