/// What spares a member reading all of a changelog.
struct StateAids: Sendable {
    /// nil: nothing is kept on the disk, and nothing followed.
    var snapshots: StateSnapshotter?
    var standby: (any StateFollowing)?
}

/// Where what is begun with came from.
enum StateSource: String, Sendable { case changelog, snapshot, standby }

/// What is followed of partitions that others have.
protocol StateFollowing: AnyObject, Sendable {
    var topic: String { get }
    var figures: [StandbyFigures] { get }

    func own(_ partitions: [Int32])
    func disown(_ partitions: [Int32])
}

/// What is followed of a partition.
struct StandbyFigures: Sendable {
    let partition: Int32
    let records: Int
    let bytes: Int
    let behind: Int64?
}
