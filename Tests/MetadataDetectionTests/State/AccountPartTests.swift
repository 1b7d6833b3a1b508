import TestSupport
import Testing

@testable import MetadataDetection

/// Fast code beside plain one, and records that are read after each step.
@Suite struct AccountPartTests {
    /// A list of what was posted, the last at the end.
    private struct PlainRepeats {
        var things: [(hash: UInt32, count: Int, hour: UInt32)] = []

        mutating func add(_ hash: UInt32, hour: UInt32) -> Int {
            things.removeAll { hour - $0.hour >= 24 }
            let before = things.first { $0.hash == hash }?.count ?? 0
            things.removeAll { $0.hash == hash }
            if things.count == Repeats.most { things.removeFirst() }
            things.append((hash, before + 1, hour))
            return before + 1
        }
    }

    @Test(arguments: UInt64(1)...10)
    func repeatsAreThoseOfAList(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var repeats = Repeats()
        var plain = PlainRepeats()
        var now = StateTime(seconds: UInt32.random(in: 0...100_000, using: &random))
        for _ in 0..<800 {
            now.seconds += UInt32.random(
                in: 0...(Int.random(in: 0..<9, using: &random) == 0 ? 90_000 : 900), using: &random)
            let hash = UInt32.random(in: 0...11, using: &random) &* 0x9E37_79B9
            #expect(repeats.add(hash, now: now) == plain.add(hash, hour: now.seconds / 3_600))
            repeats = withRecord({ repeats.write(now: now, to: &$0) }) { Repeats(now: now, from: &$0) }
        }
    }

