internal import Events
internal import Kafka
package import Operations
internal import Synchronization

/// What the lanes count (interface, "Metrics").
package final class StreamingMetrics: Sendable {
    let endToEnd: Histogram
    let transactionSeconds: Histogram
    let transactions: MetricFamily<Counter>
    let rebalances: Counter
    let stopped: MetricFamily<Gauge>
    private let partitions = Mutex<[TopicPartition: Place]>([:])
    private let keepers = Mutex<[TopicPartition: any StateKeeping]>([:])
    let restored: Histogram
    let enclosures: MetricFamily<Counter>
    let stateSnapshots: MetricFamily<Counter>
    private let standbys = Mutex<[any StateFollowing]>([])
    private let inFlight = Mutex<[String: @Sendable () -> Int]>([:])

    /// Where the group stands in a partition.
    private struct Place {
        var committed: Int64?
        /// One past the last record that may be read.
        var end: Int64?
        /// When the last committed record was written.
        var newest: Double?
    }

    package init(_ registry: MetricsRegistry) {
        endToEnd =
            registry.histogram(
                "weir_end_to_end_seconds", "Time from a record's timestamp to the commit of its verdict.")[]
        transactionSeconds =
            registry.histogram(
                "weir_transaction_seconds", "Time from a transaction's first record to its end.")[]
        transactions = registry.counter(
            "weir_transactions_total", "Transactions, by how they ended.", labels: ["result"])
        // So that there is a zero before there is a one.
        for result in ["committed", "aborted", "indeterminate", "split"] { _ = transactions[result] }
        stopped = registry.gauge(
            "weir_lane_stopped", "1 where a lane stands still until somebody mends what /readyz names.",
            labels: ["lane"])
        enclosures = registry.counter(
            "weir_enclosures_total",
            "Records that went out with verdicts and are none: sightings, signals of campaigns, "
                + "proposals of incidents.", labels: ["topic"])
        rebalances = registry.counter("weir_rebalances_total", "Changes of assignment.")[]
        restored = registry.histogram("weir_state_restore_seconds", "Time to read what is known of a partition.")[]
        stateSnapshots = registry.counter(
            "weir_state_snapshots_total", "Snapshots of state, by what became of them.", labels: ["result"])
        for result in ["written", "failed", "used", "refused"] { _ = stateSnapshots[result] }
        registry.gauge(
            "weir_state_restoring_records", "Records of the changelog that were read of a partition that is restored.",
            labels: ["topic", "partition"]
        ) { [weak self] in
            self?.keepers { keeper in
                if case .restoring(_, let records) = keeper.status { Double(records) } else { 0 }
            } ?? []
        }
        watchStandbys(registry)
        registry.gauge(
            "weir_state_accounts", "Accounts that are known; of topics.sightings, things.",
            labels: ["topic", "partition"]
        ) {
            [weak self] in self?.keepers { Double($0.records) } ?? []
        }
        registry.gauge("weir_state_bytes", "Memory that they take.", labels: ["topic", "partition"]) {
            [weak self] in self?.keepers { Double($0.bytes) } ?? []
        }
        registry.gauge(
            "weir_state_forgotten", "How many were forgotten since the partition was assigned, as there were too many.",
            labels: ["topic", "partition"]
        ) { [weak self] in self?.keepers { Double($0.evicted) } ?? [] }
        registry.gauge("weir_campaigns", "Things that are campaigns now.", labels: ["topic", "partition"]) {
            [weak self] in
            self?.keepers.withLock { $0 }.sorted { $0.key < $1.key }.compactMap { partition, keeper in
                (keeper as? SightingKeeper).map { keeper in
                    MetricsRegistry.Sample([partition.topic, String(partition.partition)], Double(keeper.campaigns))
                }
            } ?? []
        }
        registry.gauge(
            "weir_sightings_left_out", "Sightings that did not count since the partition was assigned.",
            labels: ["topic", "partition", "reason"]
        ) { [weak self] in
            self?.keepers.withLock { $0 }.sorted { $0.key < $1.key }.flatMap { partition, keeper in
                ((keeper as? SightingKeeper)?.leftOut ?? []).map { reason, count in
                    MetricsRegistry.Sample([partition.topic, String(partition.partition), reason], Double(count))
                }
            } ?? []
        }
        registry.gauge("weir_lag_records", "Records behind the end of a partition.", labels: ["topic", "partition"]) {
            [weak self] in
            self?.places { place in
                guard let committed = place.committed, let end = place.end else { return nil }
                return Double(max(0, end - committed))
            } ?? []
        }
        registry.gauge(
            "weir_lag_seconds", "Age of the last committed record while there is more to do.",
            labels: ["topic", "partition"]
        ) { [weak self] in
            let now = Double(Timestamp.now().nanoseconds) / 1e9
            return self?.places { place in
                guard let committed = place.committed, let end = place.end, let newest = place.newest else {
                    return nil
                }
                return end > committed ? max(0, now - newest) : 0
            } ?? []
        }
        registry.gauge("weir_assigned_partitions", "Partitions that this process works on.") { [weak self] in
            [MetricsRegistry.Sample([], Double(self?.partitions.withLock(\.count) ?? 0))]
        }
        registry.gauge("weir_inflight_events", "Records taken in whose verdicts are not committed.") { [weak self] in
            let all = self?.inFlight.withLock { Array($0.values) } ?? []
            return [MetricsRegistry.Sample([], Double(all.reduce(0) { $0 + $1() }))]
        }
    }

    private func places(_ value: (Place) -> Double?) -> [MetricsRegistry.Sample] {
        partitions.withLock { $0 }.sorted { $0.key < $1.key }.compactMap { partition, place in
            value(place).map { MetricsRegistry.Sample([partition.topic, String(partition.partition)], $0) }
        }
    }

    private func keepers(_ value: (any StateKeeping) -> Double) -> [MetricsRegistry.Sample] {
        keepers.withLock { $0 }.sorted { $0.key < $1.key }.map { partition, keeper in
            MetricsRegistry.Sample([partition.topic, String(partition.partition)], value(keeper))
        }
    }

    private func watchStandbys(_ registry: MetricsRegistry) {
        registry.gauge(
            "weir_state_standby_accounts", "Accounts that are known in partitions of others that are followed.",
            labels: ["topic", "partition"]
        ) { [weak self] in self?.standbys { Double($0.records) } ?? [] }
        registry.gauge(
            "weir_state_standby_bytes", "Memory that they take.", labels: ["topic", "partition"]
        ) { [weak self] in self?.standbys { Double($0.bytes) } ?? [] }
        registry.gauge(
            "weir_state_standby_behind_records", "Offsets that such a partition is behind the end of its changelog.",
            labels: ["topic", "partition"]
        ) { [weak self] in self?.standbys { $0.behind.map(Double.init) } ?? [] }
    }

    private func standbys(_ value: (StandbyFigures) -> Double?) -> [MetricsRegistry.Sample] {
        standbys.withLock { $0 }.flatMap { standby in
            standby.figures.compactMap { figures in
                value(figures).map {
                    MetricsRegistry.Sample([standby.topic, String(figures.partition)], $0)
                }
            }
        }
    }

    func watch(_ standby: any StateFollowing) { standbys.withLock { $0.append(standby) } }

    func assigned(_ partition: TopicPartition, _ keeper: (any StateKeeping)?) {
        partitions.withLock { $0[partition] = Place() }
        keepers.withLock { $0[partition] = keeper }
    }

    func unassigned(_ partition: TopicPartition) {
        partitions.withLock { $0[partition] = nil }
        keepers.withLock { $0[partition] = nil }
    }

    func committed(_ partition: TopicPartition, _ offset: Int64, newest: Timestamp?) {
        partitions.withLock { partitions in
            guard partitions[partition] != nil else { return }
            partitions[partition]?.committed = offset
            if let newest { partitions[partition]?.newest = Double(newest.nanoseconds) / 1e9 }
        }
    }

    func committedOffset(of partition: TopicPartition) -> Int64? {
        partitions.withLock { $0[partition]?.committed }
    }

    func observe(_ statistics: Statistics) {
        partitions.withLock { partitions in
            for topic in statistics.topics.values {
                for partition in topic.partitions.values where partition.lsOffset >= 0 {
                    partitions[TopicPartition(topic.topic, partition.partition)]?.end = partition.lsOffset
                }
            }
        }
    }

    /// From a lane's beginning on.
    func watch(_ lane: String, inFlight count: @escaping @Sendable () -> Int) {
        stopped[lane].set(0)
        inFlight.withLock { $0[lane] = count }
    }
}
