package import Events
package import Kafka
package import MetadataDetection

/// What a partition's state comes to.
package struct StateFigures: Sendable {
    package enum Known: Sendable, Equatable {
        case accounts(Int)
        /// Things, how many of them are campaigns, and of how many uploads wait for what becomes of them.
        case things(Int, campaigns: Int, awaited: Int)
    }

    package let partition: Int32
    package let known: Known
    /// Events or sightings of the last day.
    package let events: Int
    package let recordBytes: Int
    /// Memory.
    package let bytes: Int
    package let newest: Timestamp?
    /// Of the first record of the input that it has not seen; nil if it has seen none.
    package let nextOffset: Int64?
    package let fingerprint: UInt64
}

/// The changelog of what is known of accounts, or of things, for tools: read as a member would, beside members at work.
package struct StateTopic: Sendable {
    package enum Subject: String, Sendable, CaseIterable { case accounts, things }

    package let subject: Subject
    private let lane: LaneOptions
    private let options: StateOptions

    /// nil for a lane that keeps no state.
    package init?(_ lane: LaneOptions) {
        guard let options = lane.state else { return nil }
        switch options.content {
        case .accounts: subject = .accounts
        case .sightings: subject = .things
        }
        self.lane = lane
        self.options = options
    }

    package var topic: String { options.topic }
    package var input: String { lane.input }

    /// nil for a state that has seen nothing.
    package func figures(of partition: Int32) async throws -> StateFigures? {
        switch options.content {
        case .accounts(let settings): try await restored(accounts(partition, settings)).figures
        case .sightings(let settings): try await restored(things(partition, settings)).figures
        }
    }

    /// What is known of an account; nil if nothing is, or these are things.
    package func summary(_ partition: Int32, ofAccount account: String) async throws -> AccountSummary? {
        guard case .accounts(let settings) = options.content else { return nil }
        return try await restored(accounts(partition, settings)).summary(of: account)
    }

    /// What is known of a thing; nil if nothing is, or these are accounts.
    package func summary(_ partition: Int32, of thing: ThingName) async throws -> ThingSummary? {
        guard case .sightings(let settings) = options.content else { return nil }
        return try await restored(things(partition, settings)).summary(of: thing)
    }

    private func accounts(_ partition: Int32, _ settings: AccountSettings) -> AccountKeeper {
        AccountKeeper(partition, of: lane.input, options.topic, settings, key: options.key)
    }

    private func things(_ partition: Int32, _ settings: SightingSettings) -> SightingKeeper {
        SightingKeeper(partition, of: lane.input, options.topic, settings, key: options.key)
    }

    private func restored<State>(_ keeper: StateKeeper<State>) async throws -> StateKeeper<State> {
        try await keeper.restore(bootstrap: lane.bootstrap, properties: lane.consumerProperties, goesOn: { true })
        return keeper
    }

    /// What a state is, and what it should be.
    package struct Verification: Sendable {
        package let subject: Subject
        package let stored: StateFigures
        package let recomputed: StateFigures
        /// What the sightings come to from their beginning on; nil for accounts.
        package let outcome: CampaignTally?
        package var isEqual: Bool { stored.fingerprint == recomputed.fingerprint }
    }

    /// Folds the input anew up to where the state stands, and compares.
    ///
    /// - Parameter progress: told how many records were read.
    /// - Returns: nil for a state that has seen nothing.
    /// - Throws: `InputIsGone` if the input does not begin at its beginning any more.
    package func verify(_ partition: Int32, progress: (Int) -> Void) async throws -> Verification? {
        guard let stored = try await figures(of: partition), let end = stored.nextOffset else { return nil }
        let recomputed: StateFigures?
        var tally: CampaignTally?
        switch options.content {
        case .accounts(let settings):
            let keeper = accounts(partition, settings)
            keeper.begin()
            try await readInput(partition, to: end, progress) { fold($0, partition, into: keeper) }
            recomputed = keeper.figures
        case .sightings(let settings):
            let keeper = things(partition, settings)
            keeper.begin()
            var sum = CampaignTally()
            try await readInput(partition, to: end, progress) { fold($0, into: keeper, &sum) }
            recomputed = keeper.figures
            tally = sum
        }
        return recomputed.map { Verification(subject: subject, stored: stored, recomputed: $0, outcome: tally) }
    }

    private func readInput(
        _ partition: Int32, to end: Int64, _ progress: (Int) -> Void, _ body: ([TopicReader.Record]) -> Void
    ) async throws {
        let place = TopicPartition(lane.input, partition)
        let reader = try TopicReader(
            bootstrap: lane.bootstrap,
            properties: lane.consumerProperties.merging(["auto.offset.reset": "earliest"]), from: [place: 0])
        do {
            if let first = try await reader.watermarks(timeout: .seconds(10))[place]?.low, first > 0 {
                throw InputIsGone(partition: place, first: first)
            }
            var count = 0
            while await !reader.hasPassed([place: end]) {
                let records = try await reader.read(1_000, timeout: .milliseconds(500)).filter { $0.offset < end }
                body(records)
                count += records.count
                progress(count)
            }
            await reader.close()
        } catch {
            await reader.close()
            throw error
        }
    }

    private func fold(_ records: [TopicReader.Record], _ partition: Int32, into keeper: AccountKeeper) {
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
        _ = keeper.fold(builder.finish(topic: lane.input, partition: partition), nextOffset: last.offset + 1)
        keeper.committed(before: .max)
    }

    private func fold(_ records: [TopicReader.Record], into keeper: SightingKeeper, _ tally: inout CampaignTally) {
        let found = records.compactMap { record in
            let time = Timestamp(milliseconds: record.timestampMilliseconds ?? 0)
            // What is none of sightings became a dead letter.
            return record.value?.withUnsafeBytes {
                try? SightingState.Record($0, offset: record.offset, written: time)
            }
        }
        guard let last = found.last, let folded = keeper.fold(found, nextOffset: last.offset + 1) else { return }
        keeper.committed(before: .max)
        tally.add(folded.outcome)
    }
}

/// How much sightings came to.
package struct CampaignTally: Sendable, Equatable {
    package private(set) var onsets = 0
    package private(set) var updates = 0
    package private(set) var ends = 0
    /// Verdicts whose place others take, if the policy says so.
    package private(set) var superseded = 0
    /// Sightings that did not count.
    package private(set) var repeated = 0
    package private(set) var late = 0

    mutating func add(_ outcome: SightingOutcome) {
        for campaign in outcome.campaigns {
            switch campaign.phase {
            case .onset: onsets += 1
            case .update: updates += 1
            case .end: ends += 1
            }
        }
        superseded += outcome.superseded.count
        repeated += outcome.repeated
        late += outcome.late
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
