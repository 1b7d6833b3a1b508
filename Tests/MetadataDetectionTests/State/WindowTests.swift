import Events
import TestSupport
import Testing

@testable import MetadataDetection

@Suite struct WindowTests {
    /// Against a list of all that happened.
    @Test(arguments: UInt64(1)...30)
    func slidingCountIsThatOfTheEvents(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var count = SlidingCount()
        var now = StateTime(seconds: UInt32.random(in: 0...300_000_000, using: &random))
        // So that records have counts of each width.
        let most = [1, 3, 60, 900][Int(seed % 4)]
        var events: [(time: UInt32, amount: Int)] = []
        func plain(_ length: UInt32, _ panes: UInt32) -> Int {
            var sum = 0
            for (time, amount) in events where now.seconds / length - time / length < panes { sum += amount }
            return sum
        }
        for _ in 0..<300 {
            let before = now
            let steps: [UInt32] = [0, 20, 90, 400, 4_000, 50_000, 900_000]
            now.seconds += UInt32.random(in: 0...(steps.randomElement(using: &random) ?? 0), using: &random)
            count.advance(from: before, to: now)
            // Late by up to ten minutes.
            let time = StateTime(seconds: now.seconds - min(now.seconds, UInt32.random(in: 0...600, using: &random)))
            let amount = Int.random(in: 1...most, using: &random)
            count.add(UInt16(amount), at: time, now: now)
            events.append((time.seconds, amount))
            #expect(count.lastMinute == plain(60, 2) && count.lastFiveMinutes == plain(60, 6))
            #expect(count.lastHour == plain(300, 12))
            #expect(count.lastDay == plain(3_600, 24))
            #expect(count.lastWeek == plain(86_400, 7))
            let copy = withRecord({ count.write(to: &$0) }) { reader in
                var copy = SlidingCount()
                copy.read(from: &reader)
                return copy
            }
            #expect(copy.lastMinute == count.lastMinute && copy.lastFiveMinutes == count.lastFiveMinutes)
            #expect(copy.lastHour == count.lastHour && copy.lastDay == count.lastDay && copy.lastWeek == count.lastWeek)
        }
    }

    /// One thing that was done once takes a byte.
    @Test func aQuietAccountsCountIsShort() {
        var count = SlidingCount()
        let now = StateTime(seconds: 1_000_000)
        count.add(1, at: now, now: now)
        // Whatever is not read ends the test.
        #expect(withRecord({ count.write(to: &$0) }) { $0.byte() } == 0b11_1100)
    }

    @Test func countsStopAtTheHighest() {
        var count = SlidingCount()
        let now = StateTime(seconds: 1_000)
        for _ in 0..<3 { count.add(40_000, at: now, now: now) }
        #expect(count.lastHour == 65_535)
    }

    /// Exactly up to 64; beyond that within four standard errors.
    @Test(arguments: [1, 63, 64, 65, 200, 1_000, 20_000])
    func distinctThings(things: Int) {
        var random = SplitMix64(seed: UInt64(things))
        var distinct = DistinctCount()
        var now = StateTime(seconds: 1_000_000)
        let hashes = (0..<things).map { _ in UInt32.random(in: 0...UInt32.max, using: &random) }
        for round in 0..<2 {
            for hash in hashes { distinct.add(hash, at: now, now: now) }
            now.seconds += UInt32(round * 600)
        }
        var copy = DistinctCount()
        withRecord({ distinct.write(now: now, to: &$0) }) { copy.read(now: now, from: &$0) }
        let count = copy.count(now: now)
        #expect(distinct.count(now: now) == count)
        let exact = Set(hashes).count
        if exact <= DistinctCount.mostExact {
            #expect(count == exact)
        } else {
            #expect(abs(Double(count) - Double(exact)) < 4 * 0.092 * Double(exact), "\(count) of \(exact)")
        }
        now.seconds += 40 * 3_600
        #expect(copy.count(now: now) == 0)
    }

    @Test func distinctThingsLeaveAfterADay() {
        var distinct = DistinctCount()
        let start = StateTime(seconds: 7_200_000)
        distinct.add(1, at: start, now: start)
        let later = StateTime(seconds: start.seconds + 20 * 3_600)
        distinct.add(2, at: later, now: later)
        #expect(distinct.count(now: later) == 2)
        #expect(distinct.count(now: StateTime(seconds: start.seconds + 25 * 3_600)) == 1)
        // Seen again in time it stays.
        distinct.add(2, at: StateTime(seconds: later.seconds + 3_600), now: StateTime(seconds: later.seconds + 3_600))
        #expect(distinct.count(now: StateTime(seconds: later.seconds + 24 * 3_600)) == 1)
    }

