internal import Kafka

/// Notices partitions that have more to read, nothing waiting, and do not move. A pure value; time is given in.
struct StalledFetches: Sendable {
    /// Where reading stands in a partition.
    struct Place: Sendable {
        let partition: TopicPartition
        /// Everything below has been read, or is gone.
        let reached: Int64
        /// One past the last record that may be read.
        let end: Int64
        /// Records fetched and not taken: then the fetcher is not what waits.
        let waiting: Int64
    }

    private var since: [TopicPartition: (reached: Int64, from: ContinuousClock.Instant)] = [:]

    /// - Parameter places: all partitions that are watched; of others everything is forgotten.
    mutating func observe(_ places: [Place], now: ContinuousClock.Instant) {
        var next: [TopicPartition: (reached: Int64, from: ContinuousClock.Instant)] = [:]
        for place in places where place.end > place.reached && place.waiting == 0 {
            let before = since[place.partition]
            next[place.partition] = before?.reached == place.reached ? before : (place.reached, now)
        }
        since = next
    }

    /// A partition that has stood still for this long, if there is one.
    func stalled(for limit: Duration, now: ContinuousClock.Instant) -> TopicPartition? {
        since.filter { now - $0.value.from >= limit }.keys.min()
    }
}
