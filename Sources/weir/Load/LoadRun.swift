import Concurrency
import Events
import Glibc
import Kafka
import LoadGeneration
import Operations
import Synchronization

/// Sends uploads at a rate and waits for their verdicts, as any subscriber would: outside, `read_committed`.
struct LoadRun: Sendable {
    let bootstrap: String
    let properties: ClientProperties
    let input: String
    let audit: String
    let generator: UploadGenerator.Options
    /// Uploads a second.
    let rate: Int
    let count: Int
    /// How long the last verdict is waited for.
    var patience = Duration.seconds(30)

    struct Report: Sendable {
        let sent: Int
        let missing: Int
        let figures: [Figure]
    }

    private final class Ledger: Sendable {
        private let books: Mutex<Books>

        init(count: Int) { books = Mutex(Books(latencies: Array(repeating: nil, count: count))) }

        func withLock<Value: Sendable>(_ body: (inout sending Books) -> sending Value) -> Value { books.withLock(body) }
    }

    private struct Books: Sendable {
        var sent: [ContinuousClock.Instant] = []
        /// Seconds from sending to reading, by the upload's number; nil until its verdict comes.
        var latencies: [Double?] = []
        var seen = 0
        var repeated = 0
    }

    func measure() async throws -> Report {
        let admin = try AdminClient(bootstrap: bootstrap, properties: properties)
        let cluster: ClusterDescription
        do {
            cluster = try await admin.describe(timeout: .seconds(10))
            await admin.close()
        } catch {
            await admin.close()
            throw error
        }
        guard let partitions = cluster.topics[audit]?.partitions else {
            throw KafkaError(code: KafkaError.unknownTopic, operation: "read \(audit)")
        }
        let books = Ledger(count: count)
        var consumerProperties = properties
        consumerProperties["fetch.wait.max.ms"] = "5"
        let reader = try TopicReader(
            bootstrap: bootstrap, properties: consumerProperties, partitions: [audit: partitions], from: .end)
        var producerProperties = properties
        producerProperties["linger.ms"] = "1"
        let producer = try PlainProducer(bootstrap: bootstrap, properties: producerProperties)
        let start: ContinuousClock.Instant
        do {
            // The reader stands at the end only once it has looked where that is.
            _ = try await reader.read(1, timeout: .seconds(2))
            start = .now
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await send(with: producer, books) }
                group.addTask { try await receive(from: reader, books) }
                try await group.waitForAll()
            }
        } catch {
            await producer.close()
            await reader.close()
            throw error
        }
        await producer.close()
        await reader.close()
        return report(books.withLock { $0 }, seconds: (ContinuousClock.now - start).seconds)
    }

    /// In steps of a few milliseconds, each with what is due by then; a stall is caught up with.
    private func send(with producer: PlainProducer, _ books: Ledger) async throws {
        var uploads = UploadGenerator(generator)
        let progress = ProgressLine()
        let start = ContinuousClock.now
        var sent = 0
        while sent < count {
            let due = min(count, Int((ContinuousClock.now - start).seconds * Double(rate)) + 1)
            if due > sent {
                var batch: [UploadGenerator.Upload] = []
                for _ in sent..<min(due, sent + 5_000) { batch.append(uploads.next(at: .now())) }
                let now = ContinuousClock.now
                books.withLock { $0.sent.append(contentsOf: repeatElement(now, count: batch.count)) }
                let (topic, records) = (input, batch)
                try await producer.produce { sink throws(KafkaError) in
                    let topic = try sink.topic(topic)
                    for record in records {
                        try record.key.withUnsafeBufferPointer { (key) throws(KafkaError) in
                            try record.value.withUnsafeBufferPointer { (value) throws(KafkaError) in
                                try sink.send(
                                    to: topic, key: UnsafeRawBufferPointer(key), value: UnsafeRawBufferPointer(value))
                            }
                        }
                    }
                }
                sent += batch.count
            }
            progress.show("sent \(sent) of \(count), \(books.withLock { $0.seen }) verdicts")
            if sent < count { try await Task.sleep(for: .milliseconds(2)) }
        }
        try await producer.flush(timeout: .seconds(30))
        progress.clear()
    }

    private func receive(from reader: TopicReader, _ books: Ledger) async throws {
        let marker = Array("\"event\":\"\(generator.prefix)-".utf8)
        var quietSince = ContinuousClock.now
        while books.withLock({ $0.seen }) < count {
            let records = try await reader.read(1_000, timeout: .milliseconds(200))
            let now = ContinuousClock.now
            let numbers = records.compactMap { $0.value.flatMap { LoadRun.number(in: $0, after: marker) } }
            books.withLock { books in
                for number in numbers where books.latencies.indices.contains(number) && number < books.sent.count {
                    guard books.latencies[number] == nil else {
                        books.repeated += 1
                        continue
                    }
                    books.latencies[number] = (now - books.sent[number]).seconds
                    books.seen += 1
                }
            }
            if !numbers.isEmpty || books.withLock({ $0.sent.count }) < count { quietSince = now }
            if now - quietSince > patience { return }
        }
    }

    /// The upload's number, from the verdict's `data.event`.
    private static func number(in verdict: [UInt8], after marker: [UInt8]) -> Int? {
        guard let start = verdict.firstRange(of: marker)?.upperBound else { return nil }
        let digits = verdict[start...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    private func report(_ books: Books, seconds: Double) -> Report {
        let latencies = books.latencies.compactMap(\.self).sorted()
        func figure(_ name: String, _ value: Double, _ unit: String) -> Figure {
            Figure(name: name, value: value, unit: unit, n: latencies.count, seconds: seconds)
        }
        var figures = [figure("load-throughput", Double(latencies.count) / seconds, "events/s")]
        if let largest = latencies.last {
            func quantile(_ share: Double) -> Double {
                latencies[min(latencies.count - 1, Int(share * Double(latencies.count)))] * 1_000
            }
            figures.append(figure("load-latency-p50", quantile(0.5), "ms"))
            figures.append(figure("load-latency-p99", quantile(0.99), "ms"))
            figures.append(figure("load-latency-max", largest * 1_000, "ms"))
        }
        figures.append(figure("load-repeated", Double(books.repeated), "verdicts"))
        return Report(sent: books.sent.count, missing: count - books.seen, figures: figures)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
