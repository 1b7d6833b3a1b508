package import Events
package import Kafka
package import MetadataDetection

/// What a partition's state comes to.
package struct StateFigures: Sendable {
    package let partition: Int32
    package let accounts: Int
    package let events: Int
    package let recordBytes: Int
    /// Memory.
    package let bytes: Int
    package let newest: Timestamp?
    /// Of the first record of the input that it has not seen; nil if it has seen none.
    package let nextOffset: Int64?
    package let fingerprint: UInt64
}

/// The changelog of what is known of accounts, for tools: read as a member would, beside members at work.
package struct StateTopic: Sendable {
    private let bootstrap: String
    private let properties: ClientProperties
    private let lane: LaneOptions
    private let options: StateOptions
    private let accounts: AccountSettings

    /// nil for a lane that keeps no state of accounts.
    package init?(_ lane: LaneOptions) {
        guard let options = lane.state, case .accounts(let accounts) = options.content else { return nil }
        self.accounts = accounts
        bootstrap = lane.bootstrap
        properties = lane.consumerProperties
        self.lane = lane
        self.options = options
    }

    package var topic: String { options.topic }
    package var input: String { lane.input }

    /// - Parameter account: what of it is to be told; nil: nothing.
    package func read(
        _ partition: Int32, account: String? = nil
    ) async throws -> (figures: StateFigures?, account: AccountSummary?) {
        let keeper = try await restored(partition)
        return (keeper.figures, account.flatMap(keeper.summary))
    }

    private func restored(_ partition: Int32) async throws -> AccountKeeper {
        let keeper = AccountKeeper(partition, of: lane.input, options.topic, accounts, key: options.key)
        try await keeper.restore(bootstrap: bootstrap, properties: properties, goesOn: { true })
        return keeper
    }

    /// What a state is, and what it should be.
    package struct Verification: Sendable {
        package let stored: StateFigures
        package let recomputed: StateFigures
        package var isEqual: Bool { stored.fingerprint == recomputed.fingerprint }
    }

    /// Folds the input anew up to where the state stands, and compares.
    ///
    /// - Parameter progress: told how many records were read.
    /// - Returns: nil for a state that has seen nothing.
    /// - Throws: `InputIsGone` if the input does not begin at its beginning any more.
    package func verify(_ partition: Int32, progress: (Int) -> Void) async throws -> Verification? {
        guard let stored = try await restored(partition).figures, let end = stored.nextOffset else { return nil }
        let place = TopicPartition(lane.input, partition)
        let reader = try TopicReader(
            bootstrap: bootstrap, properties: properties.merging(["auto.offset.reset": "earliest"]), from: [place: 0])
        do {
            if let first = try await reader.watermarks(timeout: .seconds(10))[place]?.low, first > 0 {
                throw InputIsGone(partition: place, first: first)
            }
            let recomputed = AccountKeeper(partition, of: lane.input, options.topic, accounts, key: options.key)
            recomputed.begin()
            var count = 0
            while await !reader.hasPassed([place: end]) {
                let records = try await reader.read(1_000, timeout: .milliseconds(500)).filter { $0.offset < end }
                fold(records, place, into: recomputed)
                count += records.count
                progress(count)
            }
            await reader.close()
            guard let figures = recomputed.figures else { return nil }
            return Verification(stored: stored, recomputed: figures)
        } catch {
            await reader.close()
            throw error
        }
    }

    private func fold(_ records: [TopicReader.Record], _ place: TopicPartition, into keeper: AccountKeeper) {
        let decoder = EventDecoder(limits: lane.limits, shape: lane.shape)
        var builder = EventBatch.Builder()
        for record in records {
            guard let value = record.value else { continue }
            let time = Timestamp(milliseconds: record.timestampMilliseconds ?? 0)
            value.withUnsafeBytes { bytes in
                // What is no event became a dead letter, and is nothing to the fold.
                _ = decoder.decode(
                    RecordView(value: bytes, offset: record.offset, timestamp: time),
                    headers: StoredHeaders(record), into: &builder)
            }
        }
        guard let last = records.last else { return }
        _ = keeper.fold(builder.finish(topic: place.topic, partition: place.partition), nextOffset: last.offset + 1)
        keeper.committed(before: .max)
    }
}

/// The input begins later than the state did.
package struct InputIsGone: Error, CustomStringConvertible {
    package let partition: TopicPartition
    package let first: Int64

    package var description: String {
        "\(partition): begins at offset \(first), what was before is deleted: its state can't be computed anew"
    }
}

/// A record's headers, as a decoder asks for them.
private struct StoredHeaders: HeaderSource {
    private let headers: [(name: String, value: [UInt8]?)]

    init(_ record: TopicReader.Record) { headers = record.headers }

    func forEach(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Bool) {
        for header in headers {
            let goesOn = Array(header.name.utf8).withUnsafeBytes { name in
                guard let value = header.value else { return body(name, nil) }
                return value.withUnsafeBytes { body(name, $0) }
            }
            if !goesOn { return }
        }
    }
}
