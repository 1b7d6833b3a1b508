import TestSupport
import Testing

@testable import TextDetection

/// Beside a plain model: every choice of one occurrence a part.
@Suite struct CombinationTestTests {
    private static func structure(_ text: String) throws -> (TextStructure, FoldedTexts) {
        var text = text
        return try text.withUTF8 { original in
            let folded = try #require(FoldedTexts(original))
            var structure = TextStructure()
            structure.read(folded.bytes, folded.texts[0], [], original: UnsafeRawBufferPointer(original))
            return (structure, folded)
        }
    }

    /// One to three words of a text of `count` words, each two letters and a space long.
    private static func occurrences(_ count: Int, parts: Int, _ random: inout SplitMix64) -> [CombinationTest
        .Occurrence]
    {
        (0..<Int.random(in: 0...9, using: &random)).map { _ in
            let first = Int.random(in: 0..<count, using: &random)
            let last = min(count - 1, first + Int.random(in: 0...2, using: &random))
            return CombinationTest.Occurrence(
                part: UInt32.random(in: 0..<UInt32(parts), using: &random), range: 1 + 3 * first..<1 + 3 * last + 2,
                isPlain: Bool.random(using: &random))
        }
    }

    @Test(arguments: UInt64(1)...200) func nearIsTheShortestStretchOfAnyChoice(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let (structure, _) = try CombinationTestTests.structure(
            Array(repeating: "ab", count: 14).joined(separator: " "))
        let parts = Int.random(in: 2...3, using: &random)
        let words = Int.random(in: 2...8, using: &random)
        let occurrences = CombinationTestTests.occurrences(14, parts: parts, &random)
        var choices: [[CombinationTest.Occurrence]] = [[]]
        for part in 0..<parts {
            choices = choices.flatMap { choice in
                occurrences.filter { $0.part == UInt32(part) }.map { choice + [$0] }
            }
        }
        var shortest: [Int: Int] = [:]
        for choice in choices {
            let start = choice.map(\.range.lowerBound).min() ?? 0
            let end = choice.map(\.range.upperBound).max() ?? 0
            // Words are three bytes apart.
            guard (end - start + 1) / 3 <= words else { continue }
            shortest[end] = max(shortest[end] ?? 0, start)
        }
        let found = CombinationTest.near(occurrences, parts: parts, words: words, structure)
        #expect(found.map(\.range) == shortest.sorted { $0.key < $1.key }.map { $0.value..<$0.key })
    }

    @Test(arguments: UInt64(1)...200) func withoutLooksAtWholeSentences(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let signs = (0..<14).map { _ in Bool.random(using: &random) ? "Ab" : "A." }
        let (structure, _) = try CombinationTestTests.structure(signs.joined(separator: " "))
        let occurrences = CombinationTestTests.occurrences(14, parts: 2, &random)
        func sentences(_ occurrence: CombinationTest.Occurrence) -> Set<Int> {
            Set(occurrence.range.map { structure.sentence(at: $0) })
        }
        let expected = occurrences.filter { one in
            one.part == 0
                && !occurrences.contains { $0.part == 1 && !sentences($0).isDisjoint(with: sentences(one)) }
        }
        let found = CombinationTest.without(occurrences, structure)
        #expect(found.map(\.range.lowerBound) == expected.map(\.range.lowerBound).sorted())
    }
}