    /// Written and read again at every step it says the same as one that never was, though a record leaves out what can't
    /// count any more.
    @Test(arguments: UInt64(1)...8)
    func distinctThingsAreTheSameFromRecords(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var now = StateTime(seconds: 1_000_000)
        var kept = DistinctCount()
        var read = DistinctCount()
        var longest = 0
        for _ in 0..<200 {
            let steps: [UInt32] = [60, 3_600, 20_000, 100_000]
            now.seconds += UInt32.random(in: 0...(steps.randomElement(using: &random) ?? 0), using: &random)
            for _ in 0..<Int.random(in: 1...120, using: &random) {
                // Late by up to half a day.
                let time = StateTime(seconds: now.seconds - UInt32.random(in: 0...43_200, using: &random))
                let thing = UInt32.random(in: 0...UInt32.max, using: &random)
                kept.add(thing, at: time, now: now)
                read.add(thing, at: time, now: now)
            }
            let count = kept.count(now: now)
            #expect(read.count(now: now) == count)
            longest = max(longest, count)
            var copy = DistinctCount()
            withRecord({ read.write(now: now, to: &$0) }) { copy.read(now: now, from: &$0) }
            read = copy
        }
        #expect(longest > 500)
    }

    /// Hours by halves of bytes, days by bytes and minutes by nothing.
    @Test func countsAreAsWideAsTheirWindowNeeds() {
        var count = SlidingCount()
        var now = StateTime(seconds: 86_400 * 1_000)
        for hour in UInt32(0)..<23 {
            let time = StateTime(seconds: 86_400 * 1_000 + hour * 3_600)
            count.advance(from: now, to: time)
            now = time
            count.add(hour == 22 ? 1 : 12, at: time, now: time)
        }
        // The panes as LEB128 and the widths; nothing for the five minutes, 12 for the hours, one or two for the day.
        let bytes = withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { room in
            var out = RecordWriter(room)
            count.write(to: &out)
            return out.count
        }
        #expect(bytes == 7 + 1 + 0 + 12 + 2 + 0)
    }

    @Test func repeatsForgetTheLongestAgo() {
        var repeats = Repeats()
        let now = StateTime(seconds: 5_000_000)
        #expect(repeats.add(1, now: now) == 1)
        #expect(repeats.add(1, now: now) == 2)
        for thing in UInt32(2)...8 { #expect(repeats.add(thing, now: now) == 1) }
        #expect(repeats.add(1, now: now) == 3)
        #expect(repeats.add(9, now: now) == 1)  // in the place of 2
        repeats = withRecord({ repeats.write(now: now, to: &$0) }) { Repeats(now: now, from: &$0) }
        #expect(repeats.add(2, now: now) == 1)
        #expect(repeats.add(1, now: now) == 4)
        #expect(repeats.add(1, now: StateTime(seconds: now.seconds + 25 * 3_600)) == 1)
    }

    // MARK: Clock

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1_000) }

    @Test func eventsMoveTheClockAndNothingElse() {
        var clock = EventClock()
        func place(_ time: Int64, written: Int64) -> EventClock.Placement {
            clock.place(at(time), written: at(written), lateness: 600, ahead: .seconds(60))
        }
        #expect(place(10_000, written: 10_000) == .init(time: at(10_000)))
        #expect(place(9_400, written: 10_001) == .init(time: at(9_400)))
        #expect(clock.newest == at(10_000))
        #expect(place(9_399, written: 10_002) == .init(time: at(9_399), lateBy: 601))
        #expect(clock.newest == at(10_000))
        // A record that was written late is no clock of the future.
        #expect(place(10_060, written: 10_000) == .init(time: at(10_060)))
        #expect(place(99_000, written: 10_070) == .init(time: at(10_070), aheadBy: 88_930))
        #expect(clock.newest == at(10_070))
    }
}

/// What `write` writes, as `read` reads it.
func withRecord<Value>(_ write: (inout RecordWriter) -> Void, _ read: (inout RecordReader) -> Value) -> Value {
    withUnsafeTemporaryAllocation(byteCount: BlockArena.longest, alignment: 16) { bytes in
        var out = RecordWriter(bytes)
        write(&out)
        precondition(!out.isCut)
        var reader = RecordReader(out.written)
        let value = read(&reader)
        precondition(reader.isAtEnd && !reader.isBroken, "all of it is read")
        return value
    }
}
