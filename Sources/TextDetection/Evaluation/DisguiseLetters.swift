/// What letters are replaced by in disguises.
enum DisguiseLetters {
    typealias Table = [Unicode.Scalar: [Unicode.Scalar]]

    static let leet: Table = [
        "a": ["4", "@"], "e": ["3"], "i": ["1"], "o": ["0"], "s": ["5", "$"], "t": ["7"],
        "о": ["0"], "з": ["3"], "ч": ["4"], "б": ["6"],
    ]

    static let lookAlikes: Table = {
        var table = pairs("aceopxyijsh", "асеорхуіјѕһ")
        table.merge(pairs("асеорху", "aceopxy")) { first, _ in first }
        table.merge(pairs("كيىه", "کییہ")) { first, _ in first }
        table.merge(pairs("کیہ", "كيه")) { first, _ in first }
        return table
    }()

    static let smallCapitals = pairs("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ")
    static let fullWidth = shifted(to: 0xFF41)
    static let circled = shifted(to: 0x24D0)
    /// Negative squared, of capitals.
    static let squared = shifted(to: 0x1F170)

    static func replacing(_ word: Substring, _ table: Table, _ chance: inout Chance) -> String {
        var out = String.UnicodeScalarView()
        for scalar in word.unicodeScalars {
            let small = scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
            guard let choices = table[small] else {
                out.append(scalar)
                continue
            }
            out.append(choices[choices.count == 1 ? 0 : chance.below(choices.count)])
        }
        return String(out)
    }

    private static func pairs(_ from: String, _ to: String) -> Table {
        Table(uniqueKeysWithValues: zip(from.unicodeScalars, to.unicodeScalars.map { [$0] }))
    }

    private static func shifted(to first: UInt32) -> Table {
        var table: Table = [:]
        for offset in 0..<26 as Range<UInt32> {
            guard let letter = Unicode.Scalar(0x61 + offset), let other = Unicode.Scalar(first + offset) else {
                continue
            }
            table[letter] = [other]
        }
        return table
    }
}
