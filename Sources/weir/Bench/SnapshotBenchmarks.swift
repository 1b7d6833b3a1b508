import Events
import Glibc
import LoadGeneration
import Signals

/// What snapshots cost and save: writing one, reading it back, and looking signals up in what was read beside a set that was
/// made from nothing.
enum SnapshotBenchmarks {
    /// - Parameter count: PDQ signals, and SHA-256 signals, each with an id, a time, labels and one of three sources.
    static func run(_ count: Int, _ duration: Duration) throws -> [Figure] {
        let name = "snapshot-" + (count % 1_000_000 == 0 ? "\(count / 1_000_000)M" : "\(count / 1_000)k")
        let path = "\(Environment.variables["TMPDIR"] ?? "/tmp")/weir-bench-\(getpid()).snapshot"
        defer { unlink(path) }
        let file = SnapshotFile(path)
        let place = SignalPlace(
            topic: "signals", cluster: nil, partitions: [SignalPlace.Partition(start: 0, next: Int64(2 * count))])
        var random = SplitMix64(seed: 42)
        var digests: [Digest256] = []
        digests.reserveCapacity(2 * count)
        for _ in 0..<2 * count { digests.append(.random(&random)) }
        let start = ContinuousClock.now
        var set: SignalSet? = built(digests, count, place)
        let building = seconds(since: start)
        let queries = Queries(digests, count, &random)
        let before = try queries.rates(set, duration)
        let writing = ContinuousClock.now
        let bytes = try set?.write(to: file, SnapshotFacts(place: place, asOf: Timestamp(milliseconds: 0))) ?? 0
        var written = Figure(
            name: "\(name)-write", value: seconds(since: writing), unit: "s", n: 2 * count,
            seconds: seconds(since: writing))
        written.profile = [("building the set from nothing", building)]
        var figures = [
            written,
            Figure(
                name: "\(name)-size", value: Double(bytes) / Double(2 * count), unit: "B/signal", n: 2 * count,
                seconds: 0),
        ]
        set = nil
        // From the disk, and then from the page cache, where a restarted process finds it.
        for (kind, isCold) in [("cold", true), ("warm", false)] {
            set = nil
            if isCold { forget(path) }
            let reading = ContinuousClock.now
            guard case .found(let snapshot) = file.read() else { throw FileUnreadable() }
            let read = seconds(since: reading)
            set = SignalSet(snapshot)
            var figure = Figure(
                name: "\(name)-start-\(kind)", value: seconds(since: reading), unit: "s", n: 2 * count,
                seconds: seconds(since: reading), target: .atMost(3))
            figure.profile = [("reading and checking", read)]
            figures.append(figure)
        }
        for (was, now) in zip(before, try queries.rates(set, duration)) {
            var figure = Figure(
                name: "\(name)-\(now.kind)", value: now.rate, unit: "look-ups/s", n: queries.count, seconds: now.seconds
            )
            figure.profile = [("in a set made from nothing", was.rate), ("ratio", now.rate / was.rate)]
            figures.append(figure)
        }
        return figures
    }

    private struct FileUnreadable: Error {}

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        let passed = ContinuousClock.now - start
        return Double(passed.components.seconds) + Double(passed.components.attoseconds) * 1e-18
    }

    private static func built(_ digests: [Digest256], _ count: Int, _ place: SignalPlace) -> SignalSet {
        var stage = SignalStage(.topic)
        for (number, digest) in digests.enumerated() {
            var out = ByteWriter(capacity: 64)
            out.appendHex(digest)
            var signal = Signal(
                type: number < count ? .pdq : .sha256, value: String(decoding: out.bytes, as: UTF8.self))
            signal.opinion = .positive
            signal.labels = ["TVEC1"]
            signal.source = "s-\(number % 3)"
            signal.id = "signal-\(1_000_000_000 + number)"
            signal.updatedAt = Timestamp(milliseconds: 1_767_225_600_000 + Int64(number))
            stage.add(SignalChange(signal))
        }
        return SignalSet.empty.replacing(
            stage, version: SignalVersion(topic: place.topic, offsets: place.offsets))
    }

    /// Has the system drop what it keeps of a file in memory.
    private static func forget(_ path: String) {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        close(descriptor)
    }

    /// Look-ups in a set, on one core.
    private struct Queries {
        private let near: [Digest256]
        private let known: [Digest256]
        private let unknown: [Digest256]
        let count = 16_384

        init(_ digests: [Digest256], _ pdq: Int, _ random: inout SplitMix64) {
            near = (0..<4_096).map { _ in digests[Int.random(in: 0..<pdq, using: &random)] }
            known = (0..<count).map { _ in digests[Int.random(in: pdq..<digests.count, using: &random)] }
            unknown = (0..<count).map { _ in Digest256.random(&random) }
        }

        func rates(_ set: SignalSet?, _ duration: Duration) throws -> [(kind: String, rate: Double, seconds: Double)] {
            guard let set else { return [] }
            var rates: [(kind: String, rate: Double, seconds: Double)] = []
            func measure(_ kind: String, _ queries: [Digest256], expecting share: Int, _ body: (Digest256) -> Int) {
                var (n, found) = (0, 0)
                let seconds = EventBenchmarks.processorSeconds(for: duration) {
                    for query in queries { found += body(query) }
                    n += queries.count
                }
                precondition(found == n * share, "the set holds what was put into it")
                rates.append((kind, Double(n) / seconds, seconds))
            }
            measure("pdq-near", near, expecting: 1) { set.pdq.matches($0, threshold: 31).count }
            measure("sha256-hit", known, expecting: 1) { set.position(sha256: $0) == nil ? 0 : 1 }
            measure("sha256-miss", unknown, expecting: 0) { set.position(sha256: $0) == nil ? 0 : 1 }
            measure("match", known, expecting: 1) { digest in
                guard let position = set.position(sha256: digest) else { return 0 }
                return set.match(position, at: Timestamp(milliseconds: 0)) == nil ? 0 : 1
            }
            return rates
        }
    }
}
