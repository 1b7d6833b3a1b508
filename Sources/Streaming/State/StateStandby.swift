internal import Concurrency
internal import Events
internal import Kafka
internal import MetadataDetection
internal import Operations
internal import Signals
internal import Synchronization

/// Follows the changelog of partitions that other members have, so that only its end remains to be read where one is
/// given to this member.
///
/// One consumer for all of them, and so much memory. Where not all fit, members differ in which they follow first, so
/// that together they follow as many as they can.
final class StateStandby<State: KeptState>: Service, StateFollowing {
    private struct Replica {
        let start: StateStart<State>
        /// Of the first record that was not taken in.
        var next: Int64
        /// All was read that was there at some time.
        var isWhole = false
        /// Records to the end, when it was last looked for.
        var behind: Int64?
        /// For the metrics; counted now and then.
        var bytes = 0
    }

    private struct Content {
        var own: Set<Int32> = []
        var replicas: [Int32: Replica] = [:]
        /// Those that there is no memory for, or that can't be read.
        var left: Set<Int32> = []
        var hasChanged = true
    }

    let name = "state-standby"
    let topic: String
    private let makeRestore: @Sendable () -> StateRestore<State>
    private let options: StateOptions
    /// Tells members apart.
    private let member: String
    private let bootstrap: String
    private let properties: ClientProperties
    private let logger: Logger
    private let content = Mutex(Content())
    private let wakeup = Wakeup()

    init(
        _ options: StateOptions, member: String, bootstrap: String, properties: ClientProperties, logger: Logger,
        _ makeRestore: @escaping @Sendable () -> StateRestore<State>
    ) {
        self.options = options
        self.makeRestore = makeRestore
        self.member = member
        self.bootstrap = bootstrap
        self.properties = properties
        self.logger = logger
        topic = options.topic
    }

    var figures: [StandbyFigures] {
        content.withLock { content in
            content.replicas.sorted { $0.key < $1.key }.map { partition, replica in
                StandbyFigures(
                    partition: partition, records: replica.start.restore.records, bytes: replica.bytes,
                    behind: replica.behind)
            }
        }
    }

    /// Whether there is no memory for a partition, or it can't be read.
    func hasLeft(_ partition: Int32) -> Bool { content.withLock { $0.left.contains(partition) } }

    // MARK: Whose partitions are whose

    /// This member has been given partitions: what is followed of them is followed on until it is taken.
    func own(_ partitions: [Int32]) {
        content.withLock { content in
            content.own.formUnion(partitions)
            content.hasChanged = true
        }
        wakeup.signal()
    }

    /// Others will have them.
    func disown(_ partitions: [Int32]) {
        content.withLock { content in
            content.own.subtract(partitions)
            // There may be room again.
            content.left = []
            content.hasChanged = true
        }
        wakeup.signal()
    }

    /// What has been followed of a partition; nil if it is not. It is not followed any more.
    func take(_ partition: Int32) -> StateStart<State>? {
        content.withLock { content in
            guard let replica = content.replicas.removeValue(forKey: partition) else { return nil }
            content.own.insert(partition)
            content.hasChanged = true
            let start = replica.start
            let isOfSnapshot = start.source == .snapshot
            start.restore.pause()
            return StateStart(
                start.restore, .standby, from: start.clockOffset ?? (isOfSnapshot ? start.offset : replica.next),
                asOf: start.asOf)
        }
    }

    // MARK: Following

    func run(until shutdown: ShutdownSignal) async throws {
        shutdown.onTrigger { [wakeup] in wakeup.signal() }
        while !shutdown.isTriggered, !Task.isCancelled {
            do {
                try await follow(until: shutdown)
            } catch let error as KafkaError {
                logger.warning(
                    "what is known in other partitions can't be followed, trying again",
                    ["topic": topic, "error": error.description])
                content.withLock { $0.hasChanged = true }
                await wakeup.wait(until: .now + .seconds(1))
            }
        }
    }

    private func follow(until shutdown: ShutdownSignal) async throws {
        let count = try await partitions()
        let reader = try TopicReader(
            bootstrap: bootstrap, properties: properties, from: [:] as [TopicPartition: Int64])
        do {
            var looked = ContinuousClock.now - .seconds(60)
            while !shutdown.isTriggered, !Task.isCancelled {
                if content.withLock({ $0.hasChanged }) {
                    try await assign(of: count, reader, until: shutdown)
                    looked = .now - .seconds(60)
                }
                let isIdle = content.withLock { $0.replicas.isEmpty }
                if isIdle {
                    await wakeup.wait(until: .now + .seconds(5))
                    continue
                }
                _ = try await reader.take(5_000, timeout: .milliseconds(200)) { partition, record in
                    self.take(partition, record)
                }
                note(ended: await reader.ended)
                if ContinuousClock.now - looked > .seconds(2) {
                    looked = .now
                    keepWithinBounds()
                    note(ends: try await reader.watermarks(timeout: .seconds(5)))
                }
            }
            await reader.close()
        } catch {
            await reader.close()
            throw error
        }
    }

