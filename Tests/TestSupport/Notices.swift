/// Made-up notices of one genre, of invented people and places, and copies of them with words exchanged.
package struct Notices {
    private var random: SplitMix64

    package init(seed: UInt64) { random = SplitMix64(seed: seed) }

    private static let sentences = [
        "The market of @ opens at # on the square by the river, as it does every week.",
        "@ from @ brings @ and @ in baskets and sells them until noon.",
        "Who wants to help may write to @ before the end of @; # helpers are still needed.",
        "Last year # visitors came to @, and most of them asked for @.",
        "The bus to @ leaves at # from the old mill and comes back with @ at #.",
        "On the hill above @ the choir of @ sings # songs about @ and the sea.",
        "Children paint @ with @, and # of the pictures hang in the hall of @.",
        "If it rains, @ moves everything to the barn of @, where @ keeps # chairs.",
    ]
    private static let syllables = [
        "ba", "lo", "mi", "ter", "vas", "ko", "rin", "del", "su", "ha", "gro", "ni", "fel", "tu", "mar", "ez",
    ]

    private mutating func name() -> String {
        let parts = (0..<3).map { _ in Notices.syllables[Int.random(in: 0..<16, using: &random)] }
        return parts.joined()
    }

    /// Of so many words, in sentences of the genre with names of its own.
    package mutating func notice(words count: Int) -> String {
        var words: [String] = []
        while words.count < count {
            let sentence = Notices.sentences[Int.random(in: 0..<Notices.sentences.count, using: &random)]
            for word in sentence.split(separator: " ") {
                switch word.first {
                case "@": words.append(name() + word.dropFirst())
                case "#": words.append("\(Int.random(in: 2...99, using: &random))" + word.dropFirst())
                default: words.append(String(word))
                }
            }
        }
        return words.prefix(count).joined(separator: " ")
    }

    /// The same with a share of the words exchanged, each time others.
    package mutating func copy(of text: String, exchanging share: Double) -> String {
        text.split(separator: " ").map { word in
            Double.random(in: 0..<1, using: &random) < share ? name() : String(word)
        }.joined(separator: " ")
    }

    /// A text without spaces, of so many letters of a script, evenly.
    package mutating func unspaced(_ letters: ClosedRange<UInt32>, count: Int) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<count {
            if let letter = Unicode.Scalar(UInt32.random(in: letters, using: &random)) { text.append(letter) }
        }
        return String(text)
    }

    /// The same with a share of the letters exchanged.
    package mutating func unspacedCopy(of text: String, _ letters: ClosedRange<UInt32>, exchanging share: Double)
        -> String
    {
        var copy = String.UnicodeScalarView()
        for letter in text.unicodeScalars {
            let other = Unicode.Scalar(UInt32.random(in: letters, using: &random)) ?? letter
            copy.append(Double.random(in: 0..<1, using: &random) < share ? other : letter)
        }
        return String(copy)
    }
}
