/// Where words and sentences of a folded text stand; worked out only for texts in which something was found.
///
/// A word is a run of letters, marks and digits. Scripts that are written without spaces have no such runs, so each of
/// their characters counts as a part of a word: half of one in Han and Kana, a quarter in Thai, Lao, Khmer and Burmese,
/// which is what words of these come to on average (as `DocumentText` cuts them).
///
/// A sentence ends behind `.`, `!` or `?` (and their like in other scripts) before white space, and at a line's end. Not
/// so the stop of an abbreviation: behind a single letter ("U. S. Forces"), and behind three where the next word begins
/// with a small letter in a text that has capitals; nor a line before a small letter.
struct TextStructure {
    /// Parts of a word that a word counts.
    static let whole: UInt32 = 4
    /// In bytes; a longer word with a stop is the last of its sentence, though the next one has no capital.
    private static let longestAbbreviation = 3

    struct Word: BitwiseCopyable {
        /// Bytes of the buffer of folded texts.
        let start: UInt32
        let end: UInt32
        /// Parts of words before it, in this text.
        let before: UInt32
        let sentence: UInt32

        var range: Range<Int> { Int(start)..<Int(end) }
    }

    private(set) var words: ContiguousArray<Word> = []
    /// Where each sentence ends, in the buffer.
    private(set) var sentenceEnds: ContiguousArray<UInt32> = []

    /// - Parameters:
    ///   - bytes: the buffer of folded texts.
    ///   - original: what the text was before it was folded.
    mutating func read(
        _ bytes: UnsafeBufferPointer<UInt8>, _ text: FoldedTexts.Text,
        _ edits: ContiguousArray<FoldEdit>.SubSequence, original: UnsafeRawBufferPointer
    ) {
        words.removeAll(keepingCapacity: true)
        sentenceEnds.removeAll(keepingCapacity: true)
        guard let base = bytes.baseAddress else { return }
        let source = Source(edits: edits, start: text.bytes.lowerBound, original: original)
        let table = WordTable.shared
        var word: Int?
        var parts: UInt32 = 0
        var terminator = Terminator.none
        var place = text.bytes.lowerBound
        func end(_ place: Int) {
            guard let start = word else { return }
            append(start..<place, &parts, TextStructure.whole)
            word = nil
        }
        while place < text.bytes.upperBound {
            let (code, length) = FoldPass.character(at: place, base, text.bytes.upperBound)
            let classes = table.classes(of: code)
            if classes & WordTable.word != 0 {
                if classes & WordTable.unspaced != 0 {
                    end(place)
                    // The first letter of Han and Kana is U+2E80.
                    append(place..<place + length, &parts, code >= 0x2E80 ? 2 : 1)
                } else if word == nil {
                    word = place
                }
                terminator = .none
            } else {
                end(place)
                if code == UInt32(FoldPass.space) {
                    if endsSentence(terminator, source, place) { endSentence(place) }
                    terminator = .none
                } else if let kind = Terminator(code) {
                    terminator = kind
                    if kind == .certain, !Terminator.needsSpace(code) { endSentence(place + length) }
                } else if !Terminator.mayFollow(code) {
                    terminator = .none
                }
            }
            place += length
        }
        end(place)
        endSentence(text.bytes.upperBound)
    }

    /// The sentence in which a place of the buffer lies.
    func sentence(at place: Int) -> Int {
        var (low, high) = (0, sentenceEnds.count)
        while low < high {
            let middle = (low + high) / 2
            if Int(sentenceEnds[middle]) <= place { low = middle + 1 } else { high = middle }
        }
        return min(low, max(0, sentenceEnds.count - 1))
    }

