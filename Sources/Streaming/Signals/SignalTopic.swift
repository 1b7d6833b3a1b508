package import Events
package import Kafka
package import Signals

/// The signals topic, for tools: all of it is read, or some records are written.
package struct SignalTopic: Sendable {
    private let bootstrap: String
    private let properties: ClientProperties
    private let name: String

    /// How long brokers may be silent.
    private static let patience = Duration.seconds(30)

    package init(_ name: String, bootstrap: String, properties: ClientProperties) {
        self.name = name
        self.bootstrap = bootstrap
        self.properties = properties
    }

    package struct Missing: Error, CustomStringConvertible {
        let name: String
        package var description: String {
            TopicPreflight.missing(name, "Read")
        }
    }

    package struct Contents: Sendable {
        package let signals: SignalSet
        package let records: Int
        /// Places of records that were left out, and why.
        package let rejected: [(place: String, reason: String)]
    }

    /// All that stands in it by now.
    ///
    /// - Parameter progress: told now and then how many records have been read.
    package func contents(progress: (Int) -> Void = { _ in }) async throws -> Contents {
        let reader = try TopicReader(
            bootstrap: bootstrap, properties: ClientProperties.consumer.merging(properties.values),
            partitions: [name: try await partitions()], from: .beginning)
        do {
            var decoder = SignalTopicDecoder()
            var stage = SignalStage(.topic)
            var rejected: [(place: String, reason: String)] = []
            var count = 0
            var deadline = ContinuousClock.now + SignalTopic.patience
            while await !reader.hasReachedEnd {
                let records = try await reader.read(10_000, timeout: .milliseconds(500))
                try Task.checkCancellation()
                if records.isEmpty {
                    guard ContinuousClock.now < deadline else {
                        throw KafkaError.silence("read \(name)", for: SignalTopic.patience)
                    }
                    continue
                }
                deadline = .now + SignalTopic.patience
                for record in records {
                    do throws(SignalTopicDecoder.Rejection) {
                        if let change = try decoder.read(record) { stage.add(change) }
                    } catch {
                        rejected.append(("\(record.partition)@\(record.offset)", error.description))
                    }
                }
                count += records.count
                progress(count)
            }
            await reader.close()
            let set = SignalSet.empty.replacing(stage, version: SignalVersion(topic: name))
            return Contents(signals: set, records: count, rejected: rejected)
        } catch {
            await reader.close()
            throw error
        }
    }

    private func partitions() async throws -> Int {
        let admin = try AdminClient(bootstrap: bootstrap, properties: properties)
        do {
            let cluster = try await admin.describe(timeout: SignalTopic.patience)
            await admin.close()
            guard let topic = cluster.topics[name] else { throw Missing(name: name) }
            return topic.partitions
        } catch {
            await admin.close()
            throw error
        }
    }

    /// Writes signals some at a time, as they come; those that are `deleted` as records without a value.
    ///
    /// - Parameter next: the next ones; none: the end.
    /// - Returns: how many have been written, all of which the brokers have.
    package func write(_ next: () async throws -> [Signal]) async throws -> Int {
        let producer = try PlainProducer(bootstrap: bootstrap, properties: properties)
        do {
            var count = 0
            while true {
                let signals = try await next()
                if signals.isEmpty { break }
                try await producer.produce { [name] sink throws(KafkaError) in
                    let topic = try sink.topic(name)
                    for signal in signals { try sink.send(signal, to: topic) }
                }
                count += signals.count
            }
            try await producer.flush(timeout: SignalTopic.patience)
            await producer.close()
            return count
        } catch {
            await producer.close()
            throw error
        }
    }
}

extension RecordSink {
    fileprivate func send(_ signal: Signal, to topic: Topic) throws(KafkaError) {
        var line: ByteWriter?
        if !signal.deleted {
            line = ByteWriter()
            line?.append(signal)
        }
        // Without the line's end.
        try send(
            to: topic, key: SignalTopicDecoder.key(of: signal), value: (line?.bytes.dropLast()).map(Array.init),
            headers: [])
    }
}

extension SignalTopicDecoder {
    mutating func read(_ record: TopicReader.Record) throws(Rejection) -> SignalChange? {
        let result = (record.key ?? []).withUnsafeBytes { key in
            Result { () throws(Rejection) in
                guard let value = record.value else { return try read(key: key, value: nil) }
                return try value.withUnsafeBytes { value in
                    Result { () throws(Rejection) in try read(key: key, value: value) }
                }.get()
            }
        }
        return try result.get()
    }
}
