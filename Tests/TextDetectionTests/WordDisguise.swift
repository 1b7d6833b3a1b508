import TestSupport

/// The thirteen disguises of docs/text.md, applied at random. `load-tests/text/disguises.py` has the same, for many more.
enum WordDisguise: String, CaseIterable {
    case leet, spaces, zeroWidth, fullWidth, lookalikes, smallCapitals, enclosed, turned, masked, repeated, softHyphen
    case marks, mixed

    /// nil where the word's script has no such letters.
    func apply(to word: String, _ random: inout SplitMix64) -> String? {
        switch self {
        case .leet: return replaced(word, WordDisguise.leetSigns, atLeast: 1, &random)
        case .spaces:
            return word.map(String.init).joined(separator: [" ", ".", "-", " . "].randomElement(using: &random) ?? " ")
        case .zeroWidth: return scattered(word, ["\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}", "\u{FEFF}"], &random)
        case .softHyphen: return scattered(word, ["\u{AD}"], &random)
        case .marks:
            let isArabic = word.unicodeScalars.contains { (0x600..<0x700).contains($0.value) }
            return scattered(
                word,
                isArabic
                    ? ["\u{64E}", "\u{650}", "\u{651}", "\u{640}", "\u{652}"]
                    : ["\u{301}", "\u{308}", "\u{336}", "\u{323}"],
                &random)
        case .fullWidth: return latin(word) { Unicode.Scalar(0xFF41 + $0) }
        case .enclosed: return latin(word) { Unicode.Scalar((Bool.random(using: &random) ? 0x24D0 : 0x1F170) + $0) }
        case .smallCapitals: return latin(word) { WordDisguise.smallLetters[Int($0)] }
        case .lookalikes: return replaced(word, WordDisguise.similar, atLeast: 1, &random)
        case .turned:
            let isArabic = word.unicodeScalars.contains { (0x600..<0x700).contains($0.value) }
            return (isArabic ? "\u{202D}" : "\u{202E}") + String(word.reversed()) + "\u{202C}"
        case .masked: return masked(word, &random)
        case .repeated:
            let letters = Array(word)
            let place = Int.random(in: 0..<letters.count, using: &random)
            return letters.enumerated().map {
                String(repeating: $1, count: $0 == place ? Int.random(in: 3...6, using: &random) : 1)
            }.joined()
        case .mixed:
            let first = [WordDisguise.zeroWidth, .softHyphen, .marks].randomElement(using: &random) ?? .marks
            let second = [WordDisguise.leet, .lookalikes, .repeated].randomElement(using: &random) ?? .repeated
            return second.apply(to: word, &random).flatMap { first.apply(to: $0, &random) }
        }
    }

    /// The view that has to find it.
    var view: [String] {
        switch self {
        case .leet: ["leet"]
        case .spaces: ["despaced"]
        case .masked: ["masked"]
        case .mixed: ["leet"]
        default: ["word"]
        }
    }

    private static let leetSigns: [Character: [Character]] = [
        "a": ["4", "@"], "e": ["3"], "i": ["1"], "l": ["1"], "o": ["0"], "s": ["5", "$"], "t": ["7"], "о": ["0"],
        "а": ["4", "@"],
        "е": ["3"], "з": ["3"], "т": ["7"], "и": ["1"], "ع": ["3"], "ح": ["7"], "خ": ["5"], "ا": ["1"],
    ]

    private static let similar: [Character: [Character]] = [
        "a": ["а", "α"], "c": ["с"], "e": ["е"], "i": ["і"], "o": ["о", "ο"], "p": ["р"], "s": ["ѕ"], "x": ["х"],
        "y": ["у"],
        "k": ["к"], "m": ["м"], "t": ["т"], "h": ["һ"], "j": ["ј"], "n": ["η"], "u": ["υ"], "v": ["ν"],
        "а": ["a"], "с": ["c"], "е": ["e"], "о": ["o"], "р": ["p"], "х": ["x"], "у": ["y"], "к": ["k"], "м": ["m"],
        "т": ["t"],
        "ي": ["ی", "ى"], "ك": ["ک", "ڪ"], "ه": ["ہ", "ە"], "ا": ["أ", "إ", "ٱ"], "ی": ["ي"], "ک": ["ك"], "ہ": ["ه"],
        "ھ": ["ه"],
    ]

