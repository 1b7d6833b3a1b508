package import Configuration
package import Events
internal import FaultInjection
internal import Glibc
internal import Signals

/// What is known of a partition, in a file: so that only what came to the changelog since need be read.
///
/// | section | content |
/// | --- | --- |
/// | facts | `Facts` |
/// | records | each: key (8 bytes), length (2), the record as the changelog has it |
/// | events | pieces: place of the first (8), number (4), then of each the hash (8), offset (8) and seconds (4) |
/// | end | `StateClock`, and the keys of the changelog's records that hold the known events (8 each) |
package enum StateSnapshot {
    /// The settings have no part in it: what a changelog gives doesn't depend on them either.
    static let content = SnapshotContent(
        magic: "weirstat", version: 1, name: "a snapshot of what is known",
        renaming: .stateSnapshotRename)

    /// Numbers are for ever.
    enum Section: UInt32 {
        case facts = 1
        case records = 2
        case events = 3
        case end = 4
    }

    static let eventBytes = 20

    /// What a snapshot says of itself.
    package struct Facts: Sendable, Equatable {
        /// The changelog, and its partition.
        package var topic: String
        package var partition: Int32
        package var cluster: String?
        /// By when all that was committed before `offset` had been; as the one who wrote it has it.
        package var asOf: Timestamp
        /// Of the changelog's record from which on it must be read.
        package var offset: Int64
        /// Tells keys apart that names are hashed by.
        package var key: UInt64

        package init(
            topic: String, partition: Int32, cluster: String?, asOf: Timestamp, offset: Int64, key: [UInt8]
        ) {
            self.topic = topic
            self.partition = partition
            self.cluster = cluster
            self.asOf = asOf
            self.offset = offset
            self.key = Facts.fingerprint(of: key)
        }

        package static func fingerprint(of key: [UInt8]) -> UInt64 {
            let use: StaticString = "weir state snapshot"
            let code = use.withUTF8Buffer { HMAC(key: key).code(for: UnsafeRawBufferPointer($0)) }
            return withUnsafeBytes(of: code.firstHalf) { $0.loadUnaligned(as: UInt64.self) }
        }

        init?(_ cursor: inout SnapshotCursor) {
            guard let topic = cursor.text(), let partition = cursor.word(), let cluster = cursor.text(),
                let asOf = cursor.word(), let offset = cursor.word(), let key = cursor.word(), offset >= 0,
                let partition = Int32(exactly: partition)
            else { return nil }
            self.topic = topic
            self.partition = partition
            self.cluster = cluster.isEmpty ? nil : cluster
            self.asOf = Timestamp(nanoseconds: asOf)
            self.offset = offset
            self.key = UInt64(bitPattern: key)
        }

        func append(to out: inout SnapshotBytes) {
            out.append(topic)
            out.append(word: Int64(partition))
            out.append(cluster ?? "")
            out.append(word: asOf.nanoseconds)
            out.append(word: offset)
            out.append(word: Int64(bitPattern: key))
        }
    }

    /// What a step of a walk over a state has found.
    package struct Piece {
        var section = Section.records
        var bytes: [UInt8] = []
        /// The section that follows the last events.
        var end: [UInt8] = []

        package init() {}

        mutating func append(record key: UInt64, _ record: UnsafeRawBufferPointer) {
            withUnsafeBytes(of: key.littleEndian) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: UInt16(record.count).littleEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: record)
        }

        mutating func append(events places: Range<UInt64>, of known: borrowing KnownEvents) {
            withUnsafeBytes(of: places.lowerBound.littleEndian) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: UInt32(places.count).littleEndian) { bytes.append(contentsOf: $0) }
            for place in places {
                let entry = known[place]
                withUnsafeBytes(of: entry.hash.littleEndian) { bytes.append(contentsOf: $0) }
                withUnsafeBytes(of: entry.offset.littleEndian) { bytes.append(contentsOf: $0) }
                withUnsafeBytes(of: entry.time.seconds.littleEndian) { bytes.append(contentsOf: $0) }
            }
        }
    }

    /// How long what was found may take to be committed.
    private static let patience = Duration.seconds(60)

    /// Writes one, and puts it into its place when all of it is committed and on the disk. Blocks; not for the cooperative
    /// pool.
    ///
    /// - Parameters:
    ///   - shouldStop: asked now and then.
    ///   - withState: lets nobody else have the state meanwhile, for a few milliseconds at most; nil if it is gone. A
    ///     cut of it must have been begun.
    /// - Returns: its bytes.
    package static func write(
        to path: String, _ facts: Facts, shouldStop: @escaping () -> Bool,
        withState: (((any KeptState)?) -> Void) -> Void
    ) throws(FileError) -> Int {
        let output = try SnapshotOutput(path, content, shouldStop: shouldStop)
        var bytes = SnapshotBytes()
        facts.append(to: &bytes)
        output.begin(section: Section.facts.rawValue)
        output.append(bytes.bytes)
        output.end()
        var piece = Piece()
        var section = Section.facts
        var step = StateCutStep.more
        while step == .more, !output.hasFailed {
            withState { step = $0?.goOn(into: &piece) ?? .broken }
            if piece.section != section {
                if section != .facts { output.end() }
                section = piece.section
                output.begin(section: section.rawValue)
            }
            output.append(piece.bytes)
        }
        output.end()
        if step == .broken { output.fail("what it was to hold was taken back, or grew, meanwhile") }
        output.begin(section: Section.end.rawValue)
        output.append(piece.end)
        output.end()
        return try output.finish { () throws(FileError) in
            try waitForCommit(path, shouldStop, withState)
        }
    }

    private static func waitForCommit(
        _ path: String, _ shouldStop: () -> Bool, _ withState: (((any KeptState)?) -> Void) -> Void
    ) throws(FileError) {
        let deadline = ContinuousClock.now + patience
        while true {
            var isCommitted: Bool?
            withState { isCommitted = $0?.isCutCommitted }
            guard let isCommitted else {
                throw FileError(path: path, reason: "what it holds was taken back meanwhile")
            }
            if isCommitted { return }
            if shouldStop() || ContinuousClock.now > deadline {
                throw FileError(path: path, reason: "what it holds is not committed")
            }
            // This thread has nothing else to do, and a transaction takes a tenth of a second.
            usleep(5_000)
        }
    }
}
