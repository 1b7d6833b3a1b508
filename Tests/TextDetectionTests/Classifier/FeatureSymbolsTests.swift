import TestSupport
import Testing

@testable import TextDetection

@Suite struct FeatureSymbolsTests {
    private func read(
        _ text: String, _ vocabulary: ClassifierVocabulary = ClassifierVocabulary(),
        _ unknown: FeatureSymbols.Unknown = .masked
    ) throws -> (text: String, places: [Int], bytes: [UInt8]) {
        let folded = try #require(FoldedText(text)).bytes
        var symbols = FeatureSymbols(capacity: 16)
        defer { symbols.deallocate() }
        folded.withUnsafeBufferPointer { symbols.read($0, vocabulary: vocabulary, unknown: unknown) }
        var view = String.UnicodeScalarView()
        for index in 0..<symbols.count { view.append(try #require(Unicode.Scalar(symbols.symbols[index]))) }
        return (String(view), (0..<symbols.count).map { Int(symbols.places[$0]) }, folded)
    }

    @Test(arguments: [
        ("", " "), ("...", " "), ("a", " a "), ("Two, words!", " two words "),
        ("attaaack", " atack "), ("Kaffee  Klatsch", " kafe klatsch "),
        // Letters by signs, in words with letters alone.
        ("4tt4ck", " atack "), ("5tr1ke @ 10:30", " strike 10 30 "), ("1337", " 137 "),
        ("$5 and m0n3y", " 5 and money "),
        ("б0мба 3автра", " бomбa зabtpa "), ("см0тр1", " cmotp1 "),
        ("57473 0f 1t", " 57473 of it "), ("57473 0f 7h3 4rt", " state of the art "), ("سلام 3", " سلام 3 "),
        // Masked letters, and signs that only separate.
        ("m*rket", " m*rket "), ("h%lp me_et", " h*lp me*et "), ("k*l", " k l "), ("End.Next", " end*next "),
        ("end. next", " end next "), ("*bold*", " bold "),
        // What is spelt out is put together, from three on.
        ("a t t a c k", " atack "), ("k i l l  them", " kil them "), ("a.t.t.a.c.k", " atack "), ("a b cd", " a b cd "),
        ("to a b c d is", " to abcd is "), ("a b, c d. e f", " ab cd ef "), ("a. b. c.", " abc "),
        ("да м и р", " дa mиp "), ("l'a t t a q u e", " l ataque "), ("d'a r m e, n'e n", " d arme n en "),
        ("a'b'c'd", " abcd "),
        ("日本語。テスト", " 日本語 テスト "), ("مرحبا، أهلا؟", " مرحبا اهلا "),
        // Letters that look like Latin ones are those: alone, among Latin ones, and in words of their own script.
        ("реасе", " peace "), ("рeace", " peace "), ("рынок", " pыhok "), ("pынок", " pыhok "), ("хор", " xop "),
        ("ножницы гяд", " hoжhицы rд "), ("τότε", " tote "),
    ])
    func golden(text: String, reads: String) throws {
        #expect(try read(text).text == reads)
    }

    /// As words are written so that only look-alikes and masks differ, they are read as one.
    @Test(arguments: [
        ("m*rket", " market "), ("m*rk%t", " market "), ("ma_ket!", " market "), ("at m.rket", " at market "),
        ("ba*l", " bal "), ("b*ll", " bal "), ("р*нок", " pыhok "), ("pын*к", " pыhok "), ("M*RKET", " market "),
        // The first that fits, and none where too little is shown or none fits.
        ("k*te", " kite "), ("k*ite", " kite "), ("m****t", " m t "), ("m*rked", " m*rked "), ("b*x", " b x "),
        ("m*rket m*rket m*ss", " market market m*s "),
    ])
    func maskedWordsAreLookedUp(text: String, reads: String) throws {
        let vocabulary = try ClassifierVocabulary(words: ["market", "bal", "pыhok", "kite", "kate", "marketplace"])
        #expect(try read(text, vocabulary).text == reads)
    }

    @Test func unknownWordsAreLeftOutOrBare() throws {
        let vocabulary = try ClassifierVocabulary(words: ["market"])
        #expect(try read("to the m*rket of l*skow now", vocabulary).text == " to the market of l*skow now ")
        #expect(try read("to the m*rket of l*skow now", vocabulary, .leftOut).text == " to the market of now ")
        #expect(try read("to the m*rket of l*skow now", vocabulary, .bare).text == " to the market of lskow now ")
        #expect(try read("l*skow", vocabulary, .leftOut).text == " ")
        #expect(try read("sel*led", vocabulary, .bare).text == " seled ")
    }

    /// Against looking at every word.
    @Test(arguments: UInt64(1)...60)
    func vocabulariesFindTheFirstWordThatFits(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        func word(_ letters: String) -> String {
            String(
                (0..<Int.random(in: 3...7, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
        }
        var words: [String] = []
        for _ in 0..<200 { words.append(word("abcы")) }
        let vocabulary = try ClassifierVocabulary(words: words)
        for _ in 0..<200 {
            let written = word("abcы**")
            let symbols = written.unicodeScalars.map(\.value)
            let found = symbols.withUnsafeBufferPointer { symbols in
                vocabulary.reading(of: symbols).map { word in
                    String(
                        String.UnicodeScalarView(
                            (0..<word.count).compactMap { Unicode.Scalar(vocabulary.symbol($0, of: word)) }))
                }
            }
            #expect(found == plainReading(written, words), "\(written)")
        }
    }

    private func plainReading(_ written: String, _ words: [String]) -> String? {
        let shown = written.count { $0 != "*" }
        guard let sign = written.firstIndex(of: "*"), shown >= 2, shown * 2 >= written.count else { return nil }
        // Masks stand between letters.
        guard written.first != "*", written.last != "*" else { return nil }
        func fits(_ written: String) -> String? {
            words.first { $0.count == written.count && zip(written, $0).allSatisfy { $0 == "*" || $0 == $1 } }
        }
        var shorter = written
        shorter.remove(at: sign)
        return fits(written) ?? fits(shorter)
    }

    /// Each digit looks for the letter that it stands beside: no farther than a few places.
    @Test func longRunsOfDigitsAreRead() throws {
        let digits = String(repeating: "10", count: 400_000)
        #expect(try read(digits + "a").places.count > 700_000)
    }

    /// Small letters are read in runs, as capitals are: both give the same.
    @Test(arguments: UInt64(1)...200)
    func lettersAreReadAsOneByOne(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let letters = Array((seed % 2 == 0 ? "abz  " : "abcdefgh ,2").utf8)
        for count in 0..<60 {
            let small = (0..<count).map { _ in letters.randomElement(using: &random) ?? 0x20 }
            let large = small.map { (0x61...0x7A).contains($0) ? $0 & 0xDF : $0 }
            let read = [small, large].map { text in
                var symbols = FeatureSymbols(capacity: 16)
                defer { symbols.deallocate() }
                text.withUnsafeBufferPointer { symbols.read($0) }
                return (0..<symbols.count).map { [symbols.symbols[$0], symbols.places[$0]] }
            }
            #expect(read[0] == read[1], "\(small)")
        }
    }

    @Test(arguments: UInt64(1)...200)
    func placesLeadToWhatWasRead(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let text = TrickyText.text(pieces: Int.random(in: 0...40, using: &random), &random)
        let (symbols, places, bytes) = try read(text)
        #expect(symbols.unicodeScalars.first == " " && symbols.unicodeScalars.last == " ")
        #expect(places == places.sorted() && places.first == 0 && places.last.map { $0 <= bytes.count } == true)
        for (one, next) in zip(symbols.unicodeScalars, symbols.unicodeScalars.dropFirst()) { #expect(one != next) }
        for place in places where place < bytes.count { #expect(bytes[place] & 0xC0 != 0x80) }
    }

    @Test(arguments: UInt64(1)...50)
    func anyBytesAreHarmless(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var symbols = FeatureSymbols(capacity: 16)
        defer { symbols.deallocate() }
        let vocabulary = try ClassifierVocabulary(words: ["market", "bal", "pыhok", "kite"])
        for count in 0..<100 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            bytes.withUnsafeBufferPointer { symbols.read($0, vocabulary: vocabulary) }
            #expect(symbols.count <= count + 2)
        }
    }
}

extension ClassifierVocabulary {
    init(words: [String]) throws {
        self = try Array(words.map { $0 + "\n" }.joined().utf8).withUnsafeBytes { try ClassifierVocabulary($0) }
    }
}
