/// What the classifier takes n-grams of: a folded text as letters and digits, one space for all that stands between
/// words, with what only disguises undone.
///
/// 1. Letters and digits stay; everything else separates, and counts as one space. The list begins and ends with one.
/// 2. In a word with letters 0 1 3 4 5 7 @ $ are letters ("4tt4ck"); in a Cyrillic one 0 3 4 6. Where that was so of
///    three in a text, words without any letter are read that way too ("57473").
/// 3. `*`, `%`, `_` and `.` within a word stand for a letter that was masked: one `*`.
/// 4. Of a run of equal symbols one stays ("attaaack", but "attack" too).
/// 5. Three or more symbols in a row that each stand alone are a word ("a t t a c k"); wider gaps between some of them
///    part words ("b u r n  i t"), and so does an apostrophe ("l'a t t a q u e").
/// 6. Greek, Cyrillic and Armenian letters that look like Latin ones are those, in every word: folding reads only words
///    that way that mix scripts, and a model needs no more than that all ways of writing a word are one.
/// 7. A word with masked letters is the word of the model's vocabulary that it shows, if there is one; else it is read
///    as `Unknown` says.
///
/// `load-tests/text-model/features.py` does the same; what changes here must change there, and needs a new model.
struct FeatureSymbols {
    static let space: UInt32 = 0x20
    static let mask = UInt32(UInt8(ascii: "*"))
    /// Letters that `readAsLatin` knows.
    private static let lookAlikes: Range<UInt32> = 0x370..<0x590
    /// So many signs are looked past for the letter that a sign stands beside.
    static let farthest = 16
    /// Symbols that may be read behind the last one.
    static let padding = 8

    /// How a word is read whose masked letters nobody knows.
    enum Unknown {
        /// With `mask` where the signs are.
        case masked
        /// Not at all.
        case leftOut
        /// Without the signs.
        case bare
    }

    private(set) var symbols: UnsafeMutablePointer<UInt32>
    /// Where in the folded text each symbol begins.
    private(set) var places: UnsafeMutablePointer<UInt32>
    private(set) var count = 0
    private var capacity: Int
    /// Signs that were read as letters beside Latin ones.
    var substitutes = 0
    /// Whether such signs are letters in words without any, too.
    private(set) var readsSignsAlone = false
    private var hasLookAlikes = false
    private var hasMasks = false
    /// Words of the text, counted only where some have masked letters; and those whose letters nobody knows.
    private(set) var wordCount = 0
    private(set) var unknownCount = 0

    init(capacity: Int = 4_096) {
        self.capacity = capacity
        symbols = .allocate(capacity: capacity)
        places = .allocate(capacity: capacity)
    }

    func deallocate() {
        symbols.deallocate()
        places.deallocate()
    }

    /// - Parameters:
    ///   - text: folded, UTF-8; bytes that are none separate.
    ///   - vocabulary: what words with masked letters are looked up in.
    ///   - isWideGap: whether the white space that became a space of the folded text, at this place, was more than one
    ///     character. Asked only about single bytes between symbols that stand alone; two part words anyway.
    mutating func read(
        _ text: UnsafeBufferPointer<UInt8>, vocabulary: ClassifierVocabulary = ClassifierVocabulary(),
        unknown: Unknown = .masked, isWideGap: (_ place: Int) -> Bool = { _ in false }
    ) {
        substitutes = 0
        readsSignsAlone = false
        readOnce(text, isWideGap)
        if substitutes >= 3 {
            readsSignsAlone = true
            readOnce(text, isWideGap)
        }
        if hasLookAlikes { readAsLatin() }
        (wordCount, unknownCount) = (0, 0)
        if hasMasks { unmask(by: vocabulary, unknown) }
        for index in 0..<FeatureSymbols.padding { symbols[count + index] = 0 }
    }

    @inline(never)
    private mutating func readOnce(_ text: UnsafeBufferPointer<UInt8>, _ isWideGap: (_ place: Int) -> Bool) {
        reserve(text.count + 2 + FeatureSymbols.padding)
        (hasLookAlikes, hasMasks) = (false, false)
        var row = Row(self)
        row.append(FeatureSymbols.space, at: 0)
        var place = 0
        let meanings = FeatureSymbols.meanings
        while true {
            // Where words and lines end nobody can guess, so nothing here asks.
            while place < text.count {
                let symbol = UInt32(meanings[Int(text[place])])
                guard symbol < 0x80 else { break }
                row.append(symbol, at: place)
                place &+= 1
            }
            guard place < text.count else { break }
            var symbol = UInt32(text[place])
            var length = 1
            if symbol < 0x80 {
                count = row.count
                symbol = meaning(of: symbol, text, place)
                hasMasks = hasMasks || symbol == FeatureSymbols.mask
            } else {
                (symbol, length) = FeatureSymbols.character(text, place)
                if FeatureSymbols.separates(symbol) { symbol = FeatureSymbols.space }
                hasLookAlikes = hasLookAlikes || symbol &- FeatureSymbols.lookAlikes.lowerBound < 0x220
            }
            row.append(symbol, at: place)
            place += length
        }
        row.append(FeatureSymbols.space, at: text.count)
        count = row.count
        if row.mayJoin { join(text, isWideGap) }
    }