    /// As long as there are at most 64; beyond that the sketch that was read counts as the one that was written.
    @Test(arguments: UInt64(1)...10)
    func distinctThingsAreThoseOfASet(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var whole = DistinctCount()
        var copied = DistinctCount()
        var hours: [UInt32: UInt32] = [:]
        var isExact = true
        var now = StateTime(seconds: 50_000_000)
        let things: UInt32 = [9, 60, 90, 400][Int(seed % 4)]
        var (exact, estimated) = (0, 0)
        for _ in 0..<700 {
            now.seconds += UInt32.random(
                in: 0...(Int.random(in: 0..<40, using: &random) == 0 ? 90_000 : 800), using: &random)
            let time = StateTime(seconds: now.seconds - UInt32.random(in: 0...9_000, using: &random))
            let thing = UInt32.random(in: 0..<things, using: &random) &* 0x85EB_CA6B
            whole.add(thing, at: time, now: now)
            copied.add(thing, at: time, now: now)
            let count = whole.count(now: now)
            #expect(copied.count(now: now) == count)
            withRecord({ copied.write(now: now, to: &$0) }) { copied.read(now: now, from: &$0) }
            hours[thing] = max(hours[thing] ?? 0, time.seconds / 3_600)
            hours = hours.filter { now.seconds / 3_600 - $0.value < 24 }
            if hours.count > DistinctCount.mostExact { isExact = false }
            if count == 0 { isExact = true }
            if isExact { #expect(count == hours.count) }
            (exact, estimated) = (exact + (isExact ? 1 : 0), estimated + (isExact ? 0 : 1))
        }
        #expect(exact > 0 && (things < 100 || estimated > 0))
    }

    /// An account that does all there is to do, as much as can be counted.
    @Test func theLongestRecordHasRoom() {
        var record = AccountRecord(first: StateTime(seconds: 7))
        record.last = StateTime(seconds: 300_000_000)
        record.woke = (StateTime(seconds: 100), .max)
        record.firstStream = .max
        for activity in Activity.allCases {
            for hour in UInt32(0)..<168 {
                for pane in UInt32(0)..<12 {
                    let time = StateTime(seconds: record.last.seconds - hour * 3_600 - pane * 300)
                    record.counts[activity.rawValue].add(.max, at: time, now: record.last)
                }
            }
        }
        // The most that a sketch can take, and eight things each with a number of its own.
        let sketch = [UInt8](repeating: 0xFF, count: 1 + 1 + 1 + 4 * 64 + 512)
        var repeats = Repeats()
        for hash in UInt32(0)..<8 { for _ in 0..<300 { _ = repeats.add(hash, now: record.last) } }
        withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { room in
            var part = RecordWriter(room)
            repeats.write(now: record.last, to: &part)
            let isCut = part.isCut
            #expect(!isCut)
            sketch.withUnsafeBytes { sketch in
                record.hosts = .init(bytes: sketch, base: StateTime(seconds: 0))
                record.repeatedTexts = .init(bytes: part.written, base: StateTime(seconds: 0))
                record.repeatedMedia = .init(bytes: part.written, base: StateTime(seconds: 0))
                withUnsafeTemporaryAllocation(byteCount: BlockArena.longest, alignment: 8) { bytes in
                    var out = RecordWriter(bytes)
                    record.write(to: &out)
                    let (isCut, all) = (out.isCut, out.written)
                    #expect(!isCut && all.count > 1_000)
                    var copy = AccountRecord(first: StateTime(seconds: 0))
                    let isRead = copy.read(all)
                    #expect(isRead)
                    let (was, now) = (record.counts[3].lastWeek, copy.counts[3].lastWeek)
                    #expect(was > 0 && now == was)
                    // Nothing shorter is a record.
                    for count in 0..<all.count {
                        var shorter = AccountRecord(first: StateTime(seconds: 0))
                        let isRead = shorter.read(UnsafeRawBufferPointer(rebasing: all[..<count]))
                        #expect(!isRead)
                    }
                }
            }
        }
    }

    @Test(arguments: UInt64(1)...4)
    func rubbishIsNoRecord(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            var bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if !bytes.isEmpty { bytes[0] = AccountRecord.version }
            bytes.withUnsafeBytes { bytes in
                guard let record = AccountRecord(bytes) else { return }
                // What can be read can be written, and is the same then.
                let same = withUnsafeTemporaryAllocation(byteCount: BlockArena.longest, alignment: 8) { room in
                    var out = RecordWriter(room)
                    record.write(to: &out)
                    return !out.isCut
                }
                #expect(same)
                var repeats = RecordReader(record.repeatedTexts.bytes)
                _ = Repeats(now: record.last, from: &repeats)
                var hosts = DistinctCount()
                var reader = RecordReader(record.hosts.bytes)
                hosts.read(now: record.last, from: &reader)
                _ = hosts.count(now: record.last)
            }
        }
    }
}

@Suite struct SipHashSequenceTests {
    private let hash = (0..<16).map { UInt8($0) }.withUnsafeBytes { SipHash(key: $0) }

    private func sequence(_ parts: [[UInt8]]) -> UInt64 {
        var sequence = hash.sequence()
        for part in parts { part.withUnsafeBytes { sequence.append($0) } }
        return sequence.hash()
    }

    /// All ways of cutting some bytes in three are different, and so are bytes that differ in their zeros.
    @Test func cutsCount() {
        let bytes = (0..<24).map { UInt8($0 % 3 == 0 ? 0 : $0) }
        var seen: Set<UInt64> = []
        var count = 0
        for a in 0...bytes.count {
            for b in a...bytes.count {
                seen.insert(sequence([Array(bytes[..<a]), Array(bytes[a..<b]), Array(bytes[b...])]))
                count += 1
            }
        }
        for zeros in 0..<20 { seen.insert(sequence([[UInt8](repeating: 0, count: zeros)])) }
        #expect(seen.count == count + 20)
    }

    /// Every byte of every length is part of it.
    @Test(arguments: 0...40) func eachByteCounts(count: Int) {
        var bytes = (0..<count).map { UInt8($0) }
        let (short, long) = bytes.withUnsafeBytes { (hash.shortHash($0), hash.hash($0)) }
        for place in bytes.indices {
            bytes[place] ^= 0x40
            bytes.withUnsafeBytes { #expect(hash.shortHash($0) != short && hash.hash($0) != long) }
            bytes[place] ^= 0x40
        }
    }
}
