/// What the classifier takes n-grams of: a folded text as letters and digits, one space for all that stands between
/// words, with what only disguises undone.
///
/// 1. Letters and digits stay; everything else separates, and counts as one space. The list begins and ends with one.
/// 2. In a word with letters 0 1 3 4 5 7 @ $ are letters ("4tt4ck"); in a Cyrillic one 0 3 4 6. Where that was so of
///    three in a text, words without any letter are read that way too ("57473").
/// 3. `*`, `%`, `_` and `.` within a word stand for a letter that was masked: one `*`.
/// 4. Of a run of equal symbols one stays ("attaaack", but "attack" too).
/// 5. Three or more symbols in a row that each stand alone are a word ("a t t a c k"); wider gaps between some of them
///    part words ("b u r n  i t").
///
/// `load-tests/text-model/features.py` does the same; what changes here must change there, and needs a new model.
struct FeatureSymbols {
    static let space: UInt32 = 0x20
    static let mask = UInt32(UInt8(ascii: "*"))
    /// Symbols that may be read behind the last one.
    static let padding = 8

    private(set) var symbols: UnsafeMutablePointer<UInt32>
    /// Where in the folded text each symbol begins.
    private(set) var places: UnsafeMutablePointer<UInt32>
    private(set) var count = 0
    private var capacity: Int
    /// Signs that were read as letters beside Latin ones.
    private var substitutes = 0
    /// Whether such signs are letters in words without any, too.
    private var readsSignsAlone = false

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
    ///   - isWideGap: whether the white space that became a space of the folded text, at this place, was more than one
    ///     character. Asked only about single bytes between symbols that stand alone; two part words anyway.
    mutating func read(_ text: UnsafeBufferPointer<UInt8>, isWideGap: (_ place: Int) -> Bool = { _ in false }) {
        substitutes = 0
        readsSignsAlone = false
        readOnce(text, isWideGap)
        guard substitutes >= 3 else { return }
        readsSignsAlone = true
        readOnce(text, isWideGap)
    }

    private mutating func readOnce(_ text: UnsafeBufferPointer<UInt8>, _ isWideGap: (_ place: Int) -> Bool) {
        reserve(text.count + 2 + FeatureSymbols.padding)
        count = 0
        append(FeatureSymbols.space, at: 0)
        var place = 0
        var start = count
        var alone = 0
        var mayJoin = false
        let ascii = FeatureSymbols.ascii
        while place < text.count {
            let byte = text[place]
            var symbol: UInt32
            var length = 1
            if byte < 0x80 {
                symbol = UInt32(ascii[Int(byte)])
                if symbol > FeatureSymbols.space, symbol < 0x80 {
                    place = appendPlain(text, place, ascii)
                    continue
                }
                if symbol > 0x80 { symbol = meaning(of: symbol & 0x7F, text, place) }
            } else {
                (symbol, length) = FeatureSymbols.character(text, place)
                if FeatureSymbols.separates(symbol) { symbol = FeatureSymbols.space }
            }
            if symbol == FeatureSymbols.space {
                alone = count - start == 1 ? alone + 1 : count > start ? 0 : alone
                mayJoin = mayJoin || alone >= 3
                append(symbol, at: place)
                start = count
            } else {
                append(symbol, at: place)
            }
            place += length
        }
        alone = count - start == 1 ? alone + 1 : alone
        append(FeatureSymbols.space, at: text.count)
        if mayJoin || alone >= 3 { join(isWideGap) }
        for index in 0..<FeatureSymbols.padding { symbols[count + index] = 0 }
    }

