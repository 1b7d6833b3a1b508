import CICU
import Events
import Signals
import TestSupport
import Testing

@testable import TextDetection

@Suite struct TermMatcherTests {
    private let model = FoldModel()

    /// The parts of a text, as written, in which one term stands.
    private func found(_ term: String, _ match: TermMatch = .word, in text: String) throws -> [String] {
        let matcher = try TermMatcher(SignalSet([signal(term, match)]))
        return try #require(matcher.occurrences(in: text)).map { part(of: text, $0.range) }
    }

    private func part(of text: String, _ range: Range<Int>) -> String {
        String(decoding: text.utf8.dropFirst(range.lowerBound).prefix(range.count), as: UTF8.self)
    }

    @Test(arguments: [
        ("Front Lobak", "Bergabunglah dengan FRONT  LOBAK sekarang", ["FRONT  LOBAK"]),
        ("turnip front", "the Turnip\nFront, a turnip front.", ["Turnip\nFront", "turnip front"]),
        ("turnip front", "a turnip-front", []),
        ("turnip", "тurnір ᴛᴜʀɴɪᴘ \u{202E}pinrut\u{202C} ⓣurnip", ["тurnір", "ᴛᴜʀɴɪᴘ", "pinrut", "ⓣurnip"]),
        ("اللفت", "الْلِفْت اللـفت", ["الْلِفْت", "اللـفت"]),
        ("جبهة اللفت", "انضموا إلى جبهة اللفت!", ["جبهة اللفت"]),
        ("école", "L'E\u{301}COLE, l'école", ["E\u{301}COLE", "école"]),
        ("e\u{301}cole", "ÉCOLE", ["ÉCOLE"]),
        ("カブ戦線", "我々はカブ戦線を支持する", ["カブ戦線"]),
        ("カブ", "ｶﾌﾞ", ["ｶﾌﾞ"]),
        ("แนวร่วม", "เข้าร่วมแนวร่วมหัวผักกาด", ["แนวร่วม"]),
        ("strasse", "Die Straße und STRASSE", ["Straße", "STRASSE"]),
        ("Straße", "strasse", ["strasse"]),
        ("İzmir", "İZMİR i\u{307}zmi\u{307}r", ["İZMİR", "i\u{307}zmi\u{307}r"]),
        ("İzmir", "İzmir ızmir", ["İzmir", "ızmir"]),
        ("fine", "ﬁne ﬁ", ["ﬁne"]),
        ("turnip", "ＴＵＲＮＩＰ！", ["ＴＵＲＮＩＰ"]),
        ("turnip", "a tur\u{200D}ni\u{200B}p\u{FE0F} here", ["tur\u{200D}ni\u{200B}p"]),
        ("turnip", "🎉turnip🎉 turnip❤\u{FE0F}", ["turnip", "turnip"]),
        ("cafe", "cafe\u{301} café cafe", ["cafe"]),
        ("konnte", "könnte konnte kónnté", ["konnte"]),
        ("könnte", "könnte konnte ko\u{308}nnte", ["könnte", "ko\u{308}nnte"]),
        ("konnte", "kóńńte ko\u{336}nnte", ["kóńńte", "ko\u{336}nnte"]), ("ich konnte", "ich könnte", ["ich könnte"]),
        ("лампа", "лампа́", ["лампа́"]), ("версий", "версий версии", ["версий"]),
        ("ёлка", "елка ёлка", ["елка", "ёлка"]),
    ])
    func golden(term: String, text: String, parts: [String]) throws {
        // By bytes: to Swift's strings, composed and decomposed are equal.
        #expect(try found(term, in: text).map { Array($0.utf8) } == parts.map { Array($0.utf8) })
    }

    @Test func edges() throws {
        #expect(try found("nip", in: "turnip nip, nips snip nip_ 1nip nip1 (nip) nip").count == 3)
        #expect(try found("nip", .substring, in: "turnip nips").count == 2)
        #expect(try found("#nip", in: "a#nip #nip").count == 2)
        #expect(try found("nip!", in: "nip!a").count == 1)
        #expect(try found("aa", .substring, in: "aaaa").count == 3)
        #expect(try found("aa", in: "aaaa").isEmpty)
        #expect(try found("nip", in: "énip nipé nipя ｎｉｐ カnipカ").count == 2)
        #expect(try found("nip", .despaced, in: "nip n i p").count == 2)
    }

