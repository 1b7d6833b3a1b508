import Events
import Kafka
import Operations
import Streaming
import Synchronization

/// Follows the output topics and prints what comes, while the samples are being sent.
struct DemoOutput: Sendable {
    let traffic: DemoTraffic
    let isJSON: Bool
    let bootstrap: String
    /// Of the process whose verdicts these are: nothing is sent before it reads.
    let readiness: Readiness

    /// How many records were sent, and whether that is all.
    private final class Sent: Sendable {
        private let state = Mutex((count: 0, isAll: false))

        func add(_ count: Int, isAll: Bool) { state.withLock { $0 = ($0.count + count, isAll) } }
        /// nil as long as more may come.
        var total: Int? { state.withLock { $0.isAll ? $0.count : nil } }
    }

    /// - Returns: the exit code; 1 if something that was sent never came out, or a text was not taken for what it is.
    func follow(
        pace: Duration, patience: Duration, partitions: Int, forever: Bool, until shutdown: ShutdownSignal
    ) async throws -> Int32 {
        guard let outputs = traffic.outputs else { return ExitCode.failure }
        let producer = try PlainProducer(bootstrap: bootstrap, properties: .common)
        let reader: TopicReader
        do throws(KafkaError) {
            reader = try TopicReader(
                bootstrap: bootstrap, properties: ClientProperties.common.merging(["fetch.wait.max.ms": "10"]),
                partitions: [outputs.audit: partitions, outputs.deadLetters: partitions], from: .beginning)
        } catch {
            await producer.close()
            throw error
        }
        let sent = Sent()
        do {
            let code = try await withThrowingTaskGroup(of: Int32?.self) { group in
                group.addTask {
                    var round = 0
                    while !readiness.notReady.isEmpty, !shutdown.isTriggered {
                        try await Task.sleep(for: .milliseconds(50))
                    }
                    repeat {
                        let count = try await traffic.send(round: round, pace: pace, with: producer)
                        sent.add(count, isAll: !forever)
                        round += 1
                    } while forever && !shutdown.isTriggered
                    return nil
                }
                group.addTask {
                    try await traffic.desk?.work(
                        bootstrap: bootstrap, partitions: partitions, with: producer, until: shutdown)
                    return nil
                }
                group.addTask { try await show(reader, deadLetters: outputs.deadLetters, sent, patience, shutdown) }
                defer { group.cancelAll() }
                while let result = try await group.next() {
                    if let result { return result }
                }
                return ExitCode.success
            }
            await producer.close()
            await reader.close()
            return code
        } catch {
            await producer.close()
            await reader.close()
            throw error
        }
    }

    private func show(
        _ reader: TopicReader, deadLetters: String, _ sent: Sent, _ patience: Duration, _ shutdown: ShutdownSignal
    ) async throws -> Int32 {
        let json = JSONReader(maximumDepth: 32)
        let progress = ProgressLine()
        var table = DemoTable()
        var campaign = DemoCampaign()
        var seen = 0
        let start = ContinuousClock.now
        var first: ContinuousClock.Instant?
        var latest = ContinuousClock.now
        if !isJSON { Terminal.out(table.head) }
        while !shutdown.isTriggered {
            if let total = sent.total, seen >= total, campaign.isSettled { break }
            let records = try await reader.read(100, timeout: .milliseconds(100))
            let now = Timestamp.now()
            for record in records {
                latest = .now
                first = first ?? latest
                let verdict =
                    record.partition.topic == deadLetters
                    ? DemoVerdict(deadLetter: record.headers)
                    : record.value.flatMap { DemoVerdict(verdict: $0, readAt: now, with: json) }
                // Those come beside what was sent, as many as were too early to be known.
                seen += verdict?.isOfCampaign == true ? 0 : 1
                guard let verdict else { continue }
                campaign.add(verdict, at: now)
                let row = DemoCampaign.isCrowd(verdict.content) && verdict.action == "allow" ? nil : table.add(verdict)
                progress.clear()
                if !isJSON {
                    if let row { Terminal.out(row) }
                } else if verdict.kind == .verdict, let value = record.value {
                    Terminal.out(value + [UInt8(ascii: "\n")])
                }
            }
            progress.show(seen == 0 ? "joining the group…" : "\(seen) of \(sent.total.map { "\($0)" } ?? "…") records")
            if ContinuousClock.now - latest > patience { break }
        }
        progress.clear()
        let seconds = max(0.1, (latest - (first ?? start)).seconds)
        if !isJSON { Terminal.out(table.summary(seconds: seconds) + campaign.summary) }
        guard let total = sent.total, seen < total else {
            if table.mistaken > 0 {
                Terminal.error("weir demo: \(table.mistaken) of the texts were not taken for what they are")
                return ExitCode.failure
            }
            if !campaign.isSettled || campaign.harmed > 0 {
                Terminal.error(
                    "weir demo: \(campaign.missed) copies of a picture that young accounts spread were let be, and "
                        + "\(campaign.harmed) of a popular one were not")
                return ExitCode.failure
            }
            return ExitCode.success
        }
        Terminal.error("weir demo: \(total - seen) of \(total) records never came out")
        return ExitCode.failure
    }
}