    private func partitions() async throws(KafkaError) -> Int {
        let admin = try AdminClient(bootstrap: bootstrap, properties: properties)
        do throws(KafkaError) {
            let there = try await admin.describe(timeout: .seconds(5))
            await admin.close()
            return there.topics[topic]?.partitions ?? 0
        } catch {
            await admin.close()
            throw error
        }
    }

    /// Begins with partitions that are others' by now.
    private func assign(of count: Int, _ reader: TopicReader, until shutdown: ShutdownSignal) async throws {
        let wanted = content.withLock { content in
            content.hasChanged = false
            return (0..<Int32(count)).filter { partition in
                !content.own.contains(partition) && !content.left.contains(partition)
                    && content.replicas[partition] == nil
            }
        }
        for partition in wanted {
            let start =
                try await options.aids.snapshots?.read(partition, makeRestore, goesOn: { !shutdown.isTriggered })
                ?? beginning()
            content.withLock { content in
                guard !content.own.contains(partition) else { return }
                content.replicas[partition] = Replica(start: start, next: start.offset)
            }
        }
        try await reader.assign(places)
        let fresh = content.withLock { content in
            content.replicas.filter { wanted.contains($0.key) && $0.value.start.source == .snapshot }.map { $0 }
        }
        guard !fresh.isEmpty else { return }
        let ends = try await reader.watermarks(timeout: .seconds(10))
        for (partition, replica) in fresh {
            do {
                try await options.aids.snapshots?.admit(
                    replica.start, at: .now(), ends[TopicPartition(topic, partition)] ?? (0, 0))
            } catch let refusal as SnapshotRefusal {
                options.aids.snapshots?.refuse(.snapshot, partition, refusal.reason)
                let start = beginning()
                content.withLock { content in
                    guard content.replicas[partition] != nil else { return }
                    content.replicas[partition] = Replica(start: start, next: 0)
                }
            }
        }
        try await reader.assign(places)
    }

    /// What is followed, and from where on.
    private var places: [TopicPartition: Int64] {
        content.withLock { content in
            Dictionary(
                uniqueKeysWithValues: content.replicas.map { (TopicPartition(topic, $0.key), $0.value.next) })
        }
    }

    private func beginning() -> StateStart<State> {
        StateStart(makeRestore(), .changelog, asOf: .now())
    }

    private func take(_ partition: Int32, _ record: ConsumerRecord) {
        content.withLock { content in
            guard let replica = content.replicas[partition] else { return }
            do throws(BrokenState) {
                guard record.offset >= replica.next else { throw BrokenState(reason: "its offsets went back") }
                content.replicas[partition]?.next = record.offset + 1
                try replica.start.take(
                    TopicPartition(topic, partition), offset: record.offset, key: record.key, value: record.value)
            } catch {
                // Whoever has it tells people.
                logger.warning(
                    "what is known in another partition is not followed any more",
                    ["partition": "\(topic)[\(partition)]", "reason": error.reason])
                content.replicas[partition] = nil
                content.left.insert(partition)
                content.hasChanged = true
            }
        }
    }

    private func note(ended: Set<TopicPartition>) {
        for place in ended {
            content.withLock { content in
                guard let replica = content.replicas[place.partition] else { return }
                replica.start.asOf = .now()
                content.replicas[place.partition]?.behind = 0
                guard !replica.isWhole else { return }
                content.replicas[place.partition]?.isWhole = true
                logger.info(
                    "what is known in another partition is at hand",
                    ["partition": "\(place)", "records": "\(replica.start.restore.records)"])
            }
        }
    }

    private func note(ends: [TopicPartition: (low: Int64, high: Int64)]) {
        content.withLock { content in
            for (place, end) in ends {
                guard let replica = content.replicas[place.partition] else { continue }
                // The last record of a transaction is its marker, which nobody sees.
                content.replicas[place.partition]?.behind = max(0, end.high - replica.next - 1)
            }
        }
    }

    /// Leaves partitions that there is no memory for, of which others follow some.
    private func keepWithinBounds() {
        content.withLock { content in
            var sum = 0
            let order = StandbyOrder.of(Int(content.replicas.keys.max() ?? -1) + 1, for: member)
            for partition in order {
                guard let replica = content.replicas[partition] else { continue }
                let bytes = replica.start.restore.bytes
                content.replicas[partition]?.bytes = bytes
                sum += bytes
                guard sum > options.standbyBytes else { continue }
                sum -= bytes
                content.replicas[partition] = nil
                content.left.insert(partition)
                content.hasChanged = true
                logger.info(
                    "another partition is not followed: there is no memory for it within state.standby",
                    ["partition": "\(topic)[\(partition)]", "bytes": "\(bytes)"])
            }
        }
    }
}

enum StandbyOrder {
    /// Of all partitions those that this member would follow first come first.
    static func of(_ partitions: Int, for member: String) -> [Int32] {
        func weight(_ partition: Int32) -> UInt64 {
            // FNV-1a, and then mixed, since it changes little with the last letter.
            let hash = "\(member) \(partition)".utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
                ($0 ^ UInt64($1)) &* 0x100_0000_01B3
            }
            return (hash ^ hash >> 32) &* 0x9E37_79B9_7F4A_7C15
        }
        return (0..<Int32(partitions)).map { (weight($0), $0) }.sorted { $0 < $1 }.map(\.1)
    }
}
