internal import Kafka
package import MetadataDetection

/// What a session needs of whatever remembers its partition's past.
protocol StateKeeping: AnyObject, Sendable {
    var partition: Int32 { get }
    var status: StateStatus { get set }
    /// How many accounts, or whatever else it remembers.
    var records: Int { get }
    /// Memory.
    var bytes: Int { get }
    var evicted: Int { get }

    func goBack(to offset: Int64) -> Bool
    func noteAhead(of offset: Int64)
    func leaveOther(endingAt end: Int64)
    func committed(before offset: Int64)
    func restore(
        bootstrap: String, properties: ClientProperties, goesOn: @escaping @Sendable () -> Bool
    ) async throws

    func isSnapshotDue(at now: ContinuousClock.Instant) -> Bool
    /// Nothing that is not committed ever will be: the partition is given up.
    func settle()
    /// Writes what is known to the disk, unless it can't be.
    func writeSnapshot(within limit: Duration, shouldStop: @escaping @Sendable () -> Bool) async
}

/// How far a partition's state is, for logs and readiness.
enum StateStatus: Equatable, Sendable {
    /// Until the first record.
    case waiting
    case restoring(StateSource, records: Int)
    case unreachable(KafkaError)
    /// Whole, and what that took; whether it was of another input, or of one that was made anew since.
    case whole(StateSource, records: Int, seconds: Double, wasOfAnother: Bool)
    /// Whole, and further than the records that come: those before `to` count nothing.
    case ahead(of: Int64, to: Int64)
    /// The changelog is not what was written.
    case broken(String)
}

/// A changelog can't be what was written.
struct BrokenState: Error {
    let reason: String
}

/// Where a lane keeps its state.
package struct StateOptions: Sendable {
    /// What is remembered.
    package enum Content: Sendable {
        case accounts(AccountSettings)
        case sightings(SightingSettings)
    }

    /// The changelog: compacted, with as many partitions as the input.
    package var topic: String
    package var content: Content
    package var key: [UInt8]
    /// Folder of snapshots; nil: none are kept.
    package var directory: String?
    /// How old one may become while something changes.
    package var snapshotInterval = Duration.seconds(600)
    /// Memory for what is known in partitions that others have; 0: those are not followed.
    package var standbyBytes = 0
    /// Once the lane is made.
    var aids = StateAids()

    package init(topic: String, _ content: Content, key: [UInt8]) {
        self.topic = topic
        self.content = content
        self.key = key
    }

    package init(topic: String, accounts: AccountSettings, key: [UInt8]) {
        self.init(topic: topic, .accounts(accounts), key: key)
    }

    /// For people.
    var subject: String {
        switch content {
        case .accounts: "accounts"
        case .sightings: "things"
        }
    }
}
