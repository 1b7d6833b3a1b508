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
        "Nobody in @ remembers a winter with so much snow, says @, who is # years old.",
        "A dog named @ was found near the bridge and waits at the station for its owner.",
        "The library lends # new books this month, among them three by @ on gardens.",
        "Two boats from @ race around the island on @; whoever is last cooks for all.",
        "@ repairs clocks, bicycles and radios in the shed behind the school of @.",
        "Between @ and @ the path is closed until the bridge has been painted.",
        "Bakers from # villages meet at the lake to compare their bread with that of @.",
        "In the evening @ shows slides of a walk from @ to the coast, with tea for everyone.",
        "The football team lost by # goals against @ but sang all the way home.",
        "Seeds of @ can be swapped on the first floor, next to the table with maps.",
        "For # coins you may ride the small train that @ built out of old barrels.",
        "Our teacher @ asks for jars, string and paper for the kites of the youngest.",
        "Whoever finds the key of the chapel in @ please gives it to the ferryman.",
        "The orchestra rehearses on the meadow since the roof of the hall leaks again.",
        "After # years the well of @ carries water, and the mayor drank the first cup.",
        "Bring boots: the meadow behind @ is wet and the geese of @ are not friendly.",
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