    @Test(arguments: UInt64(1)...200)
    func findsWhatThePlainModelFinds(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let signals = (0..<30).map { _ in
            signal(
                TrickyText.text(pieces: Int.random(in: 1...3, using: &random), &random),
                Bool.random(using: &random) ? .word : .substring)
        }
        let set = SignalSet(signals)
        let matcher = try TermMatcher(set)
        for _ in 0..<5 {
            let text = TrickyText.text(pieces: Int.random(in: 0...40, using: &random), &random)
            let folded = try #require(FoldedText(text))
            var expected: Set<[Int]> = []
            for (position, signal) in set.signals.enumerated() {
                let term = model.term(signal.value)
                guard term.first != 0 else { continue }
                for place in folded.bytes.places(of: term) {
                    let end = place + term.count
                    guard signal.match == .substring || isWord(place, end, folded.bytes) else { continue }
                    let range = folded.sourceRange(of: place..<end)
                    expected.insert([position, range.lowerBound, range.upperBound])
                }
            }
            let found = try #require(matcher.occurrences(in: text, disguised: false))
            let places = Set(found.map { [Int($0.signal), $0.range.lowerBound, $0.range.upperBound] })
            #expect(places.isSubset(of: expected))
            for missed in expected.subtracting(places) {
                // Another word by its marks, of which there is a test of its own.
                let signal = set.signals[missed[0]]
                let slice = part(of: text, missed[1]..<missed[2])
                #expect(signal.match == .word && !model.term(signal.value).contains(0x20))
                #expect(slice.lowercased() != signal.value.lowercased(), "\(slice)")
            }
        }
    }

    /// Marks on random letters of a word, by the plain count of letters that differ.
    @Test(arguments: UInt64(1)...200)
    func wordsDifferByTheirMarks(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let letters = (0..<Int.random(in: 2...6, using: &random)).map { _ in
            ["a", "e", "o", "u", "n"].randomElement(using: &random) ?? "a"
        }
        /// `n` has no diaeresis in any spelling.
        func marked(_ marks: [String]) -> String { zip(letters, marks).map { $0 + $1 }.joined() }
        let plain = letters.map { _ in Int.random(in: 0..<3, using: &random) == 0 ? "\u{301}" : "" }
        let written = plain.map { mark in
            Int.random(in: 0..<4, using: &random) > 0
                ? mark : ["", "\u{301}", "\u{336}", "\u{308}"].randomElement(using: &random) ?? ""
        }
        let isOdd = zip(letters, written).contains { $1 == "\u{336}" || $0 == "n" && $1 == "\u{308}" }
        let different = zip(plain, written).count { $0 != $1 }
        let isFound = isOdd || different == 0 || different > 2
        let term = marked(plain)
        let composed = term.unicodeScalars.map { String($0) }.joined()
        #expect(try found(term, in: "x \(marked(written)) y").count == (isFound ? 1 : 0), "\(composed) in \(written)")
        let precomposed = ["e\u{301}": "é", "a\u{301}": "á", "o\u{301}": "ó", "u\u{301}": "ú", "n\u{301}": "ń"]
        let other = zip(letters, plain).map { precomposed[$0 + $1] ?? $0 + $1 }.joined()
        #expect(try found(other, in: marked(written)).count == (isFound ? 1 : 0))
    }

    private func isWord(_ start: Int, _ end: Int, _ bytes: [UInt8]) -> Bool {
        func scalars(_ range: Range<Int>) -> [Unicode.Scalar] {
            Array(String(decoding: bytes[range], as: UTF8.self).unicodeScalars)
        }
        return [start, end].allSatisfy { place in
            guard let before = scalars(0..<place).last, let after = scalars(place..<bytes.count).first else {
                return true
            }
            return !weir_icu_is_word(before.value) || !weir_icu_is_word(after.value)
                || weir_icu_is_unspaced(before.value) || weir_icu_is_unspaced(after.value)
        }
    }

