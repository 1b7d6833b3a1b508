import CICU
import TestSupport
import Testing

@testable import TextDetection

@Suite struct FoldTests {
    private let model = FoldModel()

    private func folded(_ text: String) throws -> FoldedText { try #require(FoldedText(text)) }

    @Test(arguments: [
        ("", ""), ("TURNIP", "turnip"), ("Turnip \n\t Front", "turnip front"), ("Straße", "strasse"),
        ("ﬁne", "fine"), ("ＴＵＲＮＩＰ", "turnip"), ("e\u{301}cole", "ecole"), ("ÉCOLE", "ecole"),
        ("tur\u{200D}nip\u{AD}", "turnip"), ("İ", "i"), ("ﾃﾛ", "テロ"), ("a\u{3000}\u{A0}b", "a b"),
        ("𝐓𝐮𝐫𝐧𝐢𝐩", "turnip"), (" a ", " a "), ("e\u{200D}\u{301}", "e"), ("a \u{200B} b", "a b"),
        ("ᴛᴜʀɴɪᴘ", "turnip"), ("ⓣⓤⓡⓝⓘⓟ", "turnip"), ("🅃🆄🅡⒩ip", "turnip"), ("ŧůřñïþ", "turniþ"), ("Łódź", "lodz"),
        ("ıŞIK", "isik"), ("æon Œuvre", "aeon oeuvre"), ("t\u{336}u\u{336}rnip", "turnip"),
        // Words of one script stay what they are; those of two are Latin.
        ("тυгпір", "тυгпір"), ("tурniр", "typnip"), ("Тurпiр", "turnip"), ("п1a", "n1a"), ("рот cop", "рот cop"),
        ("5μm", "5mm"), ("Ёлка ель й", "елка ель и"), ("Ά", "α"),
        // Arabic: marks, tatweel, alef, yeh, teh marbuta, Persian and Urdu letters, digits.
        ("الْلِفْت", "اللفت"), ("لـــفت", "لفت"), ("أإآٱا", "ااااا"), ("على عليّ علی", "علي علي علي"),
        ("مدرسة مدرسه", "مدرسه مدرسه"), ("کتاب ہے", "كتاب هے"), ("٣ ۳ ३", "3 3 3"), ("ﻟﻔﺖ", "لفت"),
        ("ﷺ", "صلي الله عليه وسلم"),
        // Marks that are letters stay.
        ("हिन्दी", "हिन्दी"), ("กำ", "กํา"), ("は\u{3099}", "ば"), ("ﾊﾞ", "バ"), ("\u{1112}\u{1161}\u{11AB}국", "한국"),
        ("\u{958}", "क\u{93C}"), ("क\u{94D}\u{93C}", "क\u{93C}\u{94D}"), ("は\u{E38}\u{3099}", "ば\u{E38}"),
        // Turned runs are read as they are seen.
        ("a \u{202E}pinrut\u{202C} b", "a turnip b"), ("\u{202E}tnorf pinrut", "turnip front"),
        ("\u{202E}a\u{301}b\nc", "ba c"), ("\u{202E}لفت\u{202C}", "لفت"), ("\u{202D}تفل\u{202C}", "لفت"),
        ("\u{202D}turnip\u{202C}", "turnip"), ("\u{202E}\u{202C}x\u{202E}", "x"),
        ("\u{202E}\u{202E}pinrut\u{202C} a\u{202C}", "a turnip"),
    ])
    func golden(text: String, folds: String) throws {
        #expect(
            String(decoding: try folded(text).bytes, as: UTF8.self).unicodeScalars.elementsEqual(folds.unicodeScalars))
    }

    @Test(arguments: UInt64(1)...200)
    func foldsAsTheModelDoes(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<10 {
            let text = TrickyText.text(pieces: Int.random(in: 0...20, using: &random), &random)
            let bytes = try folded(text).bytes
            #expect(bytes == model.fold(text), "\(text.unicodeScalars.map(\.value))")
            let again = bytes.withUnsafeBytes { FoldedText($0) }
            #expect(again?.bytes == bytes, "folded again: \(text.unicodeScalars.map(\.value))")
        }
    }

    /// Each code point alone, behind a letter, before a mark, and behind itself; of those that stay what they are
    /// whatever stands around them, tens of thousands of ideographs and unassigned ones, every 61st.
    @Test(arguments: 0..<68)
    func foldsEveryCodePoint(block: Int) throws {
        for start in stride(from: block * 4_096, to: (block + 1) * 4_096, by: 64) {
            var text = ""
            for scalar in (start..<start + 64).compactMap({ Unicode.Scalar($0) }) {
                // What Swift knows and ICU 72 does not.
                if let age = scalar.properties.age, age.major > 15 || age.major == 15 && age.minor > 0 { continue }
                let category = scalar.properties.generalCategory
                let isPlain = category == .unassigned || category == .privateUse || scalar.properties.isIdeographic
                if isPlain, !scalar.properties.isDefaultIgnorableCodePoint, scalar.value % 61 > 0 { continue }
                if scalar.value == 0x202D || scalar.value == 0x202E { continue }
                text.unicodeScalars.append(contentsOf: [
                    scalar, "\n", "e", scalar, "\u{301}", scalar, scalar, "Z", scalar,
                ])
                text.unicodeScalars.append(contentsOf: ["\u{93C}", "\u{E38}", scalar, "д", "."])
            }
            #expect(try folded(text).bytes == model.fold(text), "from \(start)")
        }
    }

