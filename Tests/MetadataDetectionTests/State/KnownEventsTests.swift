import TestSupport
import Testing

@testable import MetadataDetection

@Suite struct KnownEventsTests {
    /// What is known, as a list.
    private struct Plain {
        let most: Int
        var entries: [KnownEvents.Entry] = []
        /// How many came before the first of them.
        var first: UInt64 = 0
        var forgotten = 0

        mutating func append(_ entry: KnownEvents.Entry, newest: StateTime) {
            entries.append(entry)
            while let oldest = entries.first {
                let isOld = newest.seconds >= oldest.time.seconds + KnownEvents.day
                guard isOld || entries.count > most else { break }
                if !isOld { forgotten += 1 }
                entries.removeFirst()
                first += 1
            }
        }

        func first(_ hash: UInt64, at time: StateTime) -> KnownEvents.Entry? {
            guard let entry = entries.last(where: { $0.hash == hash }) else { return nil }
            let distance = abs(Int64(entry.time.seconds) - Int64(time.seconds))
            return distance < Int64(KnownEvents.day) ? entry : nil
        }
    }

    /// Appended to, taken back to any kept mark, and appended to again; with hashes that come again after a day, and
    /// some that begin alike.
    @Test(arguments: UInt64(1)...6)
    func isAListOfTheLastDay(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let most = [40, 200, 5_000][Int(seed % 3)]
        var known = KnownEvents(most: most)
        var plain = Plain(most: most)
        var kept: [(mark: KnownEvents.Mark, plain: Plain)] = []
        let hashes = (0..<300).map { _ in
            // Of 60 beginnings, by which the index goes.
            UInt64.random(in: 1...60, using: &random) << 32 | UInt64.random(in: 0...3, using: &random)
        }
        var now: UInt32 = 100_000_000
        for number in 0..<1_000 {
            now += UInt32.random(in: 0...(Int.random(in: 0..<50, using: &random) == 0 ? 100_000 : 60), using: &random)
            let hash = hashes.randomElement(using: &random) ?? 1
            let late = UInt32.random(in: 0...(Int.random(in: 0..<9, using: &random) == 0 ? 80_000 : 0), using: &random)
            let time = StateTime(seconds: now - late)
            #expect(known.first(hash, at: time) == plain.first(hash, at: time))
            if plain.first(hash, at: time) == nil {
                let entry = KnownEvents.Entry(hash: hash, offset: Int64(number), time: time)
                let newest = StateTime(seconds: now)
                known.append(entry, newest: newest, keeping: kept.first?.mark.first ?? known.mark.first)
                plain.append(entry, newest: newest)
            }
            switch Int.random(in: 0..<60, using: &random) {
            case 0...3: kept.append((known.mark, plain))
            case 4: if !kept.isEmpty { kept.removeFirst(Int.random(in: 1...kept.count, using: &random)) }
            case 5:
                guard let place = kept.indices.randomElement(using: &random) else { break }
                known.restore(kept[place].mark)
                plain = kept[place].plain
                kept.removeSubrange(place...)
                for hash in hashes.prefix(60) { #expect(known.first(hash, at: time) == plain.first(hash, at: time)) }
            default: break
            }
            #expect(known.count == plain.entries.count && known.mark.first == plain.first)
        }
        #expect((known.mark.first..<known.mark.end).map { known[$0] } == plain.entries)
    }
}
