import Configuration
import Events
import TestSupport
import Testing

@testable import MetadataDetection

/// However records are cut into batches, taken back and read anew, they come to the same.
@Suite struct SightingStateTests {
    private static let key = Array("key".utf8)

    /// Under which campaigns begin and end all the time, and things are forgotten.
    static func tight() -> SightingSettings {
        var settings = Settings(known: SightingSettings.all)
        settings = settings.with(SightingSettings.youngAccounts, 4)
        settings = settings.with(SightingSettings.youngShare, 0.2)
        settings = settings.with(SightingSettings.times, 0)
        settings = settings.with(SightingSettings.quiet, .seconds(600))
        settings = settings.with(SightingSettings.togetherAccounts, 3)
        settings = settings.with(SightingSettings.streamAccounts, 2)
        settings = settings.with(SightingSettings.textHosts, 3)
        settings = settings.with(SightingSettings.returnAccounts, 9)
        settings = settings.with(SightingSettings.togetherWithin, .seconds(3_600))
        return SightingSettings(settings)
    }

    private func run(
        _ records: [SightingState.Record], _ settings: SightingSettings, cuts: (Int) -> Int
    ) -> (outcome: [SightingOutcome], state: SightingState) {
        let state = SightingState(settings, key: SightingStateTests.key)
        var outcomes: [SightingOutcome] = []
        var place = 0
        while place < records.count {
            let end = min(records.count, place + max(1, cuts(place)))
            outcomes.append(state.fold(Array(records[place..<end]), nextOffset: records[end - 1].offset + 1).outcome)
            state.committed(before: .max)
            place = end
        }
        return (outcomes, state)
    }

    private func all(_ outcomes: [SightingOutcome]) -> SightingOutcome {
        outcomes.reduce(into: SightingOutcome()) { all, one in
            all.campaigns += one.campaigns
            all.superseded += one.superseded
            all.repeated += one.repeated
            all.late += one.late
            all.unreadable += one.unreadable
        }
    }

    @Test(arguments: 1...4) func batchesOfAnySizeComeToTheSame(_ seed: UInt64) throws {
        let stream = try SightingStream(count: 1_500, seed: seed)
        let settings = SightingStateTests.tight()
        let (whole, state) = run(stream.records, settings) { _ in stream.records.count }
        let expected = all(whole)
        for phase in Campaign.Phase.allCases {
            #expect(expected.campaigns.contains { $0.phase == phase }, "\(phase) does not occur")
        }
        #expect(Set(expected.campaigns.map(\.reason)).count >= 3)
        #expect(!expected.superseded.isEmpty && expected.repeated > 0 && expected.late > 0)
        #expect(expected.unreadable == 0)
        var random = SplitMix64(seed: seed)
        for most in [1, 7, 90] {
            let (parts, other) = run(stream.records, settings) { _ in Int.random(in: 1...most, using: &random) }
            #expect(all(parts) == expected)
            #expect(other.fingerprint == state.fingerprint)
        }
    }

    @Test(arguments: 1...4) func whatIsTakenBackNeverWas(_ seed: UInt64) throws {
        let stream = try SightingStream(count: 1_200, seed: seed)
        let settings = SightingStateTests.tight()
        let (whole, expected) = run(stream.records, settings) { _ in stream.records.count }
        var random = SplitMix64(seed: seed &+ 50)
        let state = SightingState(settings, key: SightingStateTests.key)
        var outcomes: [(first: Int, outcome: SightingOutcome)] = []
        var (place, committed) = (0, 0)
        while place < stream.records.count {
            let end = min(stream.records.count, place + Int.random(in: 1...60, using: &random))
            let records = Array(stream.records[place..<end])
            outcomes.append(
                (place, state.fold(records, nextOffset: stream.records[end - 1].offset + 1).outcome))
            place = end
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                committed = place
                state.committed(before: stream.records[place - 1].offset + 1)
            case 1:
                // To the beginning of any batch that is not committed.
                guard let back = outcomes.map(\.first).filter({ $0 >= committed }).randomElement(using: &random) else {
                    continue
                }
                place = back
                state.rollBack(to: stream.records[back].offset)
                outcomes.removeAll { $0.first >= back }
            default: break
            }
        }
        #expect(all(outcomes.map(\.outcome)) == all(whole))
        #expect(state.fingerprint == expected.fingerprint)
    }

    @Test(arguments: 1...3) func aRestoredStateGoesOnAsTheOldOne(_ seed: UInt64) throws {
        let stream = try SightingStream(count: 1_200, seed: seed)
        let settings = SightingStateTests.tight()
        let (whole, expected) = run(stream.records, settings) { _ in 20 }
        var random = SplitMix64(seed: seed)
        var state = SightingState(settings, key: SightingStateTests.key)
        var changelog: [[UInt8]: [UInt8]?] = [:]
        var outcomes: [SightingOutcome] = []
        var place = 0
        while place < stream.records.count {
            let end = min(stream.records.count, place + Int.random(in: 1...80, using: &random))
            let folded = state.fold(
                Array(stream.records[place..<end]), nextOffset: stream.records[end - 1].offset + 1)
            outcomes.append(folded.outcome)
            for record in folded.changes.records {
                changelog[Array(folded.changes.bytes[record.key])] =
                    .some(record.value.map { Array(folded.changes.bytes[$0]) })
            }
            place = end
            guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
            let restore = StateRestore(settings, key: SightingStateTests.key)
            // In any order, as compaction leaves them.
            for (key, value) in changelog.shuffled(using: &random) {
                try key.withUnsafeBytes { key in
                    guard let value else { return try restore.take(key: key, value: nil) }
                    try value.withUnsafeBytes { try restore.take(key: key, value: $0) }
                }
            }
            let restored = try restore.finish()
            #expect(restored.fingerprint == state.fingerprint)
            #expect(restored.campaigns == state.campaigns)
            state = restored
        }
        #expect(all(outcomes) == all(whole))
        #expect(state.fingerprint == expected.fingerprint)
    }

    @Test func recordsThatWereSeenChangeNothing() throws {
        let stream = try SightingStream(count: 200, seed: 5)
        let (_, state) = run(stream.records, SightingStateTests.tight()) { _ in 10 }
        let before = state.fingerprint
        let again = state.fold(stream.records, nextOffset: (stream.records.last?.offset ?? 0) + 1)
        #expect(again.outcome == SightingOutcome())
        #expect(state.fingerprint == before)
    }

    @Test func moreThingsThanAreRememberedAreForgotten() throws {
        var settings = Settings(known: SightingSettings.all)
        settings = settings.with(SightingSettings.mostThings, 1_000)
        let state = SightingState(SightingSettings(settings), key: SightingStateTests.key)
        for number in 0..<3_000 {
            var bytes: [UInt8] = []
            var fingerprint = Digest256()
            fingerprint.words.0 = UInt64(number)
            let time = (SightingStream.start + Int64(number)) * 1_000
            SightingCoding.append(
                SightingStream.made(
                    .file, fingerprint, account: number, at: time, age: nil, isActedOn: true, number: UInt64(number)),
                to: &bytes)
            _ = state.fold(
                [try SightingStream.record(bytes, Int64(number), time / 1_000)], nextOffset: Int64(number) + 1)
            state.committed(before: .max)
        }
        #expect(state.records <= 1_000)
        #expect(state.evicted >= 2_000)
    }
}