    /// What a stretch of the folded text comes from folds to that stretch, wherever it is cut.
    @Test(arguments: UInt64(1)...200)
    func offsetsLeadBackToWhatWasFolded(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let text = TrickyText.text(pieces: Int.random(in: 1...10, using: &random), &random)
        let folded = try folded(text)
        let source = Array(text.utf8)
        let places = folded.bytes.indices.filter { folded.bytes[$0] & 0xC0 != 0x80 } + [folded.bytes.count]
        for start in places {
            for end in places where end > start {
                let range = folded.sourceRange(of: start..<end)
                #expect(isEdge(range.lowerBound, source) && isEdge(range.upperBound, source))
                let part = Array(folded.bytes[start..<end])
                // Words that mix scripts beside others of theirs can't be told apart in a slice.
                if folded.edits.hasCause(.mistaken, in: start..<end), part.contains(where: { $0 >= 0x80 }) { continue }
                // As in the text or, cut out of a word that mixes scripts, by itself; a space at the edge may stand for
                // more spaces than the slice has.
                let slice = Array(source[range])
                let readings = [false, true].compactMap { mixed in
                    slice.withUnsafeBytes { FoldedText($0, asMixed: mixed) }?.bytes
                }
                #expect(
                    readings.contains { !$0.places(of: part).isEmpty },
                    "\(text.unicodeScalars.map(\.value)) \(start)..<\(end)")
            }
        }
    }

    private func isEdge(_ place: Int, _ text: [UInt8]) -> Bool { place == text.count || text[place] & 0xC0 != 0x80 }

    /// Letters of a turned run, each by itself, and all of it between its edges.
    @Test(arguments: UInt64(1)...100)
    func turnedRunsLeadBack(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let words = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            String(
                (0..<Int.random(in: 1...8, using: &random)).map { _ in "aébｃßdx".randomElement(using: &random) ?? "a" })
        }
        let inner = words.joined(separator: " ")
        let text = "é before \u{202E}" + String(inner.reversed()) + "\u{202C} behind"
        let folded = try folded(text)
        let expected = try #require(FoldedText("é before " + inner + " behind"))
        #expect(folded.bytes == expected.bytes)
        let source = Array(text.utf8)
        let start = "e before ".utf8.count
        for place in start..<folded.bytes.count - " behind".utf8.count {
            let range = folded.sourceRange(of: place..<place + 1)
            #expect(isEdge(range.lowerBound, source) && isEdge(range.upperBound, source))
            let back = Array(source[range]).withUnsafeBytes { FoldedText($0) }
            #expect(back?.bytes.contains(folded.bytes[place]) == true)
        }
        let whole = folded.sourceRange(of: start..<folded.bytes.count - " behind".utf8.count)
        #expect(whole == "é before \u{202E}".utf8.count..<source.count - "\u{202C} behind".utf8.count)
        #expect(folded.sourceRange(of: folded.bytes.count - 6..<folded.bytes.count) == source.count - 6..<source.count)
    }

    @Test func offsetsOfExpansionsAndJoins() throws {
        let ligature = try folded("xﬁy")
        #expect(ligature.sourceRange(of: 1..<2) == 1..<4)
        #expect(ligature.sourceRange(of: 2..<4) == 1..<5)
        #expect(ligature.sourceRange(of: 0..<1) == 0..<1)
        let sharp = try folded("aßb")
        #expect(sharp.sourceRange(of: 2..<4) == 1..<4)
        let marked = try folded("ae\u{301}b")
        #expect(marked.sourceRange(of: 0..<3) == 0..<5)
        #expect(marked.sourceRange(of: 1..<2) == 1..<4)
        #expect(marked.sourceRange(of: 2..<3) == 4..<5)
        let joined = try folded("xは\u{3099}y")
        #expect(joined.sourceRange(of: 1..<4) == 1..<7)
        #expect(joined.sourceRange(of: 4..<5) == 7..<8)
        let ignored = try folded("\u{200B}a\u{200B}b\u{200B}")
        #expect(ignored.sourceRange(of: 0..<1) == 3..<4)
        #expect(ignored.sourceRange(of: 0..<2) == 3..<8)
        let spaced = try folded("a \n\u{3000} b")
        #expect(spaced.bytes == Array("a b".utf8))
        #expect(spaced.sourceRange(of: 0..<3) == 0..<8)
        #expect(spaced.sourceRange(of: 2..<3) == 7..<8)
        let mixed = try folded("x тurnip")
        #expect(mixed.sourceRange(of: 2..<3) == 2..<4)
        #expect(mixed.sourceRange(of: 2..<8) == 2..<9)
    }

    /// Marks upon marks in the worst order for sorting: sorted in parts, and so neither slow nor lost.
    @Test func marksWithoutEndAreSortedInParts() throws {
        let marks = String(repeating: "\u{E48}\u{93C}", count: 32_000)
        let result = try folded("e" + marks + " end")
        #expect(result.bytes.count == marks.utf8.count + 5)
        #expect(result.bytes.suffix(4) == Array(" end".utf8)[...])
        #expect(result.sourceRange(of: result.bytes.count - 3..<result.bytes.count).upperBound == marks.utf8.count + 5)
        let hebrew = String(repeating: "\u{5B0}", count: 10_000)
        #expect(try folded(hebrew).bytes.isEmpty)
        let ignorable = String(repeating: "\u{200D}", count: 10_000)
        #expect(try folded("a" + ignorable + "b").bytes == Array("ab".utf8))
        let turned = String(repeating: "\u{202E}", count: 20_000)
        #expect(try folded(turned + "a").bytes == Array("a".utf8))
    }

    /// Not UTF-8, which decoding keeps out: harmless all the same, and no offset lies outside.
    @Test(arguments: UInt64(1)...100)
    func anyBytesAreHarmless(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let folder = TextFolder()
        for count in 0..<64 {
            // Leads and trails of the blocks that fold in special ways, among any other bytes.
            let likely: [UInt8] = [
                0xE2, 0x80, 0xAE, 0xAC, 0xAD, 0xD0, 0xD1, 0xE0, 0xA4, 0xBC, 0xF0, 0x9F, 0xE3, 0x82, 0x99, 0x61, 0x20,
            ]
            let bytes = (0..<count).map { _ in
                Bool.random(using: &random)
                    ? UInt8.random(in: 0...0xFF, using: &random) : likely.randomElement(using: &random) ?? 0
            }
            let before = (folder.count, folder.edits.count)
            _ = bytes.withUnsafeBufferPointer { folder.append($0) }
            let edits = folder.edits[before.1...]
            let foldedCount = folder.count - before.0
            for start in 0...foldedCount {
                let range = edits.sourceRange(of: start..<min(foldedCount, start + 3))
                #expect(range.lowerBound >= 0 && range.upperBound <= count, "\(bytes)")
            }
        }
        let before = folder.count
        let text = Array("ok ÉÉ".utf8)
        #expect(text.withUnsafeBufferPointer { folder.append($0) })
        #expect(Array(folder.bytes.dropFirst(before)) == Array("ok ee".utf8))
    }

    /// All that looks back, goes back or turns, in any order, with bytes that are none of text between.
    @Test(arguments: UInt64(1)...40)
    func looksBackNoFurtherThanThereIs(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let pieces: [[UInt8]] =
            [
                "\u{202E}", "\u{202D}", "\u{202C}", "\n", "т", "a", "é", "e\u{301}", "\u{301}", "\u{93C}", "\u{94D}",
                "\u{E38}",
                "\u{3099}", "か", "ハ", "㎛", "ͺ", "ᾳ", "ﷺ", " ", "  ", "1", "\u{200B}", "\u{1112}", "\u{1161}",
                "\u{11AB}", "¨",
                "℀", "ⓐ", "🎉", "й", "ß", "½", "\u{958}", "\u{F73}",
            ].map { Array($0.utf8) } + [[0xE2], [0x80], [0xD0], [0xFF], [0xF0, 0x9F], [0xE0, 0xA4]]
        let folder = TextFolder()
        for _ in 0..<40 {
            let isText = Bool.random(using: &random)
            let known = isText ? pieces.count - 6 : pieces.count
            let bytes = (0..<Int.random(in: 0..<150, using: &random)).flatMap { _ in
                pieces[Int.random(in: 0..<known, using: &random)]
            }
            folder.removeAll()
            #expect(bytes.withUnsafeBufferPointer { folder.append($0) })
            let places = (0...folder.count).filter { !isText || $0 == folder.count || folder.bytes[$0] & 0xC0 != 0x80 }
            for start in places {
                let end = places.last { $0 <= start + 9 } ?? start
                let range = folder.edits.sourceRange(of: start..<end)
                #expect(range.lowerBound >= 0 && range.upperBound <= bytes.count, "\(bytes)")
                if isText { #expect(isEdge(range.lowerBound, bytes) && isEdge(range.upperBound, bytes), "\(bytes)") }
            }
        }
    }

    @Test func theTableIsSmall() {
        #expect(FoldTable.shared.byteCount < 1 << 20)
        #expect(FoldTable.shared.digest.count == 32)
    }
}