    /// Letters and digits that stand for themselves, as far as they go.
    ///
    /// - Returns: the place behind them.
    @inline(__always)
    private mutating func appendPlain(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ ascii: UnsafePointer<UInt8>
    ) -> Int {
        let (symbols, places) = (symbols, places)
        var (next, place) = (count, start)
        var last = symbols[next - 1]
        while place < text.count {
            let byte = text[place]
            guard byte < 0x80 else { break }
            let symbol = UInt32(ascii[Int(byte)])
            guard symbol > FeatureSymbols.space, symbol < 0x80 else { break }
            // Written in any case, and kept if it differs: no branch to be guessed.
            symbols[next] = symbol
            places[next] = UInt32(truncatingIfNeeded: place)
            next &+= symbol == last ? 0 : 1
            last = symbol
            place &+= 1
        }
        count = next
        return place
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
    private mutating func join(_ isWideGap: (_ place: Int) -> Bool) {
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
                    places[gap + 1] - places[gap] > 1 || isWideGap(Int(places[gap]))
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
}

extension FeatureSymbols {
    /// Letters and digits as themselves, what may be a letter with the highest bit set, all else as space.
    private nonisolated(unsafe) static let ascii: UnsafePointer<UInt8> = {
        // One for the process, written before anybody has it.
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 128)
        for code in 0..<128 { (table + code).initialize(to: meaning(ofASCII: code)) }
        return UnsafePointer(table)
    }()

    private static func meaning(ofASCII code: Int) -> UInt8 {
        switch UInt8(code) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "2"), UInt8(ascii: "8"), UInt8(ascii: "9"): UInt8(code)
        // The folded text has no capitals.
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt8(code) | 0x20
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "@"), UInt8(ascii: "$"), UInt8(ascii: "*"),
            UInt8(ascii: "%"), UInt8(ascii: "_"), UInt8(ascii: "."):
            UInt8(code) | 0x80
        default: 0x20
        }
    }

    /// A digit or sign that may stand for a letter.
    @inline(never)
    private mutating func meaning(of code: UInt32, _ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> UInt32 {
        let last = symbols[count - 1]
        switch UInt8(code) {
        case UInt8(ascii: "*"), UInt8(ascii: "%"), UInt8(ascii: "_"), UInt8(ascii: "."):
            guard FeatureSymbols.isLetter(last), place + 1 < text.count else { return FeatureSymbols.space }
            let (next, length) = FeatureSymbols.character(text, place + 1)
            guard FeatureSymbols.isLetter(next) else { return FeatureSymbols.space }
            // Between letters that stand alone it separates: "a.t.t.a.c.k".
            let isBehindTwo = count >= 2 && FeatureSymbols.isLetter(symbols[count - 2])
            let after = place + 1 + length
            let isBeforeTwo = after < text.count && FeatureSymbols.isLetter(FeatureSymbols.character(text, after).code)
            return isBehindTwo || isBeforeTwo ? FeatureSymbols.mask : FeatureSymbols.space
        default:
            var neighbour = last
            if !FeatureSymbols.isLetter(last) {
                var next = place + 1
                while next < text.count, FeatureSymbols.isSubstitute(text[next]) { next += 1 }
                neighbour = next < text.count ? FeatureSymbols.character(text, next).code : FeatureSymbols.space
            }
            if let letter = FeatureSymbols.letter(UInt8(code), beside: neighbour) {
                substitutes += neighbour < 0x400 ? 1 : 0
                return letter
            }
            if readsSignsAlone, let letter = FeatureSymbols.letter(UInt8(code), beside: 0x61) { return letter }
            return (0x30...0x39).contains(code) ? code : FeatureSymbols.space
        }
    }

    private static func isSubstitute(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "@")
            || byte == UInt8(ascii: "$")
    }

    private static func letter(_ code: UInt8, beside neighbour: UInt32) -> UInt32? {
        if (0x61...0x7A).contains(neighbour) || (0xC0...0x24F).contains(neighbour) {
            switch code {
            case UInt8(ascii: "0"): return UInt32(UInt8(ascii: "o"))
            case UInt8(ascii: "1"): return UInt32(UInt8(ascii: "i"))
            case UInt8(ascii: "3"): return UInt32(UInt8(ascii: "e"))
            case UInt8(ascii: "4"), UInt8(ascii: "@"): return UInt32(UInt8(ascii: "a"))
            case UInt8(ascii: "5"), UInt8(ascii: "$"): return UInt32(UInt8(ascii: "s"))
            case UInt8(ascii: "7"): return UInt32(UInt8(ascii: "t"))
            default: return nil
            }
        }
        guard (0x400...0x4FF).contains(neighbour) else { return nil }
        switch code {
        case UInt8(ascii: "0"): return 0x43E
        case UInt8(ascii: "3"): return 0x437
        case UInt8(ascii: "4"): return 0x447
        case UInt8(ascii: "6"): return 0x431
        default: return nil
        }
    }

    private static func isLetter(_ code: UInt32) -> Bool {
        (0x61...0x7A).contains(code) || code >= 0x80 && !separates(code)
    }

    /// Of what is not ASCII: signs and punctuation by blocks, the same few everywhere.
    @inline(__always)
    static func separates(_ code: UInt32) -> Bool {
        if code < 0x600 {
            return code < 0xC0 && code != 0xAA && code != 0xB5 && code != 0xBA || code == 0xD7 || code == 0xF7
        }
        if code < 0x2000 {
            return code == 0x60C || code == 0x61B || code == 0x61F || (0x66A...0x66D).contains(code) || code == 0x6D4
        }
        return code < 0x2070 || (0x2E00...0x2E7F).contains(code) || (0x3000...0x303F).contains(code) || code == 0xFFFD
    }

    /// The code point at a place and its length in bytes; U+FFFD and one byte for what is no UTF-8.
    @inline(__always)
    static func character(_ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> (code: UInt32, length: Int) {
        let lead = UInt32(text[place])
        func trail(_ index: Int) -> UInt32 { UInt32(text[place + index] & 0x3F) }
        if lead < 0x80 { return (lead, 1) }
        if lead >= 0xC2, lead < 0xE0, place + 1 < text.count { return ((lead & 0x1F) << 6 | trail(1), 2) }
        if lead >= 0xE0, lead < 0xF0, place + 2 < text.count {
            return ((lead & 0x0F) << 12 | trail(1) << 6 | trail(2), 3)
        }
        if lead >= 0xF0, lead < 0xF5, place + 3 < text.count {
            return ((lead & 0x07) << 18 | trail(1) << 12 | trail(2) << 6 | trail(3), 4)
        }
        return (0xFFFD, 1)
    }
}
