import Events
import TestSupport
import Testing

@testable import TextDetection

@Suite struct DocumentTextTests {
    private func words(_ text: String) throws -> DocumentText {
        let folded = try #require(FoldedText(text))
        var words = DocumentText()
        folded.bytes.withUnsafeBufferPointer { words.append($0) }
        return words
    }

    private func spellings(_ text: String) throws -> [String] {
        let folded = try #require(FoldedText(text))
        let words = try words(text)
        return (0..<words.count).map {
            String(decoding: folded.bytes[Int(words.starts[$0])..<Int(words.ends[$0])], as: UTF8.self)
        }
    }

    @Test func wordsAreRunsOfLettersMarksAndDigits() throws {
        #expect(
            try spellings("  The Grey-Lantern, 12 “Élan”: don't…e\u{301}tude\u{200B}s!") == [
                "the", "grey", "lantern", "12", "elan", "don", "t", "etudes",
            ])
        #expect(try spellings("Фонарь मंत्री قَالَ").count == 3)
        #expect(try spellings("") == [])
        #expect(try spellings(" .,;!") == [])
    }

    /// Values of signals hold these: a change here is a new `DocumentText.folding`.
    @Test func hashesStayWhatTheyWere() throws {
        let english = Array(try words("The Order of the Grey Lantern met in Vastmark").hashes)
        #expect(english == [64305, 26890, 24249, 64305, 50557, 4689, 1214, 22746, 18690])
        let chinese = Array(try words("灰色灯笼会在那里开会").hashes)
        #expect(chinese == [15764, 28852, 12619, 51152, 60029])
        #expect(DocumentText.folding == 1)
    }

    @Test func aWordHasOneHashWhereverItStands() throws {
        let hashes = try words("lantern LANTERN ｌａｎｔｅｒｎ lan\u{AD}tern (lantern) lanterns").hashes
        #expect(Set(hashes.prefix(5)).count == 1)
        #expect(hashes[5] != hashes[0])
    }

    /// ASCII is taken faster than the rest, to the same end.
    @Test(arguments: UInt64(1)...50) func mixedWordsHashAsTheirCharacters(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var text = ""
        var expected: [UInt16] = []
        for _ in 0..<200 {
            let word = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                "ab9_zжя".randomElement(using: &random) ?? "a"
            }
            text += word + (Bool.random(using: &random) ? " " : ". ")
            expected.append(hash(String(word)))
            // A single character of a script without spaces is a piece of its own, whatever it stands between.
            if Bool.random(using: &random) {
                text = text.trimmingSuffix(while: { $0 == " " || $0 == "." }) + "漢"
                expected.append(hash("漢"))
            }
        }
        var words = DocumentText()
        Array(text.utf8).withUnsafeBufferPointer { words.append($0) }
        #expect(Array(words.hashes) == expected)
    }

    private func hash(_ word: String) -> UInt16 {
        let sum = word.unicodeScalars.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { sum, scalar in
            (sum ^ UInt64(scalar.value)) &* 0x0000_0100_0000_01B3
        }
        return UInt16(truncatingIfNeeded: DocumentText.mix(sum))
    }

    /// Whatever is put in front or behind changes no pieces but those beside it.
    @Test(arguments: UInt64(1)...20) func piecesOfUnspacedScriptsAreLocal(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for letters in [0x4E00...0x4FFF, 0x3041...0x3090, 0x0E01...0x0E2E] {
            func run(_ count: Int) -> String {
                String(
                    String.UnicodeScalarView(
                        (0..<count).compactMap { _ in
                            Unicode.Scalar(
                                UInt32.random(
                                    in: UInt32(letters.lowerBound)...UInt32(letters.upperBound), using: &random))
                        }))
            }
            let middle = run(200)
            let pieces = try spellings(middle)
            #expect(pieces.joined() == FoldedText(middle)?.bytes.text)
            #expect(pieces.allSatisfy { $0.unicodeScalars.count <= DocumentText.longestPiece })
            let around = try spellings(run(30) + middle + run(30))
            // Where pieces are cut for their length the effect may reach farther; it ends at the next cut.
            let inner = pieces.dropFirst(12).dropLast(12)
            #expect(around.indices.contains { around[$0...].starts(with: inner) })
            let mean = 200 / Double(pieces.count)
            #expect(letters.lowerBound >= 0x2E80 ? (1.6...2.6).contains(mean) : (2.8...5).contains(mean))
        }
    }

    @Test func whatIsNoTextMakesNoTrouble() {
        var random = SplitMix64(seed: 3)
        for count in [1, 2, 3, 5, 64, 1_000] {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            var words = DocumentText()
            bytes.withUnsafeBufferPointer { words.append($0) }
            #expect(zip(words.starts, words.ends).allSatisfy { $0 < $1 && $1 <= count })
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}

extension [UInt8] {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
