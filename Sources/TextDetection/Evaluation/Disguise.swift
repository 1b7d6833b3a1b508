/// Ways in which people write so that word lists don't see it. Made for measuring: what a text scores, and what it
/// scores disguised.
package enum Disguise: String, CaseIterable, Sendable {
    /// "4774ck", in Latin and Cyrillic script.
    case leet
    /// "a t t a c k", two spaces between words.
    case spaces
    /// Characters of no width between letters.
    case zeroWidth = "zero-width"
    /// "ａｔｔａｃｋ".
    case fullWidth = "full-width"
    /// Letters that look the same: Cyrillic for Latin, Latin for Cyrillic, Persian for Arabic and back.
    case lookAlikes = "look-alikes"
    /// "ᴀᴛᴛᴀᴄᴋ".
    case smallCapitals = "small-capitals"
    /// "ⓐⓣⓣⓐⓒⓚ" and "🅰🆃🆃🅰🅲🅺".
    case enclosed
    /// Words written backwards between control characters that turn them (U+202E, U+202C), or the whole text.
    case reversed
    /// "at*ack": one letter of a word is a sign.
    case masked
    /// "attaaaack".
    case repeated
    /// Soft hyphens between letters.
    case softHyphen = "soft-hyphen"
    /// Vowel signs and kashida, in Arabic script.
    case arabicMarks = "arabic-marks"
    /// Each word in one of the other ways.
    case mixed

    /// The text in this disguise; the same text and seed give the same.
    ///
    /// - Returns: nil if it changes nothing, as small capitals don't in Arabic.
    package func apply(to text: String, seed: UInt64 = 1) -> String? {
        var chance = Chance(seed ^ FeatureHash.fingerprint(text.utf8))
        if self == .reversed, chance.below(2) == 0, text.contains(where: \.isLetter) { return Disguise.turned(text) }
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let disguised = words.map { word in
            self == .mixed ? Disguise.mixed(word, &chance) : disguise(word, &chance)
        }
        let separator = self == .spaces ? "  " : " "
        let result = disguised.joined(separator: separator)
        // By bytes: Swift takes texts for equal that only look the same.
        return result.utf8.elementsEqual(words.joined(separator: separator).utf8) ? nil : result
    }

    private static func mixed(_ word: Substring, _ chance: inout Chance) -> String {
        let others = allCases.filter { $0 != .mixed && $0 != .spaces }
        let start = chance.below(others.count)
        for offset in others.indices {
            let other = others[(start + offset) % others.count]
            let disguised = other.disguise(word, &chance)
            if !disguised.utf8.elementsEqual(word.utf8) { return disguised }
        }
        return String(word)
    }

    private func disguise(_ word: Substring, _ chance: inout Chance) -> String {
        let letters = word.unicodeScalars.filter(\.isLetter).count
        guard letters >= 3 else { return String(word) }
        switch self {
        case .leet: return DisguiseLetters.replacing(word, DisguiseLetters.leet, &chance)
        case .fullWidth: return DisguiseLetters.replacing(word, DisguiseLetters.fullWidth, &chance)
        case .lookAlikes: return DisguiseLetters.replacing(word, DisguiseLetters.lookAlikes, &chance)
        case .smallCapitals: return DisguiseLetters.replacing(word, DisguiseLetters.smallCapitals, &chance)
        case .enclosed:
            let letters = chance.below(2) == 0 ? DisguiseLetters.circled : DisguiseLetters.squared
            return DisguiseLetters.replacing(word, letters, &chance)
        case .reversed: return Disguise.turned(word)
        case .spaces: return letters < 4 ? String(word) : Disguise.between(word) { _ in " " }
        case .zeroWidth: return Disguise.between(word) { chance.below(2) == 0 ? "\u{200B}" : ($0 ? "\u{2060}" : "") }
        case .softHyphen: return Disguise.between(word) { _ in chance.below(2) == 0 ? "\u{AD}" : "" }
        case .arabicMarks:
            guard word.unicodeScalars.contains(where: \.isArabicLetter) else { return String(word) }
            return Disguise.between(word) { _ in ["\u{64E}", "\u{650}", "\u{64F}", "\u{640}", ""][chance.below(5)] }
        case .masked:
            guard letters >= 4 else { return String(word) }
            let sign: Unicode.Scalar = ["*", "%", "_", "."][chance.below(4)]
            return Disguise.changing(word, 1 + chance.below(letters - 2)) { _ in [sign] }
        case .repeated:
            let count = 3 + chance.below(3)
            return Disguise.changing(word, chance.below(letters)) { Array(repeating: $0, count: count) }
        case .mixed: return String(word)
        }
    }

    /// Shown as it was: right-to-left override for what runs to the right, left-to-right for what runs to the left.
    private static func turned(_ text: some StringProtocol) -> String {
        let runsLeft = text.unicodeScalars.contains(where: \.isArabicLetter)
        return (runsLeft ? "\u{202D}" : "\u{202E}") + String(text.reversed()) + "\u{202C}"
    }

    /// Puts something between letters that stand beside each other, and their marks; `isFirst` between the first two.
    private static func between(_ word: Substring, _ filler: (_ isFirst: Bool) -> String) -> String {
        var out = ""
        var wasLetter = false
        var isFirst = true
        for scalar in word.unicodeScalars {
            if wasLetter, scalar.isLetter {
                out.unicodeScalars.append(contentsOf: filler(isFirst).unicodeScalars)
                isFirst = false
            }
            out.unicodeScalars.append(scalar)
            wasLetter = scalar.isLetter
        }
        return out
    }

    private static func changing(
        _ word: Substring, _ position: Int, _ change: (Unicode.Scalar) -> [Unicode.Scalar]
    ) -> String {
        var out = String.UnicodeScalarView()
        var letter = 0
        for scalar in word.unicodeScalars {
            guard scalar.isLetter else {
                out.append(scalar)
                continue
            }
            if letter == position { out.append(contentsOf: change(scalar)) } else { out.append(scalar) }
            letter += 1
        }
        return String(out)
    }
}

/// Numbers that follow from a seed (SplitMix64; Steele, Lea and Flood, 2014).
struct Chance {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func below(_ count: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ mixed >> 31) % UInt64(count))
    }
}

extension Unicode.Scalar {
    fileprivate var isLetter: Bool { properties.isAlphabetic && properties.canonicalCombiningClass == .notReordered }
    fileprivate var isArabicLetter: Bool { (0x620...0x6D3).contains(value) && isLetter }
}
