import TestSupport
import Testing

@testable import TextDetection

@Suite struct FeatureSymbolsTests {
    private func read(_ text: String) throws -> (text: String, places: [Int], bytes: [UInt8]) {
        let folded = try #require(FoldedText(text)).bytes
        var symbols = FeatureSymbols(capacity: 16)
        defer { symbols.deallocate() }
        folded.withUnsafeBufferPointer { symbols.read($0) }
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
        ("б0мба 3автра", " бомба завтра "),
        ("57473 0f 1t", " 57473 of it "), ("57473 0f 7h3 4rt", " state of the art "), ("سلام 3", " سلام 3 "),
        // Masked letters, and signs that only separate.
        ("m*rket", " m*rket "), ("h%lp me_et", " h*lp me*et "), ("k*l", " k l "), ("End.Next", " end*next "),
        ("end. next", " end next "), ("*bold*", " bold "),
        // What is spelt out is put together, from three on.
        ("a t t a c k", " atack "), ("k i l l  them", " kil them "), ("a.t.t.a.c.k", " atack "), ("a b cd", " a b cd "),
        ("to a b c d is", " to abcd is "), ("a b, c d. e f", " ab cd ef "), ("a. b. c.", " abc "),
        ("дай м и р", " дай мир "),
        ("日本語。テスト", " 日本語 テスト "), ("مرحبا، أهلا؟", " مرحبا أهلا "),
    ])
    func golden(text: String, reads: String) throws {
        // Some of it folding may do already; what comes out is the same.
        #expect(try read(text).text == String(decoding: try #require(FoldedText(reads)).bytes, as: UTF8.self))
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
    func anyBytesAreHarmless(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var symbols = FeatureSymbols(capacity: 16)
        defer { symbols.deallocate() }
        for count in 0..<100 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            bytes.withUnsafeBufferPointer { symbols.read($0) }
            #expect(symbols.count <= count + 2)
        }
    }
}