    private static let smallLetters = Array("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ".unicodeScalars)

    private func replaced(
        _ word: String, _ table: [Character: [Character]], atLeast: Int, _ random: inout SplitMix64
    ) -> String? {
        var letters = Array(word)
        let places = letters.indices.filter { table[letters[$0]] != nil }.shuffled(using: &random)
        guard places.count >= atLeast else { return nil }
        // One letter at least stays what it is: words of signs alone are numbers.
        let most = min(places.count, letters.count - 1)
        guard most >= 1 else { return nil }
        for place in places.prefix(Int.random(in: 1...most, using: &random)) {
            letters[place] = table[letters[place]]?.randomElement(using: &random) ?? letters[place]
        }
        return String(letters)
    }

    private func scattered(_ word: String, _ signs: [String], _ random: inout SplitMix64) -> String {
        var out = ""
        for (place, letter) in word.unicodeScalars.enumerated() {
            if place > 0, place == 1 || Bool.random(using: &random) { out += signs.randomElement(using: &random) ?? "" }
            out.unicodeScalars.append(letter)
        }
        return out
    }

    private func latin(_ word: String, _ letter: (UInt32) -> Unicode.Scalar?) -> String? {
        guard word.unicodeScalars.allSatisfy({ ("a"..."z").contains($0) }) else { return nil }
        var out = String.UnicodeScalarView()
        for scalar in word.unicodeScalars { out.append(letter(scalar.value - 97) ?? scalar) }
        return String(out)
    }

    private func masked(_ word: String, _ random: inout SplitMix64) -> String {
        var letters = Array(word)
        let sign: Character = ["*", "%", ".", "_"].randomElement(using: &random) ?? "*"
        let inner = (1..<letters.count - 1).shuffled(using: &random)
        for place in inner.prefix(Int.random(in: 1...max(1, min(2, letters.count / 3)), using: &random)) {
            letters[place] = sign
        }
        return String(letters)
    }
}

/// Made-up words of a language's letters and syllables.
enum MadeUpWords {
    static let languages = ["id", "ar", "en", "ru", "fr", "de", "ur"]

    private static let syllables: [String: [String]] = [
        "id": ["ba", "ker", "ta", "me", "nyu", "lang", "si", "ru", "pan", "ga", "do", "tir", "ka", "mu", "sen", "ji"],
        "ar": ["با", "كر", "تا", "مي", "نو", "لج", "سي", "رو", "بن", "غا", "دو", "حير", "عا", "مو", "شه", "خي"],
        "en": [
            "bar", "ken", "ta", "me", "ster", "lan", "ing", "ro", "pack", "gle", "dow", "ther", "ca", "mu", "sen",
            "light",
        ],
        "ru": ["ба", "кер", "та", "ме", "сту", "лан", "зи", "ро", "пак", "гле", "дов", "тир", "ка", "му", "сен", "ий"],
        "fr": [
            "ba", "cré", "tou", "mé", "neau", "lan", "ci", "rou", "pan", "ga", "do", "tière", "ca", "mu", "sen", "ç",
        ],
        "de": [
            "ba", "krä", "tung", "me", "nü", "lang", "sche", "ro", "pan", "gö", "dor", "tisch", "ka", "mu", "sen", "ß",
        ],
        "ur": ["با", "کر", "تا", "می", "نو", "لچ", "سی", "رو", "پن", "گا", "دو", "ٹیر", "عا", "مو", "شہ", "کھ"],
    ]

    static func word(_ language: String, _ random: inout SplitMix64) -> String {
        let syllables = syllables[language] ?? []
        var word = ""
        repeat {
            word += syllables.randomElement(using: &random) ?? ""
        } while word.count < 5 || Int.random(in: 0..<3, using: &random) == 0
        return word
    }
}
