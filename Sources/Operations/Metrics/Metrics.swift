internal import Synchronization

/// A count that only rises.
package final class Counter: Sendable {
    private let total = Atomic<UInt64>(0)

    package init() {}

    package func increment(by amount: Int = 1) {
        total.wrappingAdd(UInt64(max(0, amount)), ordering: .relaxed)
    }

    package var value: UInt64 { total.load(ordering: .relaxed) }
}

/// A figure that rises and falls.
package final class Gauge: Sendable {
    private let bits = Atomic<UInt64>(0)

    package init() {}

    package func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// How often values fell into each of some ranges.
package final class Histogram: Sendable {
    /// Upper bounds in seconds, from half a millisecond to two minutes.
    package static let secondsBounds: [Double] = [
        0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120,
    ]

    struct State {
        var counts: [UInt64]
        var sum: Double = 0
    }

    let bounds: [Double]
    private let state: Mutex<State>

    package init(bounds: [Double] = Histogram.secondsBounds) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    package func observe(_ value: Double) {
        state.withLock { state in
            state.counts[bucket(of: value)] += 1
            state.sum += value
        }
    }

    package func observe(_ duration: Duration) { observe(duration.inSeconds) }

    /// Takes in a batch's values, `value(0)` to `value(count - 1)`, under one lock.
    package func observe(count: Int, _ value: (Int) -> Double) {
        state.withLock { state in
            for index in 0..<count {
                let value = value(index)
                state.counts[bucket(of: value)] += 1
                state.sum += value
            }
        }
    }

    var snapshot: State { state.withLock { $0 } }

    private func bucket(of value: Double) -> Int {
        bounds.firstIndex { value <= $0 } ?? bounds.count
    }
}

extension Duration {
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

/// Metrics of one name that differ in their labels' values. Keep what the subscript gives: it takes a lock.
///
/// Values may come from outside, as the labels of signals do. Beyond `mostMembers` all new ones are one: `other`.
package final class MetricFamily<Metric: Sendable>: Sendable {
    package static var mostMembers: Int { 4_096 }

    package let labels: [String]
    private let make: @Sendable () -> Metric
    private let members = Mutex<[[String]: Metric]>([:])

    init(labels: [String], make: @escaping @Sendable () -> Metric) {
        self.labels = labels
        self.make = make
    }

    package subscript(_ values: String...) -> Metric {
        precondition(values.count == labels.count, "one value for each of \(labels)")
        return members.withLock { members in
            if let member = members[values] { return member }
            let isFull = members.count >= MetricFamily.mostMembers
            let kept = isFull ? values.map { _ in "other" } : values
            if isFull, let other = members[kept] { return other }
            let member = make()
            members[kept] = member
            return member
        }
    }

    var all: [(values: [String], metric: Metric)] {
        members.withLock { members in members.map { ($0.key, $0.value) } }.sorted {
            $0.values.lexicographicallyPrecedes($1.values)
        }
    }
}
