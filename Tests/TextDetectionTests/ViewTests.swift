import Events
import Signals
import TestSupport
import Testing

@testable import TextDetection

/// Terms that stand in a text disguised, and texts that only look as if they did.
@Suite struct ViewTests {
    /// Parts of a text, as written, in which a term stands.
    private func found(_ term: String, _ match: TermMatch, in text: String) throws -> [String] {
        let matcher = try TermMatcher(SignalSet([signal(term, match)]))
        return try #require(matcher.occurrences(in: text)).map {
            String(decoding: Array(text.utf8)[$0.range], as: UTF8.self)
        }
    }

    @Test(
        arguments: [
            // Stretched, and of another script's letters, in every term that needs word edges.
            ("turnip", .word, "turniiiip TUUURNIP turniip", ["turniiiip", "TUUURNIP"]),
            ("bool", .word, "bool boool bol bollll booolll", ["bool", "boool", "booolll"]),
            (
                "turnip front", .word, "the turniiip front, a turnip frrront, turniiip frooont",
                ["turniiip front", "turnip frrront", "turniiip frooont"]
            ),
            ("лампа", .word, "лaмпa ЛАМПАААА лампа", ["лaмпa", "ЛАМПАААА", "лампа"]),
            ("сорока", .word, "вот летит copoka и сорокa", ["copoka", "сорокa"]),
            ("maxima", .word, "see maхima and the махіма", ["maхima", "махіма"]),
            ("kocmoc", .word, "join космос now", ["космос"]),
            ("مدرسة", .word, "مدرررسة مَدْرَسَة", ["مدرررسة", "مَدْرَسَة"]),
            ("turnip", .leet, "turnip turn1p 7urnip TURN1P TURNlP", ["turnip", "turn1p", "7urnip", "TURN1P"]),
            ("silos", .leet, "s1l0s 51105 5il0$ silos", ["s1l0s", "5il0$", "silos"]),
            ("silos", .leet, "$1L0$!", ["$1L0$"]),
            ("area51", .leet, "4rea51 ar3a51 area5i", ["4rea51", "ar3a51"]),
            (
                "grey lantern", .leet, "Gr3y Lantern, grey l4nt3rn, gr3y l@nt3rn",
                ["Gr3y Lantern", "grey l4nt3rn", "gr3y l@nt3rn"]
            ),
            ("поезд", .leet, "п0езд по3зд поезд", ["п0езд", "по3зд", "поезд"]),
            (
                "turnip", .despaced, "t u r n i p, t.u.r.n.i.p t-u-r_n i p T U R N I P",
                ["t u r n i p", "t.u.r.n.i.p", "t-u-r_n i p", "T U R N I P"]
            ),
            ("turnip", .despaced, "tur nip turn ip turni p", []),
            (
                "grey lantern", .despaced, "greylantern, gr eyla ntern; g r e y l a n t e r n grey lantern",
                ["greylantern", "gr eyla ntern", "g r e y l a n t e r n", "grey lantern"]
            ),
            (
                "turnip", .masked, "t*rnip tu%%ip turn_p t.rnip tur**p **rnip turni* t*****",
                ["t*rnip", "tu%%ip", "turn_p", "t.rnip", "tur**p", "**rnip", "turni*"]
            ),
            ("turnip front", .masked, "the t*rnip front. turnip fr%nt.", ["t*rnip front", "turnip fr%nt"]),
            ("насторожили", .masked, "наст...жили насторож*ли", ["наст...жили", "насторож*ли"]),
            (
                "lantern", .edit1, "lantern lanterm latern lantxern lanetrn lannern nanterm",
                ["lantern", "lanterm", "latern", "lantxern", "lanetrn", "lannern"]
            ),
            ("turnip", .edit1, "turnip turnep", ["turnip"]),
            ("grey lantern", .edit1, "grey lanterm, gray lantern", ["grey lanterm"]),
        ] as [(String, TermMatch, String, [String])])
    func golden(term: String, match: TermMatch, text: String, parts: [String]) throws {
        #expect(try found(term, match, in: text) == parts)
    }

    /// What word filters are known to strike, each with a harmless stand-in of the same make.
    @Test(
        arguments: [
            // Words run together, or cut elsewhere.
            ("butto", .despaced, "but to go"), ("isshe", .despaced, "is she well"), ("isshe", .leet, "is she well"),
            ("sitch", .leet, "6 itch"), ("gitch", .despaced, "6 itch"), ("gitch", .leet, "6 itch"),
            ("ash", .despaced, "a SH of the a s"), ("ofis", .despaced, "of is"),
            // Identifiers, base64, addresses.
            ("hat", .leet, "id: x9H4T2kQ== and dGhH4T/Zz+H4T= H4T-19-77x"),
            ("foo", .leet, "see https://x.example/f00 a=f00&b"),
            ("leet", .leet, "mail l33t@x.example or www.l33t.example"), ("lee", .leet, "deadb33f-l33-4711"),
            ("turnip", .despaced, "http://t.u.r.n.i.p/x"), ("turnip", .masked, "x=t*rnip/y"),
            ("turniiip", .word, "turnip"), ("wwwx", .word, "www.x"),
            // Numbers.
            ("iazabo", .leet, "142,460 or 142460"), ("ist", .leet, "the 1st of May"),
            ("sos", .leet, "songs of the 50s"),
            ("ed", .leet, "a 3d film"), ("ioka", .leet, "10ka"), ("io", .leet, "10"), ("sea", .leet, "534 5e4"),
            ("bee", .leet, "b 33"), ("toll", .leet, "70ll"),
            // Abbreviations, emphasis and stops.
            ("usia", .masked, "the U.S.A. and u.s.a"), ("turnip", .masked, "*urn* and _turn_ urnip."),
            ("ending", .masked, "the end.ing of it no.thing"), ("able", .masked, "50% **** *.* a***"),
            // Other words.
            ("lose", .word, "loose"), ("later", .word, "latter"), ("to", .word, "too"), ("diner", .word, "dinner"),
            ("cop", .word, "сор из избы не выносят"), ("pot", .word, "открой рот"), ("сорт", .word, "the copt"),
            ("marzipan", .edit1, "tarzipen"), ("turnip", .edit1, "turnips"), ("1234567", .edit1, "1234568"),
        ] as [(String, TermMatch, String)])
    func innocent(term: String, match: TermMatch, text: String) throws {
        #expect(try found(term, match, in: text).isEmpty)
    }

    @Test func findingsNameTheView() throws {
        let detector = try detector([
            signal("turnip", .leet), signal("TURNIP", .masked), signal("Turnip"), signal("lantern", .edit1),
        ])
        let batch = try batch([Post("turnip turn1p t*rnip 7urnip"), Post("a lanterm"), Post("turniiip")])
        let found = detector.findings(batch).found.map { "\(words($0)) \($0.textView?.rawValue ?? "-")" }
        #expect(
            found.sorted() == [
                "0 term:TURNIP body 0..<6 -", "0 term:TURNIP body 14..<20 masked", "0 term:Turnip body 0..<6 -",
                "0 term:turnip body 0..<6 -", "0 term:turnip body 7..<13 ×2 leet",
                "1 term:lantern body 2..<9 edit1",
                "2 term:TURNIP body 0..<8 -", "2 term:Turnip body 0..<8 -", "2 term:turnip body 0..<8 -",
            ])
    }

    /// A view that no term asks for is not made.
    @Test func viewsAreMadeForThoseThatAsk() throws {
        let plain = try TermMatcher(SignalSet([signal("turnip"), signal("front", .substring)])).onlyViews
        #expect(plain.leet.isEmpty && plain.masked.isEmpty && plain.edit1.isEmpty && plain.despaced == nil)
        #expect(!plain.stretched.isEmpty)
        let leet = try TermMatcher(SignalSet([signal("turnip"), signal("front", .leet)])).onlyViews
        #expect(!leet.leet.isEmpty && leet.masked.isEmpty && leet.edit1.isEmpty && leet.despaced == nil)
        #expect(try found("front", .leet, in: "fr0nt") == ["fr0nt"])
        #expect(try TermMatcher(SignalSet([signal("turnip"), signal("front", .leet)])).occurrences(in: "7urnip") == [])
    }

    /// Words of disguises that stand in many phrases: given up with notice rather than looked through for ever.
    @Test func workOnATextIsBounded() throws {
        let signals = (0..<3_000).map { signal("the w\($0)x", .leet, type: .phrase) }
        let detector = try detector(signals)
        let text = String(repeating: "th3 a ", count: 3_000)
        let findings = detector.findings(try batch([Post(text)]))
        #expect(findings.found.isEmpty)
        #expect(findings.unavailable.map(\.reason) == ["scan-failed"])
    }

    @Test(arguments: UInt64(1)...100)
    func oneEditIsWhatThePlainDistanceSays(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        func word() -> [UInt32] {
            (0..<Int.random(in: 6...9, using: &random)).map { _ in UInt32.random(in: 97...99, using: &random) }
        }
        let known = word()
        var written = known
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let place = Int.random(in: 0..<written.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: written.insert(98, at: place)
            case 1: written.remove(at: place)
            case 2: written[place] = 97
            default: written.swapAt(place, min(place + 1, written.count - 1))
            }
        }
        let isNear = known.count >= 7 && written != known && distance(written, known) == 1
        #expect(EditReading.stands(written, for: known) == isNear)
        let index = WordIndex<EditReading>([(0, known)])
        var isFound = false
        index.each(standingFor: written) { _ in
            isFound = true
        } codes: { _ in
            known
        }
        #expect(isFound == isNear)
    }

    /// Optimal string alignment (Damerau), by the table.
    private func distance(_ a: [UInt32], _ b: [UInt32]) -> Int {
        var table = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in 0...a.count { table[i][0] = i }
        for j in 0...b.count { table[0][j] = j }
        for i in 1...a.count {
            for j in 1...b.count {
                var least = min(
                    table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    least = min(least, table[i - 2][j - 2] + 1)
                }
                table[i][j] = least
            }
        }
        return table[a.count][b.count]
    }

    @Test(arguments: UInt64(1)...50)
    func repeatedLettersAreSeen(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for count in 0..<60 {
            let text = (0..<count).map { _ in
                ["a", "b", ".", "é", "д", "ж", "テ", "1", "\u{10428}"].randomElement(using: &random) ?? ""
            }
            let bytes = Array(text.joined().utf8)
            let isRun = zip(text, zip(text.dropFirst(), text.dropFirst(2))).contains {
                $0 == $1.0 && $0 == $1.1 && $0 != "." && $0 != "1"
            }
            let padded = bytes + [0xFF]
            #expect(
                padded.withUnsafeBufferPointer { bytes in
                    bytes.baseAddress.map { RepeatedLetters.occur(in: $0, 0..<bytes.count - 1) } == isRun
                })
        }
    }
}

extension TermMatcher {
    /// Of its one layer.
    fileprivate var onlyViews: TermViews { layers.parts[0].layer.views }
}
