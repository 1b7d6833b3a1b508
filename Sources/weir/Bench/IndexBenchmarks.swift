import Events
import Glibc
import LoadGeneration
import Signals

/// What looking up hashes costs, on one core, by how many are known and how alike they are.
///
/// PDQ queries: `miss`, which are near nothing; `near`, variants of known hashes within the threshold; `edge`, variants
/// just beyond it. Sets: `random`, and `families` of a thousand variants of one picture, up to 60 bits from it.
enum IndexBenchmarks {
    /// So many bits may differ (PDQ's usual threshold).
    static let threshold = 31
    static let family = 1_000
    static let queries = 4_096

    /// - Parameter target: PDQ look-ups a second.
    static func run(_ signals: Int, atLeast target: Double, _ duration: Duration) async -> [Figure] {
        let name = "index-" + (signals % 1_000_000 == 0 ? "\(signals / 1_000_000)M" : "\(signals / 1_000)k")
        var figures: [Figure] = []
        for families in [false, true] {
            var random = SplitMix64(seed: 42)
            let hashes = hashes(signals, families: families, &random)
            let start = Machine.processorSeconds
            let index = PDQIndex(hashes, signals: Array(0..<Int32(signals)))
            let building = Machine.processorSeconds - start
            let set = "\(name)-\(families ? "families" : "random")"
            for (kind, bits) in [("miss", nil), ("near", 0...threshold), ("edge", 40...50)] as [(String, Bits?)] {
                let queries = (0..<queries).map { _ in
                    guard let bits else { return Digest256.random(&random) }
                    let known = hashes[Int.random(in: 0..<signals, using: &random)]
                    return known.flipping(Int.random(in: bits, using: &random), &random)
                }
                figures.append(lookUp(queries, in: index, "\(set)-\(kind)", target, duration))
                if kind == "near" { figures.append(await sideBySide(queries, in: index, "\(set)-\(kind)", duration)) }
            }
            if families { continue }
            var memory = Figure(
                name: "\(set)-memory", value: Double(index.bytes) / Double(signals), unit: "B/signal", n: signals,
                seconds: building, target: .atMost(120))
            memory.profile = [("building s", building)]
            figures.append(memory)
            figures.append(adding(to: index, "\(set)-add", &random))
            figures += table(hashes, name, duration, &random)
        }
        return figures
    }

    private typealias Bits = ClosedRange<Int>

    private static func hashes(_ count: Int, families: Bool, _ random: inout SplitMix64) -> [Digest256] {
        var hashes: [Digest256] = []
        hashes.reserveCapacity(count)
        for number in 0..<count {
            if families, number % family != 0 {
                let first = hashes[number - number % family]
                hashes.append(first.flipping(Int.random(in: 0...60, using: &random), &random))
            } else {
                hashes.append(.random(&random))
            }
        }
        return hashes
    }

    static func lookUp(
        _ queries: [Digest256], in index: PDQIndex, _ name: String, _ target: Double?, _ duration: Duration
    ) -> Figure {
        var (n, found) = (0, 0)
        let seconds = EventBenchmarks.processorSeconds(for: duration) {
            for query in queries { found += index.matches(query, threshold: threshold).count }
            n += queries.count
        }
        var times = queries.map { query in
            nanoseconds { found += index.matches(query, threshold: threshold).count }
        }
        times.sort()
        var figure = Figure(
            name: name, value: Double(n) / seconds, unit: "look-ups/s", n: n, seconds: seconds,
            target: target.map { .atLeast($0) })
        figure.profile = [
            ("p50 µs", times[times.count / 2] / 1e3), ("p99 µs", times[times.count * 99 / 100] / 1e3),
            ("found", Double(found) / Double(n + queries.count)),
        ]
        return figure
    }

    /// How much faster two tasks are than one, which look up in the same index: by the clock, on two cores.
    private static func sideBySide(
        _ queries: [Digest256], in index: PDQIndex, _ name: String, _ duration: Duration
    ) async -> Figure {
        @Sendable func lookUps(until end: ContinuousClock.Instant) -> Int {
            var (n, found) = (0, 0)
            repeat {
                for query in queries { found += index.matches(query, threshold: threshold).count }
                n += queries.count
            } while ContinuousClock.now < end
            precondition(found >= n, "each query is near what it was made from")
            return n
        }
        func rate(tasks: Int) async -> Double {
            let start = ContinuousClock.now
            let done = await withTaskGroup { group in
                for _ in 0..<tasks { group.addTask { lookUps(until: start + duration) } }
                return await group.reduce(0, +)
            }
            return Double(done) / (ContinuousClock.now - start).seconds
        }
        let (one, two) = (await rate(tasks: 1), await rate(tasks: 2))
        var figure = Figure(
            name: "\(name)-two-tasks", value: two / one, unit: "× one task", n: queries.count,
            seconds: 2 * duration.seconds)
        figure.profile = [("look-ups/s with one", one), ("with two", two)]
        return figure
    }

