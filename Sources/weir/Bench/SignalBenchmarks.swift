import Events
import Glibc
import LoadGeneration
import Signals

/// What it costs to keep signals as their topic is, on one core: to make a set of all at once, and to change it.
enum SignalBenchmarks {
    /// Changes that are applied together: as few as come alone, and as many as come when there is no time between.
    static let batches = [1, 100, 10_000]

    static func run(_ count: Int, _ duration: Duration) -> [Figure] {
        let name = "signals-" + (count % 1_000_000 == 0 ? "\(count / 1_000_000)M" : "\(count / 1_000)k")
        var random = SplitMix64(seed: 42)
        var known = (0..<count).map { signal($0, &random) }
        let start = Machine.processorSeconds
        var stage = SignalStage(.topic)
        for signal in known { stage.add(SignalChange(signal)) }
        var set = SignalSet.empty.replacing(stage, version: SignalVersion())
        stage = SignalStage(.topic)
        let building = Machine.processorSeconds - start
        var figures = [
            Figure(
                name: "\(name)-build", value: Double(count) / building, unit: "signals/s", n: count, seconds: building)
        ]
        for size in batches {
            var n = 0
            let seconds = EventBenchmarks.processorSeconds(for: duration) {
                let changes = (0..<size).map { _ in change(&known, &random) }
                // What batches in hand are judged by stays as it is.
                let before = set
                set = set.applying(changes, from: .topic, version: SignalVersion()).settled()
                withExtendedLifetime(before) {}
                n += size
            }
            figures.append(
                Figure(
                    name: "\(name)-change-\(size)", value: seconds / Double(n) * 1e6, unit: "µs/change", n: n,
                    seconds: seconds, target: .atMost(20)))
        }
        return figures
    }

    /// Half of them PDQ, which is the dearest to keep.
    private static func signal(_ number: Int, _ random: inout SplitMix64) -> Signal {
        let type: SignalType = [.pdq, .sha256, .pdq, .md5][number % 4]
        var out = ByteWriter()
        out.appendHex(Digest256.random(&random))
        var signal = Signal(
            type: type, value: String(decoding: out.bytes.prefix(type == .md5 ? 32 : 64), as: UTF8.self))
        signal.opinion = .positive
        signal.labels = ["drill"]
        signal.source = "s-\(number % 3)"
        return signal
    }

    /// By turns a new signal, another opinion, and one that is taken back.
    private static func change(_ known: inout [Signal], _ random: inout SplitMix64) -> SignalChange {
        let place = Int.random(in: 0..<known.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            known[place] = signal(place, &random)
        case 1:
            known[place].opinion = .seed
        default:
            var gone = known[place]
            gone.deleted = true
            return SignalChange(gone)
        }
        return SignalChange(known[place])
    }
}
