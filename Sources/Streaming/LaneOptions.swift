package import Events
package import Kafka
package import MetadataDetection
internal import Pipeline

/// Where verdicts and dead letters go.
package struct OutputTopics: Sendable, Equatable {
    package var audit: String
    package var enforcement: String
    package var review: String
    package var deadLetters: String

    package init(audit: String, enforcement: String, review: String, deadLetters: String) {
        self.audit = audit
        self.enforcement = enforcement
        self.review = review
        self.deadLetters = deadLetters
    }

    package var all: [String] { [audit, enforcement, review, deadLetters] }
}

/// What the records of a lane's input are.
package enum LaneContent: Sendable { case uploads, outcomes, sightings }

/// Where what goes out beside verdicts goes; nil where nothing does.
package struct EnclosureTopics: Sendable, Equatable {
    package var sightings: String?
    package var signals: String?
    package var incidents: String?

    package init(sightings: String? = nil, signals: String? = nil, incidents: String? = nil) {
        self.sightings = sightings
        self.signals = signals
        self.incidents = incidents
    }

    package var all: [String] { [sightings, signals, incidents].compactMap(\.self) }

    func topic(of destination: JudgedBatch.Enclosure.Destination) -> String? {
        switch destination {
        case .sightings: sightings
        case .signals: signals
        case .incidents: incidents
        }
    }
}

/// How one lane reads and commits. Live uploads have a lane of their own, so that bulk never delays them.
package struct LaneOptions: Sendable {
    /// `bulk`, `live` or `outcomes`: for logs and metrics.
    package var name: String
    package var bootstrap: String
    package var input: String
    package var content = LaneContent.uploads
    package var outputs: OutputTopics
    package var group: String
    /// Makes the membership static.
    package var instance: String?
    /// Stable for this slot of the group.
    package var transactionalID: String
    package var consumerProperties = ClientProperties.consumer
    package var producerProperties = ClientProperties.producer
    /// What is remembered of accounts, and where; nil: nothing is.
    package var state: StateOptions?
    package var enclosures = EnclosureTopics()
    /// Makes sightings of uploads; nil: none are made.
    package var sightings: SightingWriter?
    package var limits = DecodeLimits()
    package var shape = EventShape.standard

    /// A transaction is committed when it is this old, …
    package var commitInterval = Duration.milliseconds(100)
    /// … or holds this many input records, …
    package var commitRecords = 10_000
    /// … or this many bytes of output.
    package var commitBytes = 32 << 20
    /// Records taken and judged together, at most.
    package var batchSize = 256
    /// Batches of one partition in flight.
    package var window = 8
    /// Bytes of decoded uploads and unsent verdicts, over all partitions of the lane.
    package var inFlightBytes = 64 << 20
    /// Share of dead letters among the last records at which the lane stops, 0…1; 1: never.
    package var mostDeadLetters = 0.5
    /// How long a partition with more to read may bring nothing, while brokers can be reached.
    package var stallLimit = Duration.seconds(120)
    /// How long a group may report less than was committed here until that is taken for good.
    package var denialLimit = Duration.seconds(60)
    /// Whether the brokers can look records up by time. librdkafka's mock broker can't.
    package var hasTimeIndex = true
    /// How long a revocation may wait for what is in flight; well below `max.poll.interval.ms`.
    package var revocationLimit = Duration.seconds(20)
    /// How long the end may wait for what is in flight.
    package var shutdownLimit = Duration.seconds(15)
    /// Whether a static member gives its place up at its end; others always do.
    package var leavesGroup = false
    /// Weir's own, for the headers of dead letters.
    package var version: String

    /// The topics that transactions write to.
    package var written: [String] { outputs.all + [state?.topic].compactMap(\.self) + enclosures.all }

    package init(
        name: String, bootstrap: String, input: String, outputs: OutputTopics, group: String, instance: String?,
        transactionalID: String, version: String
    ) {
        self.name = name
        self.bootstrap = bootstrap
        self.input = input
        self.outputs = outputs
        self.group = group
        self.instance = instance
        self.transactionalID = transactionalID
        self.version = version
    }
}
