/// Digits and signs for letters, each as what it is or as any letter that it is used for: `t3rr0r`, `m4x1m4l`.
///
/// A word must have a letter, or `142,460` were one; and a number with a letter or two behind it (`1st`, `50s`, `10km`)
/// is a number.
enum LeetReading: WordReading {
    static let signs = "@$"

    /// Letters of each digit or sign: Latin; Cyrillic; Arabic, by shape or as in Latin transcriptions.
    private static let letters: [(sign: Unicode.Scalar, letters: String)] = [
        ("0", "oо"), ("1", "ilиіا"), ("3", "eезэع"), ("4", "aач"), ("5", "sсخه"), ("7", "tтح"), ("@", "aа"),
        ("$", "sс"),
    ]

    private static let readings: [UInt32: Set<UInt32>] = Dictionary(
        uniqueKeysWithValues: letters.map { ($0.sign.value, Set($0.letters.unicodeScalars.map(\.value))) })

    /// Characters that may be read alike have the same number.
    private static let classes: [UInt32: UInt32] = {
        var classes: [UInt32: UInt32] = [:]
        for (number, (sign, letters)) in letters.enumerated() {
            let known = letters.unicodeScalars.lazy.compactMap { classes[$0.value] }.first ?? UInt32(number + 1)
            classes[sign.value] = known
            for letter in letters.unicodeScalars { classes[letter.value] = known }
        }
        return classes
    }()

    private static func key(_ word: [UInt32]) -> UInt64 { WordHash.of(word.lazy.map { classes[$0] ?? $0 }) }

    static func keys(ofKnown word: [UInt32]) -> [UInt64] { word.count < 3 ? [] : [key(word)] }

    static func keys(ofWritten word: [UInt32], _ body: (UInt64) -> Void) {
        if isDisguise(word) { body(key(word)) }
    }

    static func isDisguise(_ word: [UInt32]) -> Bool {
        var (letters, signs) = (0, 0)
        for code in word {
            if readings[code] != nil { signs += 1 } else if !code.isASCIIDigit { letters += 1 }
        }
        guard letters > 0, signs > 0 else { return false }
        let number = word.prefix { $0.isASCIIDigit }.count
        return number == 0 || word.count - number > 2
    }

    static func stands(_ written: [UInt32], for known: [UInt32]) -> Bool {
        guard written.count == known.count, written != known, isDisguise(written) else { return false }
        return zip(written, known).allSatisfy { $0 == $1 || readings[$0]?.contains($1) == true }
    }
}
