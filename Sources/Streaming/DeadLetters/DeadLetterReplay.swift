internal import Concurrency
internal import Events
internal import FaultInjection
package import Kafka

/// Puts dead letters back into the inputs that they came from, each once: the record and the mark that says so are one
/// transaction.
///
/// Whoever comes second is sure to see what the first has done: taking the transactional id over ends the other's
/// transaction, and only then is the topic read.
package struct DeadLetterReplay: Sendable {
    package struct Counts: Sendable, Equatable {
        package var replayed = 0
        /// Put back before, and left alone.
        package var already = 0
        /// Failed so often that once more would be a loop.
        package var exhausted = 0
        /// From a topic that is no input.
        package var foreign = 0

        package init() {}
    }

    private let letters: DeadLetterTopic
    private let producerProperties: ClientProperties
    private let transactionalID: String
    private let inputs: Set<String>
    private let mostAttempts: Int

    /// Letters of one transaction.
    private static let batch = 500

    /// - Parameters:
    ///   - inputs: topics that may be written to.
    ///   - mostAttempts: a letter that has failed as often is left where it is.
    package init(
        _ letters: DeadLetterTopic, producerProperties: ClientProperties, transactionalID: String,
        inputs: Set<String>, mostAttempts: Int
    ) {
        self.letters = letters
        self.producerProperties = producerProperties
        self.transactionalID = transactionalID
        self.inputs = inputs
        self.mostAttempts = mostAttempts
    }

    /// - Parameters:
    ///   - limit: at most so many are put back.
    ///   - isTrial: only count.
    ///   - told: of each letter that is put back, once that is certain.
    package func run(
        _ filter: LetterFilter, limit: Int = .max, isTrial: Bool = false, told: ([StoredLetter]) -> Void
    ) async throws -> Counts {
        let producer = try TransactionalProducer(
            bootstrap: letters.bootstrap, transactionalID: transactionalID, properties: producerProperties,
            wakeup: Wakeup(), monitor: CallMonitor())
        do {
            if !isTrial {
                try await producer.initTransactions(timeout: .seconds(30))
                try await producer.prime([letters.topic] + inputs.sorted(), timeout: .seconds(10))
            }
            let counts = try await run(filter, limit, isTrial ? nil : producer, told)
            await producer.close()
            return counts
        } catch {
            try? await producer.abort(within: .seconds(3))
            await producer.close()
            throw error
        }
    }

    private func run(
        _ filter: LetterFilter, _ limit: Int, _ producer: TransactionalProducer?, _ told: ([StoredLetter]) -> Void
    ) async throws -> Counts {
        let survey = try await letters.survey()
        var counts = Counts()
        try await letters.letters(filter, within: survey) { found in
            var due: [StoredLetter] = []
            for letter in found where counts.replayed + due.count < limit {
                if survey.isReplayed(letter) {
                    counts.already += 1
                } else if !inputs.contains(letter.source.topic) {
                    counts.foreign += 1
                } else if letter.attempt >= mostAttempts {
                    counts.exhausted += 1
                } else {
                    due.append(letter)
                }
            }
            for start in stride(from: 0, to: due.count, by: DeadLetterReplay.batch) {
                let batch = Array(due[start..<min(start + DeadLetterReplay.batch, due.count)])
                if let producer { try await put(batch, back: producer) }
                counts.replayed += batch.count
                told(batch)
            }
            return counts.replayed < limit
        }
        return counts
    }

    private func put(_ batch: [StoredLetter], back producer: TransactionalProducer) async throws {
        let topic = letters.topic
        try await producer.begin()
        try Failpoint.beforeProduce.hitTransaction()
        try await producer.produce { sink throws(KafkaError) in
            let marks = try sink.topic(topic)
            for letter in batch {
                let input = try sink.topic(letter.source.topic)
                try sink.send(
                    to: input, key: letter.record.key, value: letter.record.value, headers: letter.originalHeaders)
                try sink.send(
                    to: marks, partition: letter.place.partition, key: letter.record.key, value: nil,
                    headers: ReplayMark(offset: letter.record.offset).headers)
            }
        }
        try Failpoint.afterProduce.hitTransaction()
        try Failpoint.duringCommit.hitTransaction()
        try await producer.commit()
        try Failpoint.afterCommit.hitTransaction()
    }
}
