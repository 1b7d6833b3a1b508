import CICU
import TestSupport
import Testing

@testable import TextDetection

@Suite struct FoldTests {
    private let model = FoldModel()

    private func folded(_ text: String) throws -> FoldedText { try #require(FoldedText(text)) }

    @Test(arguments: [
        ("", ""), ("TURNIP", "turnip"), ("Turnip \n\t Front", "turnip front"), ("Straße", "strasse"),
        ("ﬁne", "fine"), ("ＴＵＲＮＩＰ", "turnip"), ("e\u{301}cole", "école"), ("ÉCOLE", "école"),
        ("tur\u{200D}nip\u{AD}", "turnip"), ("İ", "i\u{307}"), ("ﾃﾛ", "テロ"), ("a\u{3000}\u{A0}b", "a b"),
        ("𝐓𝐮𝐫𝐧𝐢𝐩", "turnip"), (" a ", " a "), ("e\u{200D}\u{301}", "é"), ("a \u{200B} b", "a b"),
    ])
    func golden(text: String, folds: String) throws {
        #expect(try folded(text).bytes == Array(folds.utf8))
    }

    @Test(arguments: UInt64(1)...300)
    func foldsAsICUDoesAtOnce(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<20 {
            let text = TrickyText.text(pieces: Int.random(in: 0...30, using: &random), &random)
            #expect(try folded(text).bytes == model.fold(text), "\(text.unicodeScalars.map(\.value))")
        }
    }

    /// Each code point alone, behind a letter, before a mark that composes, and behind itself.
    @Test(arguments: 0..<68)
    func foldsEveryCodePoint(block: Int) throws {
        for start in stride(from: block * 4_096, to: (block + 1) * 4_096, by: 64) {
            var text = ""
            for scalar in (start..<start + 64).compactMap({ Unicode.Scalar($0) }) {
                text.unicodeScalars.append(contentsOf: [
                    scalar, "\n", "e", scalar, "\u{301}", scalar, scalar, "Z", scalar,
                ])
                text.unicodeScalars.append(contentsOf: ["\u{323}", "\u{E38}", scalar, "."])
            }
            #expect(try folded(text).bytes == model.fold(text), "from \(start)")
        }
    }

    @Test(arguments: UInt64(1)...200)
    func offsetsLeadBackToWhatWasFolded(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let text = TrickyText.text(pieces: Int.random(in: 1...12, using: &random), &random)
        let folded = try folded(text)
        let cuts = cuts(of: text)
        let places = folded.bytes.indices.filter { folded.bytes[$0] & 0xC0 != 0x80 } + [folded.bytes.count]
        for start in places {
            for end in places where end > start {
                let range = folded.sourceRange(of: start..<end)
                let utf8 = text.utf8
                let slice = utf8.dropFirst(range.lowerBound).prefix(range.count)
                let back = model.fold(String(decoding: slice, as: UTF8.self))
                let part = Array(folded.bytes[start..<end])
                // A space at the edge may stand for more spaces than the slice has; nothing else is lost.
                #expect(!back.places(of: part).isEmpty, "\(text.unicodeScalars.map(\.value)) \(start)..<\(end)")
                let outer = (
                    cuts.last { $0.folded <= start }?.source ?? 0, cuts.first { $0.folded >= end }?.source ?? utf8.count
                )
                #expect(range.lowerBound >= outer.0 && range.upperBound <= outer.1, "wider than what it came from")
                if cuts.contains(where: { $0.folded == start }), cuts.contains(where: { $0.folded == end }) {
                    #expect(back == part)
                }
            }
        }
    }

    /// Places where a text can be cut so that both sides fold to what they do together, and no sequence of marks is.
    private func cuts(of text: String) -> [(source: Int, folded: Int)] {
        let whole = model.fold(text)
        let scalars = Array(text.unicodeScalars)
        var cuts: [(source: Int, folded: Int)] = []
        for index in 0...scalars.count
        where index == scalars.count || weir_icu_fold_traits(scalars[index].value).boundary_before {
            var (left, right) = (String.UnicodeScalarView(), String.UnicodeScalarView())
            left.append(contentsOf: scalars[..<index])
            right.append(contentsOf: scalars[index...])
            let folded = model.fold(String(left))
            if folded + model.fold(String(right)) == whole {
                cuts.append((String(left).utf8.count, folded.count))
            }
        }
        return cuts
    }

    @Test func offsetsOfExpansionsAndJoins() throws {
        let ligature = try folded("xﬁy")
        #expect(ligature.sourceRange(of: 1..<2) == 1..<4)
        #expect(ligature.sourceRange(of: 2..<4) == 1..<5)
        #expect(ligature.sourceRange(of: 0..<1) == 0..<1)
        let sharp = try folded("aßb")
        #expect(sharp.sourceRange(of: 2..<4) == 1..<4)
        let joined = try folded("ae\u{301}b")
        #expect(joined.sourceRange(of: 1..<3) == 1..<4)
        #expect(joined.sourceRange(of: 3..<4) == 4..<5)
        let ignored = try folded("\u{200B}a\u{200B}b\u{200B}")
        #expect(ignored.sourceRange(of: 0..<1) == 3..<4)
        #expect(ignored.sourceRange(of: 0..<2) == 3..<8)
        let spaced = try folded("a \n\u{3000} b")
        #expect(spaced.bytes == Array("a b".utf8))
        #expect(spaced.sourceRange(of: 0..<3) == 0..<8)
        #expect(spaced.sourceRange(of: 2..<3) == 7..<8)
    }

    /// Marks upon marks in the worst order for sorting: cut, and so neither slow nor lost.
    @Test func marksWithoutEndAreCut() throws {
        let marks = String(repeating: "\u{301}\u{323}", count: 32_000)
        let result = try folded("e" + marks + " end")
        #expect(result.bytes.count > 100_000)
        #expect(result.bytes.suffix(4) == Array(" end".utf8)[...])
        #expect(result.sourceRange(of: result.bytes.count - 3..<result.bytes.count).upperBound == marks.utf8.count + 5)
        let hebrew = String(repeating: "\u{5B0}", count: 10_000)
        #expect(try folded(hebrew).bytes == Array(hebrew.utf8))
        let ignorable = String(repeating: "\u{200D}", count: 10_000)
        #expect(try folded("a" + ignorable + "b").bytes == Array("ab".utf8))
    }

    /// Not UTF-8, which decoding keeps out: harmless all the same.
    @Test(arguments: UInt64(1)...100)
    func anyBytesAreHarmless(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let folder = TextFolder()
        for count in 0..<64 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0x20...0xFF, using: &random) }
            _ = bytes.withUnsafeBufferPointer { folder.append($0) }
        }
        let before = folder.count
        let text = Array("ok ÉÉ".utf8)
        #expect(text.withUnsafeBufferPointer { folder.append($0) })
        #expect(Array(folder.bytes.dropFirst(before)) == Array("ok éé".utf8))
    }
}
