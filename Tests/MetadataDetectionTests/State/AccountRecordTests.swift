import Events
import TestSupport
import Testing

@testable import MetadataDetection

@Suite struct AccountRecordTests {
    /// An account that does everything all the time.
    @Test func theLargestRecordFits() throws {
        var now = StateTime(seconds: 200_000_000)
        var record = AccountRecord(first: StateTime(seconds: 0))
        record.woke = (now, .max)
        record.firstStream = .max
        var strikes = Strikes()
        for _ in 0..<20 {
            strikes.take(.terrorismStrike, weight: 100, at: now, StrikeDecay(halfLife: .seconds(3_600)))
            strikes.take(.removed, weight: nil, at: now, StrikeDecay(halfLife: .seconds(3_600)))
        }
        record.strikes = strikes
        let end = StateTime(seconds: now.seconds + 9 * 86_400)
        while now < end {
            now.seconds += 250
            record.advance(to: now)
            for activity in Activity.allCases { record[activity].add(.max, at: now, now: now) }
        }
        var hosts = DistinctCount()
        for host in UInt32(0)...5_000 { hosts.add(host &* 2_654_435_761, at: now, now: now) }
        record.hosts = part(now) { hosts.write(now: now, to: &$0) }
        record.hashtags = record.hosts
        var repeats = Repeats()
        for thing in UInt32(0)..<9 { for _ in 0..<300 { _ = repeats.add(thing, now: now) } }
        record.repeatedTexts = part(now) { repeats.write(now: now, to: &$0) }
        record.repeatedMedia = record.repeatedTexts
        let bytes = written(record)
        #expect(bytes.count > 500 && bytes.count <= 1_950)
        let copy = try #require(bytes.withUnsafeBytes { AccountRecord($0) })
        #expect(written(copy) == bytes)
        #expect(copy[.live].lastHour == 12 * 65_535)
    }

    /// Whatever is cut off or goes on behind the end is refused.
    @Test func whatIsNoRecordIsRefused() throws {
        var record = AccountRecord(first: StateTime(seconds: 5))
        record.advance(to: StateTime(seconds: 1_000_000))
        record[.text].add(3, at: record.last, now: record.last)
        let bytes = written(record)
        #expect(bytes.withUnsafeBytes { AccountRecord($0) } != nil)
        for count in 0..<bytes.count { #expect(bytes[..<count].withUnsafeBytes { AccountRecord($0) } == nil) }
        #expect((bytes + [0]).withUnsafeBytes { AccountRecord($0) } == nil)
        #expect(([9] + bytes.dropFirst()).withUnsafeBytes { AccountRecord($0) } == nil)
    }

    private func part(_ base: StateTime, _ write: (inout RecordWriter) -> Void) -> AccountRecord.Part {
        // Never given back: the record that has the part says nothing of how long it lives.
        var out = RecordWriter(.allocate(byteCount: 1_024, alignment: 1))
        write(&out)
        precondition(!out.isCut)
        return AccountRecord.Part(bytes: out.written, base: base)
    }

    private func written(_ record: AccountRecord) -> [UInt8] {
        withUnsafeTemporaryAllocation(byteCount: BlockArena.longest, alignment: 1) { room in
            var out = RecordWriter(room)
            record.write(to: &out)
            precondition(!out.isCut)
            return Array(out.written)
        }
    }
}