    /// The first word that ends behind a place of the buffer.
    func word(at place: Int) -> Int {
        var (low, high) = (0, words.count)
        while low < high {
            let middle = (low + high) / 2
            if Int(words[middle].end) <= place { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Words of a stretch of the buffer, those that lie in it with a part included, rounded up.
    func count(wordsIn range: Range<Int>) -> Int {
        let (first, last) = (word(at: range.lowerBound), word(at: range.upperBound - 1))
        guard first < words.count else { return 0 }
        let end = last + 1 < words.count ? words[last + 1].before : total
        return Int((end - words[first].before + TextStructure.whole - 1) / TextStructure.whole)
    }

    private var total: UInt32 = 0

    private mutating func append(_ range: Range<Int>, _ parts: inout UInt32, _ weight: UInt32) {
        words.append(
            Word(
                start: UInt32(range.lowerBound), end: UInt32(range.upperBound), before: parts,
                sentence: UInt32(sentenceEnds.count)))
        parts += weight
        total = parts
    }

    private mutating func endSentence(_ place: Int) {
        let start = Int(sentenceEnds.last ?? 0)
        // Signs alone make no sentence: they belong to the one before.
        guard let last = words.last, Int(last.start) >= start else {
            if !sentenceEnds.isEmpty { sentenceEnds[sentenceEnds.count - 1] = UInt32(place) }
            return
        }
        sentenceEnds.append(UInt32(place))
    }

    /// At white space.
    private func endsSentence(_ terminator: Terminator, _ source: Source, _ place: Int) -> Bool {
        if terminator == .certain { return true }
        guard terminator == .stop || source.isLineEnd(place) else { return false }
        let goesOn = source.hasCapitals && source.isSmallLetter(place + 1)
        guard terminator == .stop else { return !goesOn }
        let letters = words.last.map { Int($0.end - $0.start) } ?? 0
        return letters > (goesOn ? TextStructure.longestAbbreviation : 1)
    }
}

extension TextStructure {
    /// What a sign says of the sentence's end.
    private enum Terminator {
        case none
        /// A full stop, which abbreviations have too.
        case stop
        case certain

        init?(_ code: UInt32) {
            switch code {
            case 0x2E: self = .stop
            case 0x21, 0x3F, 0x61F, 0x6D4, 0x964, 0x965, 0x3002, 0x1362, 0x17D4, 0x104B: self = .certain
            default: return nil
            }
        }

        /// `!` and `?` stand in names and addresses; the others end a sentence wherever they are.
        static func needsSpace(_ code: UInt32) -> Bool { code < 0x80 }

        /// Closing signs between a sentence's end and the space.
        static func mayFollow(_ code: UInt32) -> Bool {
            switch code {
            case 0x22, 0x27, 0x29, 0x5D, 0xBB, 0x2018, 0x2019, 0x201C, 0x201D, 0x203A, 0x300D, 0x300F: true
            default: false
            }
        }
    }

    /// What folding took away of a text's form: lines and capitals.
    private struct Source {
        let edits: ContiguousArray<FoldEdit>.SubSequence
        /// Of the text, in the buffer.
        let start: Int
        let original: UnsafeRawBufferPointer
        /// Whether sentences may begin with capitals: of Latin, Greek or Cyrillic letters without marks.
        let hasCapitals: Bool
        private let hasLines: Bool

        init(edits: ContiguousArray<FoldEdit>.SubSequence, start: Int, original: UnsafeRawBufferPointer) {
            self.edits = edits
            self.start = start
            self.original = original
            hasLines = original.contains(UInt8(ascii: "\n")) || original.contains(UInt8(ascii: "\r"))
            hasCapitals = original.indices.contains { place in
                switch original[place] {
                case 0x41...0x5A: return true
                case 0x90...0xAF where place > 0: return original[place - 1] == 0xD0 || original[place - 1] == 0xCE
                default: return false
                }
            }
        }

        func isLineEnd(_ place: Int) -> Bool {
            hasLines && bytes(place).contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        }

        /// Of a letter that has a capital.
        func isSmallLetter(_ place: Int) -> Bool {
            var iterator = bytes(place).makeIterator()
            var decoder = UTF8()
            guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return false }
            if scalar.value < 0x80 { return (0x61...0x7A).contains(scalar.value) }
            return scalar.properties.isLowercase && scalar.properties.changesWhenUppercased
        }

        private func bytes(_ place: Int) -> UnsafeRawBufferPointer.SubSequence {
            let range = edits.sourceRange(of: place - start..<place - start + 1)
            return original[min(range.lowerBound, original.count)..<min(range.upperBound, original.count)]
        }
    }
}