    /// One signal after the other, each followed by a copy, as when each is visible to look-ups at once. What merges
    /// take, which are made beside it, is named apart.
    private static func adding(to index: PDQIndex, _ name: String, _ random: inout SplitMix64) -> Figure {
        var index = index
        var (copy, merging) = (index, 0.0)
        let new = (0..<20_000).map { _ in Digest256.random(&random) }
        var times: [Double] = []
        for (number, hash) in new.enumerated() {
            times.append(
                nanoseconds {
                    index.insert(hash, Int32(number))
                    copy = index
                })
            if let merge = index.mergeDue { merging += nanoseconds { index.replace(by: merge.run()) } }
        }
        precondition(copy.count == index.count, "all were added")
        times.sort()
        var figure = Figure(
            name: name, value: mean(times), unit: "µs/signal", n: new.count, seconds: times.reduce(0, +) / 1e9,
            target: .atMost(20))
        figure.profile = [
            ("p50", times[times.count / 2] / 1e3), ("p99", times[times.count * 99 / 100] / 1e3),
            ("merging", merging / Double(new.count) / 1e3),
        ]
        return figure
    }

    private static func table(
        _ digests: [Digest256], _ name: String, _ duration: Duration, _ random: inout SplitMix64
    ) -> [Figure] {
        let start = Machine.processorSeconds
        var table = DigestTableBenchmark(digests)
        let building = Machine.processorSeconds - start
        var figures: [Figure] = []
        let known = (0..<65_536).map { _ in digests[Int.random(in: digests.indices, using: &random)] }
        let unknown = known.map { _ in Digest256.random(&random) }
        for (kind, queries) in [("hit", known), ("miss", unknown)] {
            var (n, found) = (0, 0)
            let seconds = EventBenchmarks.processorSeconds(for: duration) {
                found += table.found(queries)
                n += queries.count
            }
            precondition(found == (kind == "hit" ? n : 0), "the table holds what was put into it")
            figures.append(
                Figure(
                    name: "\(name)-sha256-\(kind)", value: Double(n) / seconds / 1e6, unit: "M look-ups/s", n: n,
                    seconds: seconds, target: .atLeast(5)))
        }
        var memory = Figure(
            name: "\(name)-sha256-memory", value: Double(table.bytes) / Double(digests.count), unit: "B/signal",
            n: digests.count, seconds: building, target: .atMost(48))
        memory.profile = [("building s", building)]
        figures.append(memory)
        var before: DigestTableBenchmark?
        var times = unknown.prefix(20_000).map { digest in nanoseconds { before = table.insert(digest) } }
        precondition(before != nil)
        times.sort()
        var adding = Figure(
            name: "\(name)-sha256-add", value: mean(times), unit: "µs/signal", n: times.count,
            seconds: times.reduce(0, +) / 1e9, target: .atMost(20))
        adding.profile = [("p50", times[times.count / 2] / 1e3), ("p99", times[times.count * 99 / 100] / 1e3)]
        figures.append(adding)
        return figures
    }

    /// Of nanoseconds, in microseconds.
    private static func mean(_ times: [Double]) -> Double { times.reduce(0, +) / Double(times.count) / 1e3 }

    private static func nanoseconds(_ body: () -> Void) -> Double {
        var (before, after) = (timespec(), timespec())
        clock_gettime(CLOCK_MONOTONIC, &before)
        body()
        clock_gettime(CLOCK_MONOTONIC, &after)
        return Double(after.tv_sec - before.tv_sec) * 1e9 + Double(after.tv_nsec - before.tv_nsec)
    }
}

extension Digest256 {
    static func random(_ random: inout SplitMix64) -> Digest256 {
        var digest = Digest256()
        digest.words = (random.next(), random.next(), random.next(), random.next())
        return digest
    }

    /// With so many other bits.
    fileprivate func flipping(_ count: Int, _ random: inout SplitMix64) -> Digest256 {
        var (digest, left) = (self, count)
        var flipped = Digest256()
        while left > 0 {
            let bit = Int.random(in: 0..<256, using: &random)
            withUnsafeMutableBytes(of: &flipped) { flipped in
                guard flipped[bit / 8] & 1 << (bit % 8) == 0 else { return }
                flipped[bit / 8] |= 1 << (bit % 8)
                left -= 1
                withUnsafeMutableBytes(of: &digest) { $0[bit / 8] ^= 1 << (bit % 8) }
            }
        }
        return digest
    }
}