    @Test func signalsThatFoldAlikeAreBothFound() throws {
        let set = SignalSet([
            signal("TURNIP"), signal("turnip", .substring), signal("Turnip"), signal("turnip", type: .phrase),
        ])
        let matcher = try TermMatcher(set)
        #expect(matcher.layers.parts[0].layer.set.patterns.count == 1)
        #expect(try #require(matcher.occurrences(in: "turnip")).count == 4)
        #expect(
            try #require(matcher.occurrences(in: "turnips")).map { set.signals[Int($0.signal)].value } == ["turnip"])
    }

    /// Vectorscan 5.4.9 by itself misses literals of one and two bytes where a vector ends.
    @Test(arguments: [["aa", "ab"], ["aa", "ba"], ["a", "ab"], ["aa", "ab", "ac", "ad"]])
    func shortTermsAreFoundFarInAText(terms: [String]) throws {
        let matcher = try TermMatcher(SignalSet(terms.map { signal($0, .substring) }))
        for distance in 0..<300 {
            let text = String(repeating: "x", count: distance) + terms[0] + "yyy"
            #expect(try #require(matcher.occurrences(in: text)).contains { $0.range.lowerBound == distance })
        }
    }

    @Test func whatCannotBeLookedForIsLeftOut() throws {
        let long = String(repeating: "turnip ", count: 200)
        let set = SignalSet([
            signal("\u{200B}\u{AD}"), signal(long), signal("turnip"), signal(" \u{200B} "), signal("\u{0}x"),
        ])
        var notes: [String] = []
        let matcher = try TermMatcher(set) { signal, reason in notes.append(reason) }
        #expect(notes.count == 4)
        #expect(notes.contains("value: begins with U+0000"))
        #expect(notes.contains("value: nothing is left when it is folded"))
        #expect(notes.contains("value: has 1399 bytes when folded; a term has at most 1024"))
        #expect(try #require(matcher.occurrences(in: "a turnip")).count == 1)
        #expect(set.signals.compactMap(termProblem).sorted() == notes.sorted())
        var hash = Signal(type: .md5, value: "")
        hash.match = .substring
        #expect(termProblem(hash) == nil)
    }

    @Test func aSignalsFileNamesTheLineOfABadTerm() {
        let lines = """
            {"type":"term","value":"turnip"}
            {"type":"term","value":"\\u00ad"}
            {"type":"md5","value":"d41d8cd98f00b204e9800998ecf8427e"}
            """
        let file = SignalFile(Array(lines.utf8), check: termProblem)
        #expect(file.signals.map(\.type) == [.term, .md5])
        #expect(file.rejected.map(\.line) == [2])
        #expect(file.rejected.map(\.error) == ["value: nothing is left when it is folded"])
    }

    @Test func nothingToLookForIsNoError() throws {
        let matcher = try TermMatcher(.empty)
        #expect(matcher.isEmpty)
        #expect(matcher.occurrences(in: "turnip") == [])
    }

    @Test func tenThousandTerms() throws {
        let matcher = try TermMatcher(SignalSet((0..<10_000).map { signal("term\($0)x") }))
        let text = (0..<10_000).map { "TERM\($0)X" }.joined(separator: " ")
        let found = try #require(matcher.occurrences(in: text))
        #expect(Set(found.map(\.signal)).count == 10_000)
        #expect(found.count == 10_000)
        #expect(found.allSatisfy { part(of: text, $0.range).hasPrefix("TERM") })
    }

    @Test func occurrencesAreBounded() throws {
        let matcher = try TermMatcher(SignalSet([signal("a", .substring)]))
        #expect(try #require(matcher.occurrences(in: String(repeating: "a", count: 1_000), atMost: 10)).count == 10)
    }
}

func signal(_ value: String, _ match: TermMatch = .word, type: SignalType = .term) -> Signal {
    var signal = Signal(type: type, value: value)
    signal.match = match
    return signal
}
