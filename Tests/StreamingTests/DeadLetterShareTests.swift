internal import TestSupport
internal import Testing

@testable internal import Streaming

@Suite struct DeadLetterShareTests {
    /// Against a plain list of the last batches that the window reaches into.
    @Test(arguments: UInt64(1)...60)
    func shareIsThatOfTheLastBatches(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let most = Double.random(in: 0..<1, using: &random)
        var share = DeadLetterShare(most: most)
        var all: [(records: Int, bad: Int)] = []
        for _ in 0..<200 {
            let records = Int.random(in: 0...400, using: &random)
            let bad = records == 0 ? 0 : Int.random(in: 0...records, using: &random)
            share.add(records: records, deadLetters: bad)
            if records > 0 { all.append((records, bad)) }
            var (window, letters) = (0, 0)
            for batch in all.reversed() where window < DeadLetterShare.window {
                window += batch.records
                letters += batch.bad
            }
            let expected = window >= DeadLetterShare.window && Double(letters) > most * Double(window)
            #expect(share.isExceeded == expected)
        }
    }

    @Test func nothingIsSaidOfTheFirstRecords() {
        var share = DeadLetterShare(most: 0.5)
        share.add(records: DeadLetterShare.window - 1, deadLetters: DeadLetterShare.window - 1)
        #expect(!share.isExceeded)
        share.add(records: 1, deadLetters: 1)
        #expect(share.isExceeded)
    }

    @Test func allOfThemIsNeverTooMuch() {
        var share = DeadLetterShare(most: 1)
        share.add(records: 5_000, deadLetters: 5_000)
        #expect(!share.isExceeded)
    }

    @Test func goodRecordsMakeUpForBadOnes() {
        var share = DeadLetterShare(most: 0.5)
        share.add(records: 600, deadLetters: 600)
        share.add(records: 600, deadLetters: 0)
        #expect(!share.isExceeded)
        share.add(records: 400, deadLetters: 0)
        share.add(records: 400, deadLetters: 400)
        #expect(!share.isExceeded)
    }
}
