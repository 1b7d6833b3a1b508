package import Events
package import Kafka

/// Which dead letters are meant.
package struct LetterFilter: Sendable {
    /// Empty: any.
    package var codes: Set<String> = []
    package var partitions: Set<Int32> = []
    /// Of the record that it was.
    package var sourceTopics: Set<String> = []
    /// When the letter was written: from then on, and before then.
    package var since: Timestamp?
    package var until: Timestamp?

    package init() {}

    package func matches(_ letter: StoredLetter) -> Bool {
        if !codes.isEmpty, !codes.contains(letter.code) { return false }
        if !partitions.isEmpty, !partitions.contains(letter.place.partition) { return false }
        if !sourceTopics.isEmpty, !sourceTopics.contains(letter.source.topic) { return false }
        guard since != nil || until != nil else { return true }
        guard let time = letter.record.timestampMilliseconds.map(Timestamp.init(milliseconds:)) else { return false }
        return (since.map { $0 <= time } ?? true) && (until.map { time < $0 } ?? true)
    }
}

/// The dead-letter topic as it is now, read from its beginning to its end; only tools do this.
package struct DeadLetterTopic: Sendable {
    package let bootstrap: String
    package let properties: ClientProperties
    package let topic: String
    package let partitions: Int

    /// How long the brokers may be silent.
    private static let patience = Duration.seconds(30)

    package init(bootstrap: String, properties: ClientProperties, topic: String, partitions: Int) {
        self.bootstrap = bootstrap
        self.properties = properties
        self.topic = topic
        self.partitions = partitions
    }

    /// What a first reading finds: where the topic ends, and which letters were put back.
    package struct Survey: Sendable {
        /// One past the last committed record that was there, by partition.
        package fileprivate(set) var ends: [Int32: Int64] = [:]
        package fileprivate(set) var replayed: [Int32: Set<Int64>] = [:]

        package func isReplayed(_ letter: StoredLetter) -> Bool {
            replayed[letter.place.partition]?.contains(letter.record.offset) == true
        }
    }

    package func survey() async throws -> Survey {
        var survey = Survey()
        try await read { records in
            for record in records {
                let partition = record.partition.partition
                survey.ends[partition] = record.offset + 1
                if let mark = ReplayMark(record) { survey.replayed[partition, default: []].insert(mark.offset) }
            }
            return true
        }
        return survey
    }

    /// Where, in each partition that holds any, the first record stands that was not written before a time; without a
    /// time, the end.
    package func survey(before time: Timestamp?) async throws -> [Int32: Int64] {
        var bounds: [Int32: Int64] = [:]
        var reached: Set<Int32> = []
        try await read { records in
            for record in records {
                let partition = record.partition.partition
                if reached.contains(partition) { continue }
                if let time, let written = record.timestampMilliseconds, Timestamp(milliseconds: written) >= time {
                    reached.insert(partition)
                } else {
                    bounds[partition] = record.offset + 1
                }
            }
            return reached.count < partitions
        }
        return bounds
    }

    /// Calls `body` with letters in their partitions' order, some at a time, until it returns false.
    /// - Parameter survey: what came after it is left out.
    package func letters(
        _ filter: LetterFilter, within survey: Survey, _ body: ([StoredLetter]) async throws -> Bool
    ) async throws {
        try await read { records in
            let letters = records.compactMap { record -> StoredLetter? in
                guard record.offset < survey.ends[record.partition.partition] ?? 0 else { return nil }
                return StoredLetter(record).flatMap { filter.matches($0) ? $0 : nil }
            }
            return letters.isEmpty ? true : try await body(letters)
        }
    }

    /// One letter, or what else stands at a place; nil if nothing does.
    package func record(partition: Int32, offset: Int64) async throws -> TopicReader.Record? {
        let place = TopicPartition(topic, partition)
        var found: TopicReader.Record?
        try await read(from: [place: offset]) { records in
            found = records.first { $0.offset >= offset }
            return found == nil
        }
        return found?.offset == offset ? found : nil
    }

    private func read(_ body: ([TopicReader.Record]) async throws -> Bool) async throws {
        let places = (0..<Int32(partitions)).map { (TopicPartition(topic, $0), Int64(0)) }
        try await read(from: Dictionary(uniqueKeysWithValues: places), body)
    }

    private func read(
        from places: [TopicPartition: Int64], _ body: ([TopicReader.Record]) async throws -> Bool
    ) async throws {
        let reader = try TopicReader(bootstrap: bootstrap, properties: properties, from: places)
        do {
            var heard = ContinuousClock.now
            while true {
                let records = try await reader.read(500, timeout: .milliseconds(200))
                if !records.isEmpty { heard = .now }
                if !records.isEmpty, try await !body(records) { break }
                if records.isEmpty, await reader.isAtEnd { break }
                if ContinuousClock.now - heard > DeadLetterTopic.patience {
                    throw KafkaError.silence("read \(topic)", for: DeadLetterTopic.patience)
                }
                try Task.checkCancellation()
            }
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
    }
}
