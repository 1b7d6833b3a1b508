import TestSupport
import Testing

@testable import TextDetection

@Suite struct BandCheckTests {
    private func check(_ text: [UInt8], _ document: [UInt8], _ i: Int, _ j: Int) -> BandCheck.Result? {
        var check = BandCheck()
        return text.withUnsafeBufferPointer { text in
            document.withUnsafeBufferPointer { check.run(text, $0, at: (i, j)) }
        }
    }

    /// The best alignment of the first `count` words of `text` with the beginning of `document`, by the textbook's
    /// table.
    private func model(_ text: [UInt8], _ document: [UInt8], _ count: Int) -> Int {
        let columns = count + BandCheck.band + 1
        let outside = -1_000
        var table = Array(repeating: Array(repeating: outside, count: columns + 1), count: count + 1)
        for x in 0...count {
            for y in 0..<columns where abs(x - y) <= BandCheck.band {
                var best = x == 0 && y == 0 ? 0 : outside
                if x > 0 { best = max(best, table[x - 1][y] - 1) }
                if y > 0 { best = max(best, table[x][y - 1] - 1) }
                if x > 0, y > 0 {
                    let isPair = y <= document.count && text[x - 1] == document[y - 1]
                    best = max(best, table[x - 1][y - 1] + (isPair ? 1 : 0))
                }
                table[x][y] = best
            }
        }
        return table[count].max() ?? 0
    }

    private func modelEqual(_ text: [UInt8], _ document: [UInt8], _ i: Int, _ j: Int) -> Int {
        let right = (Array(text[i...].prefix(40)), Array(document[j...]))
        let left = (Array(text[..<i].reversed().prefix(35)), Array(document[..<j].reversed()))
        return (5...40).map { taken in
            model(right.0, right.1, min(taken, right.0.count)) + model(left.0, left.1, min(40 - taken, left.0.count))
        }.max() ?? 0
    }

    @Test(arguments: UInt64(1)...60) func countsAsTheTextbookDoes(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let kinds = UInt8.random(in: 2...200, using: &random)
        func words(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 1...kinds, using: &random) } }
        let document = words(Int.random(in: 5...90, using: &random))
        let j = Int.random(in: 0...document.count - 5, using: &random)
        // A copy that was changed, around a run that was not.
        func changed(_ words: ArraySlice<UInt8>) -> [UInt8] {
            words.flatMap { word -> [UInt8] in
                switch Int.random(in: 0..<10, using: &random) {
                case 0: []
                case 1: [UInt8.random(in: 1...kinds, using: &random), word]
                case 2: [UInt8.random(in: 1...kinds, using: &random)]
                default: [word]
                }
            }
        }
        let before = changed(document[..<j])
        let text = before + document[j..<j + 5] + changed(document[(j + 5)...])
        let result = try #require(check(text, document, before.count, j))
        #expect(result.equal == modelEqual(text, document, before.count, j))
        #expect(result.text.contains(before.count) && result.document.contains(j))
        #expect(result.text.lowerBound >= 0 && result.text.upperBound <= text.count)
        #expect(result.document.lowerBound >= 0 && result.document.upperBound <= document.count)
        #expect(result.text.count <= 75 && abs(result.text.count - result.document.count) <= 2 * BandCheck.band)
    }

    @Test func aCopyGoesTogetherAsFarAsItIsLookedAt() throws {
        let words = (0..<100).map { UInt8($0 + 1) }
        let result = try #require(check(words, words, 50, 50))
        #expect(result == BandCheck.Result(equal: 40, text: 15..<90, document: 15..<90))
    }

    @Test func aStretchEndsWhereTheLikenessDoes() throws {
        let shared = (0..<30).map { UInt8($0 + 1) }
        let (ours, theirs) = ([UInt8](repeating: 100, count: 40), [UInt8](repeating: 200, count: 40))
        let result = try #require(check(ours + shared + ours, theirs + shared + theirs, 50, 50))
        #expect(result == BandCheck.Result(equal: 30, text: 40..<70, document: 40..<70))
    }

    /// Three words more on either side are followed, at their price, and the document's end moves with them.
    @Test func insertedAndDeletedWordsAreFollowed() throws {
        let words = (0..<60).map { UInt8($0 + 1) }
        let more = Array(words[..<30]) + [101, 102, 103] + Array(words[30...])
        let result = try #require(check(more, words, 10, 10))
        #expect(result.equal == 34 && result.document.upperBound == 47 && result.text.upperBound == 50)
        let fewer = Array(words[..<30]) + Array(words[33...])
        let other = try #require(check(fewer, words, 10, 10))
        #expect(other.equal == 37 && other.document.upperBound == 53 && other.text.upperBound == 50)
        let far = Array(words[..<30]) + [101, 102, 103, 104] + Array(words[30...])
        #expect(try #require(check(far, words, 10, 10)).equal == 30)
    }

    /// Beyond a window and beyond the band, from one end to the other: a word more in each ten, a word less in each ten.
    @Test func aStretchIsFollowedToItsEnds() throws {
        var random = SplitMix64(seed: 5)
        let words = (0..<600).map { _ in UInt8.random(in: 1...255, using: &random) }
        for (text, start) in [
            (words.enumerated().flatMap { $0 % 10 == 9 ? [$1, UInt8(1)] : [$1] }, 330),
            (words.enumerated().filter { $0.offset % 10 != 9 }.map(\.element), 270),
        ] {
            var check = BandCheck()
            text.withUnsafeBufferPointer { text in
                words.withUnsafeBufferPointer { words in
                    guard var result = check.run(text, words, at: (start, 300)) else {
                        Issue.record("no run")
                        return
                    }
                    var walks = 0
                    #expect(check.extend(&result, text, words, walks: &walks, most: 1_000))
                    #expect(result.text.lowerBound <= 1 && result.text.upperBound >= text.count - 1)
                    #expect(result.document.lowerBound <= 1 && result.document.upperBound >= 598)
                    var few = result
                    walks = 0
                    few.text = start..<start + 5
                    few.document = 300..<305
                    #expect(!check.extend(&few, text, words, walks: &walks, most: 2))
                    #expect(walks == 2 && few.text.count < 100)
                }
            }
        }
    }

    /// A chance collision of fingerprints is no run.
    @Test func whatDoesNotStandInBothIsNone() {
        let words = (0..<20).map { UInt8($0 + 1) }
        #expect(check(words, words, 3, 4) == nil)
        #expect(check(words, words, 16, 16) == nil)
        #expect(check(words, Array(words[..<7]), 5, 5) == nil)
    }
}