    /// Symbols as they are written, one behind the other and none twice in a row.
    private struct Row {
        private let symbols: UnsafeMutablePointer<UInt32>
        private let places: UnsafeMutablePointer<UInt32>
        private(set) var count = 0
        private var last: UInt32 = 0
        /// Of the last eight symbols which were spaces, the last in the lowest bit.
        private var spaces: UInt8 = 0
        private var threeAlone: UInt8 = 0

        init(_ symbols: FeatureSymbols) {
            self.symbols = symbols.symbols
            places = symbols.places
        }

        /// Written in any case, and kept if it differs: no branch to be guessed.
        @inline(__always)
        mutating func append(_ symbol: UInt32, at place: Int) {
            symbols[count] = symbol
            places[count] = UInt32(truncatingIfNeeded: place)
            let isNew: UInt8 = symbol == last ? 0 : 1
            count &+= Int(isNew)
            last = symbol
            spaces = spaces &<< isNew | (symbol == FeatureSymbols.space ? 1 : 0)
            threeAlone |= spaces & 0b101_0101 == 0b101_0101 ? 1 : 0
        }

        /// Whether there are three symbols that each stand alone, one behind the other.
        var mayJoin: Bool { threeAlone != 0 }
    }

    @inline(__always)
    private mutating func append(_ symbol: UInt32, at place: Int) {
        if count > 0, symbols[count - 1] == symbol { return }
        symbols[count] = symbol
        places[count] = UInt32(truncatingIfNeeded: place)
        count += 1
    }

    private mutating func reserve(_ needed: Int) {
        guard capacity < needed else { return }
        deallocate()
        self = FeatureSymbols(capacity: max(needed, 2 * capacity))
    }

    /// Takes the spaces out between three or more symbols that each stand alone, but for the wider ones.
    @inline(never)
    private mutating func join(_ text: UnsafeBufferPointer<UInt8>, _ isWideGap: (_ place: Int) -> Bool) {
        let all = count
        var read = 1
        count = 1
        while read < all {
            var end = read
            while end + 3 < all, symbols[end + 1] == FeatureSymbols.space, symbols[end + 3] == FeatureSymbols.space,
                symbols[end] != FeatureSymbols.space, symbols[end + 2] != FeatureSymbols.space
            {
                end += 2
            }
            // `read` to `end`, every other one, stand alone, if the first does.
            if symbols[read - 1] == FeatureSymbols.space, end - read >= 4 {
                func isWide(_ gap: Int) -> Bool {
                    let place = Int(places[gap])
                    return places[gap + 1] - places[gap] > 1 || text[place] == UInt8(ascii: "'") || isWideGap(place)
                }
                // Gaps that are all wide part nothing.
                let parts = !stride(from: read + 1, to: end, by: 2).allSatisfy(isWide)
                for index in read...end {
                    if (index - read) % 2 == 1, !parts || !isWide(index) { continue }
                    append(symbols[index], at: Int(places[index]))
                }
                read = end + 1
            } else {
                append(symbols[read], at: Int(places[read]))
                read += 1
            }
        }
    }

    @inline(never)
    private mutating func readAsLatin() {
        let (symbols, places, latin) = (symbols, places, FeatureSymbols.latin)
        let (lower, letters) = (FeatureSymbols.lookAlikes.lowerBound, UInt32(FeatureSymbols.lookAlikes.count))
        var (next, last) = (1, symbols[0])
        for index in 1..<count {
            var symbol = symbols[index]
            let letter = symbol &- lower
            if letter < letters { symbol = latin[Int(letter)] }
            // Written in any case, and kept if it differs: no branch to be guessed.
            symbols[next] = symbol
            places[next] = places[index]
            next &+= symbol == last ? 0 : 1
            last = symbol
        }
        count = next
    }

    /// Of each letter of `lookAlikes` the Latin one that it is mistaken for, or itself.
    private nonisolated(unsafe) static let latin: UnsafePointer<UInt32> = {
        // One for the process, written before anybody has it.
        let table = UnsafeMutablePointer<UInt32>.allocate(capacity: lookAlikes.count)
        for (index, code) in lookAlikes.enumerated() {
            let latin = UInt32(FoldTable.shared.latin(for: code))
            (table + index).initialize(to: latin == 0 ? code : latin)
        }
        return UnsafePointer(table)
    }()

    /// Words with masked letters, as the words that they stand for; none of those is longer.
    @inline(never)
    private mutating func unmask(by vocabulary: ClassifierVocabulary, _ unknown: Unknown) {
        let all = count
        var start = 1
        count = 1
        for read in 1..<all where symbols[read] == FeatureSymbols.space {
            let word = UnsafeBufferPointer(start: symbols + start, count: read - start)
            wordCount += 1
            if let known = vocabulary.reading(of: word) {
                for index in 0..<known.count {
                    append(vocabulary.symbol(index, of: known), at: Int(places[start + index]))
                }
            } else {
                let isUnknown = word.contains(FeatureSymbols.mask)
                unknownCount += isUnknown ? 1 : 0
                if !isUnknown || unknown != .leftOut {
                    for place in start..<read
                    where !isUnknown || unknown == .masked || symbols[place] != FeatureSymbols.mask {
                        append(symbols[place], at: Int(places[place]))
                    }
                }
            }
            append(FeatureSymbols.space, at: Int(places[read]))
            start = read + 1
        }
    }
}
