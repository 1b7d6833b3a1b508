import TestSupport
import Testing

@testable import TextDetection

@Suite struct TextStructureTests {
    private func read(_ text: String) throws -> (structure: TextStructure, folded: FoldedTexts) {
        var text = text
        return try text.withUTF8 { original in
            let folded = try #require(FoldedTexts(original))
            var structure = TextStructure()
            structure.read(
                folded.bytes, folded.texts[0], folded.edits[folded.texts[0].edits],
                original: UnsafeRawBufferPointer(original))
            return (structure, folded)
        }
    }

    private func sentences(_ text: String) throws -> [String] {
        let (structure, folded) = try read(text)
        var start = folded.texts[0].bytes.lowerBound
        return structure.sentenceEnds.map { end in
            defer { start = Int(end) }
            return String(decoding: folded.bytes[start..<Int(end)], as: UTF8.self)
                .trimmingPrefix(while: \.isWhitespace).description
        }
    }

    @Test(arguments: [
        ("One. Two! Three? Four", ["one.", "two!", "three?", "four"]),
        ("It costs 3.50 or 4.75. Fine.", ["it costs 3.50 or 4.75.", "fine."]),
        ("See example.com for more. Bye", ["see example.com for more.", "bye"]),
        ("U. S. Forces left. They went", ["u. s. forces left.", "they went"]),
        ("z.B. kleine Dinge, vgl. das Buch. Ende", ["z.b. kleine dinge, vgl. das buch.", "ende"]),
        ("no capitals here. not one. really", ["no capitals here.", "not one.", "really"]),
        ("“Stop!” he said. “Go.” She went", ["“stop!”", "he said.", "“go.”", "she went"]),
        ("A title\nThe text goes on\nover the line", ["a title", "the text goes on over the line"]),
        ("यह पहला है। यह दूसरा है।", ["यह पहला है।", "यह दूसरा है।"]),
        ("هل هذا؟ نعم. لا", ["هل هذا؟", "نعم.", "لا"]),
        ("这是一。这是二！这是三", ["这是一。", "这是二!这是三"]),
        ("Wait... what?!  Really", ["wait...", "what?!", "really"]),
        ("...", []), ("", []), ("word", ["word"]),
    ])
    func sentencesEnd(text: String, expected: [String]) throws {
        #expect(try sentences(text) == expected.map { $0 })
    }

    /// Words of spaced scripts count one, parts of the others by what words come to there.
    @Test(arguments: [
        ("one two three", 3), ("don't", 2), ("日本語の文", 3), ("ไทยไทย", 2), ("eins 日本 zwei", 3), ("—", 0), ("日", 1),
    ])
    func wordsAreCounted(text: String, expected: Int) throws {
        let (structure, folded) = try read(text)
        #expect(structure.count(wordsIn: folded.texts[0].bytes) == expected)
    }

    /// Any text: words ascend within their sentences, and each place finds its own.
    @Test(arguments: UInt64(1)...60) func placesFindTheirWordsAndSentences(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let pieces = ["Word", " ", ". ", "! ", "。", "日", "\n", "é", "\u{202E}abc\u{202C}", "؟", "ไ", "\"", "1", "’"]
        let text = (0..<Int.random(in: 0...60, using: &random)).map { _ in
            pieces.randomElement(using: &random) ?? ""
        }.joined()
        let (structure, folded) = try read(text)
        #expect(structure.sentenceEnds == ContiguousArray(Set(structure.sentenceEnds).sorted()))
        var end = UInt32(folded.texts[0].bytes.lowerBound)
        for (number, word) in structure.words.enumerated() {
            #expect(word.start >= end && word.end > word.start)
            end = word.end
            for place in word.range {
                #expect(structure.word(at: place) == number)
                #expect(structure.sentence(at: place) == Int(word.sentence))
            }
        }
        #expect(end <= UInt32(folded.texts[0].bytes.upperBound))
    }
}
