import TestSupport
import Testing

@testable import TextDetection

/// What makes reading links cheap must not change what is read.
@Suite struct LinkMarksTests {
    private static let pieces = [
        "word", "a", "Another", "site.example", "e.g.", "3.14", "www.", "..", ".", ". ", " .", " . ", "[.]", "[dot]",
        "(dot)", " dot ", " DOT ", " do ", " dog ", " [.] ", "{.}", "(", ")", "[", "]", "://", "[:]//", ":\\\\", ": ",
        ":", "/", "\\", "?", "#", "@", "%", "%2e", "%2F", "%3a", "%7", "hxxp", "h**p", "http://", "https:\\\\x", " ",
        "  ", "   ", "    ", "\n", "\t", "-", "_", "é", "ß", "д", "日", "の", "한", "。", "．", "｡", "․", "·", "‧", "∙", "・",
        "∕",
        "⁄", "∶", "꞉", "：", "／", "ａ", "\u{AD}", "\u{200B}", "\u{200F}", "\u{202E}", "\u{2060}", "\u{FEFF}", "“", "”",
        "’",
        "–", "…", "\u{A0}", "«", "\u{FFFD}", "🎉", "𐐨",
    ]

    private static func text(_ random: inout SplitMix64) -> [UInt8] {
        // Often long words between, so that marks stand anywhere in sixteen bytes.
        let rare = Int.random(in: 1...8, using: &random)
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 0...60, using: &random) {
            if Int.random(in: 0..<rare, using: &random) > 0 {
                text += "x".utf8.map { $0 + UInt8.random(in: 0...2, using: &random) }
            } else {
                text += (pieces.randomElement(using: &random) ?? "").utf8
            }
        }
        // No UTF-8, now and then.
        if Int.random(in: 0..<4, using: &random) == 0, !text.isEmpty {
            for _ in 0..<3 {
                text[Int.random(in: 0..<text.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
        }
        return text
    }

    @Test(arguments: UInt64(1)...40) func noMarkIsOverlooked(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<100 {
            let bytes = LinkMarksTests.text(&random)
            bytes.withUnsafeBytes { text in
                for editsToo in [false, true] {
                    let marks = text.indices.filter {
                        LinkModel.isJoint(text, $0) || editsToo && LinkModel.mayBeEdited(text, $0)
                    }
                    var found: [Int] = []
                    var place = LinkMarks.next(in: text, from: 0, editsToo: editsToo)
                    while place < text.count {
                        found.append(place)
                        place = LinkMarks.next(in: text, from: place + 1, editsToo: editsToo)
                    }
                    // There may be more, if nothing is made of them.
                    #expect(found.filter(marks.contains) == marks)
                    #expect(Set(found).subtracting(marks).allSatisfy { PlainLinkText.edit(text, $0) == nil })
                }
            }
        }
    }

    /// The plain text, the way back, and each address that is looked up.
    @Test(arguments: UInt64(1)...40) func linksAreThoseOfThePlainWay(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var plain = PlainLinkText()
        for _ in 0..<100 {
            let bytes = LinkMarksTests.text(&random)
            bytes.withUnsafeBytes { text in
                let model = LinkModel(text)
                plain.fill(from: text)
                let addresses = plain.withBytes(of: text) { bytes in
                    #expect(Array(bytes) == model.bytes)
                    return LinkModel.addresses(bytes) { LinkMarks.next(in: $0, from: $1, editsToo: false) }
                }
                let expected = model.bytes.withUnsafeBytes { bytes in
                    LinkModel.addresses(bytes) { text, start in
                        text[start...].firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") } ?? text.count
                    }
                }
                #expect(addresses == expected)
                #expect(expected.isEmpty || plain.mayHaveLinks)
                for range in expected {
                    #expect(plain.isEdited(range) == model.isEdited(range))
                    #expect(plain.source(of: range) == model.source(of: range))
                }
            }
        }
    }

    @Test func mostTextsHaveNone() {
        var plain = PlainLinkText()
        for text in [
            "", "A long sentence, without anything that is written like an address. And: another one!",
            "Ein Satz (mit Klammern) und “Anführung” – 30 % davon. ", "日本語の文です 終わり",
        ] {
            Array(text.utf8).withUnsafeBytes { plain.fill(from: $0) }
            #expect(!plain.mayHaveLinks, "\(text)")
        }
    }
}

/// Links read byte by byte.
private struct LinkModel {
    private(set) var bytes: [UInt8] = []
    /// Stretches of `bytes`, most of one byte, and what they stand for.
    private var edits: [(plain: Range<Int>, source: Range<Int>)] = []

    init(_ text: UnsafeRawBufferPointer) {
        var at = 0
        while at < text.count {
            guard LinkModel.mayBeEdited(text, at), let edit = PlainLinkText.edit(text, at) else {
                bytes.append(text[at])
                at += 1
                continue
            }
            let start = bytes.count
            if let byte = edit.byte { bytes.append(byte) }
            edits.append((start..<bytes.count, edit.range))
            at = edit.range.upperBound
        }
    }

    static func mayBeEdited(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
        switch text[at] {
        case 0xC2, 0xE2, 0xE3, 0xEA, 0xEF: PlainLinkText.edit(text, at) != nil
        case UInt8(ascii: " "): PlainLinkText.edit(text, at) != nil
        default: "[({%".utf8.contains(text[at])
        }
    }

    static func isJoint(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
        guard at + 1 < text.count else { return false }
        return text[at] == UInt8(ascii: ".") && PlainLinkText.isHostByte(text[at + 1])
            || text[at] == UInt8(ascii: ":") && "/\\".utf8.contains(text[at + 1])
    }

    static func addresses(
        _ bytes: UnsafeRawBufferPointer, next: (UnsafeRawBufferPointer, Int) -> Int
    ) -> [Range<Int>] {
        var found: [Range<Int>] = []
        LinkScanner.forEach(in: bytes.assumingMemoryBound(to: UInt8.self), next: next) { address, start in
            found.append(start..<address.upperBound)
            return true
        }
        return found
    }

    /// Whether an edge of what stands for something else lies inside.
    func isEdited(_ range: Range<Int>) -> Bool {
        edits.contains { edit in
            [edit.plain.lowerBound, edit.plain.upperBound].contains { $0 > range.lowerBound && $0 < range.upperBound }
        }
    }

    func source(of range: Range<Int>) -> Range<Int> {
        /// Behind what was taken out at a start, before it at an end.
        func source(_ place: Int, isEnd: Bool) -> Int {
            let before = edits.last { isEnd ? $0.plain.lowerBound < place : $0.plain.lowerBound <= place }
            if isEnd, let here = edits.first(where: { $0.plain.lowerBound == place }) { return here.source.lowerBound }
            guard let before else { return place }
            if before.plain.contains(place) { return before.source.lowerBound + (place - before.plain.lowerBound) }
            return before.source.upperBound + (place - before.plain.upperBound)
        }
        let start = source(range.lowerBound, isEnd: false)
        return start..<max(start, source(range.upperBound, isEnd: true))
    }
}
