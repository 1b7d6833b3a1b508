import Configuration
import Events
import Kafka
import Operations
import Streaming

extension Commands {
    private static let config = Option("--config", "FILE", "That of the running weir: brokers and topics.")
    private static let filters = [
        Option("--code", "CODE", repeatable: true, "Only letters with such a reason: json-syntax, field-missing, …"),
        Option("--partition", "N", repeatable: true, "Only those in this partition of the dead-letter topic."),
        Option("--source", "TOPIC", repeatable: true, "Only those that were records of this input."),
        Option("--since", "TIME", "Only those written from then on (RFC 3339)."),
        Option("--until", "TIME", "Only those written before then (RFC 3339)."),
    ]

    static let deadLetterList = Command(
        "dlq", "list", summary: "list dead letters, without their content",
        options: [config] + filters + [
            Option("--limit", "N", "At most so many; default 1000."),
            Option(switch: "--all", "Those that were put back, too."),
        ],
        example: "weir dlq list --config weir.yaml --code json-truncated --since 2026-11-23T00:00:00Z",
        discussion: "One JSON object a letter: where it stands, why, how often it has failed, and which record it was."
    ) { invocation in
        let letters = try DeadLetterTool(invocation)
        let filter = try letters.filter(invocation)
        var left = try invocation.integer("--limit", standard: 1_000, in: 1...100_000_000)
        let topic = try await letters.topic()
        let survey = try await topic.survey()
        try await topic.letters(filter, within: survey) { found in
            for letter in found where left > 0 {
                let isReplayed = survey.isReplayed(letter)
                if isReplayed, !invocation.has("--all") { continue }
                left -= 1
                Terminal.out(DeadLetterLine.summary(letter, isReplayed: isReplayed))
            }
            return left > 0
        }
        return ExitCode.success
    }

    static let deadLetterShow = Command(
        "dlq", "show", summary: "print one dead letter with its content", arguments: "PARTITION OFFSET",
        options: [config, Option(switch: "--value", "Only the record's value, as it is.")],
        example: "weir dlq show 3 1234 --config weir.yaml",
        discussion: """
            What it prints is what was uploaded, and may be personal or illegal: keep it no longer than you must. Key, value
            and headers that are not UTF-8 are printed in Base64 (keyBase64, …).
            """
    ) { invocation in
        guard invocation.arguments.count == 2, let partition = Int32(invocation.arguments[0]),
            let offset = Int64(invocation.arguments[1]), partition >= 0, offset >= 0
        else {
            throw UsageError(
                "weir dlq show: expected a partition and an offset, as weir dlq list prints them",
                command: invocation.command)
        }
        let topic = try await DeadLetterTool(invocation).topic()
        guard partition < topic.partitions else {
            Terminal.error("weir: \(topic.topic) has partitions 0 to \(topic.partitions - 1)")
            return ExitCode.failure
        }
        guard let record = try await topic.record(partition: partition, offset: offset),
            let letter = StoredLetter(record)
        else {
            Terminal.error("weir: \(topic.topic)[\(partition)] has no dead letter at offset \(offset)")
            return ExitCode.failure
        }
        Terminal.out(invocation.has("--value") ? letter.record.value ?? [] : DeadLetterLine.whole(letter))
        return ExitCode.success
    }

    static let deadLetterReplay = Command(
        "dlq", "replay", summary: "put dead letters back into the inputs they came from, each once",
        options: [config] + filters + [
            Option("--limit", "N", "At most so many."),
            Option("--max-attempts", "N", "Leave a letter that has failed as often where it is; default 3."),
            Option(switch: "--dry-run", "Only count."),
        ],
        example: "weir dlq replay --config weir.yaml --code field-missing --until 2026-11-23T12:00:00Z",
        discussion: """
            For when the cause is mended: a mapping, a limit, a producer. Key, value and headers are what they were, with
            weir.error.attempt beside them, so that the next failure counts on. Each letter is put back once, however often
            this is run or stopped: a mark on the dead-letter topic is written in the same transaction. Prints what it did as
            one JSON object; exit code 1 if letters were left because they have failed too often or came from no input.
            """
    ) { invocation in
        let letters = try DeadLetterTool(invocation)
        let filter = try letters.filter(invocation)
        let limit = try invocation.integer("--limit", standard: .max, in: 1...Int.max)
        let most = try invocation.integer("--max-attempts", standard: 3, in: 1...1_000)
        let progress = ProgressLine()
        var done = 0
        let counts = try await letters.replay(try await letters.topic(), mostAttempts: most).run(
            filter, limit: limit, isTrial: invocation.has("--dry-run")
        ) { batch in
            done += batch.count
            progress.show("\(done) put back")
        }
        progress.clear()
        Terminal.out(DeadLetterLine.counts(counts))
        return counts.exhausted + counts.foreign > 0 ? ExitCode.failure : ExitCode.success
    }

    static let deadLetterPurge = Command(
        "dlq", "purge", summary: "delete dead letters for good, from the oldest on",
        options: [
            config,
            Option("--before", "TIME", "Those written before then (RFC 3339)."),
            Option(switch: "--all", "All there are."),
            Option("--partition", "N", repeatable: true, "Only in this partition."),
            Option(switch: "--yes", "Do it; without it, only say what would be deleted."),
        ],
        example: "weir dlq purge --config weir.yaml --before 2026-11-01T00:00:00Z --yes",
        discussion: """
            Kafka deletes from the beginning of a partition only, so there is no choice by reason. The topic's retention.ms
            does the same by itself. Prints a JSON object for each partition.
            """
    ) { invocation in
        let letters = try DeadLetterTool(invocation)
        guard invocation.has("--all") != invocation.has("--before") else {
            throw UsageError("weir dlq purge: --before TIME or --all", command: invocation.command)
        }
        let before = try invocation.time("--before")
        let filter = try letters.filter(invocation)
        let topic = try await letters.topic()
        return try await letters.purge(topic, before: before, filter.partitions, isReal: invocation.has("--yes"))
    }
}

extension Invocation {
    fileprivate func time(_ option: String) throws -> Timestamp? {
        guard let text = value(option) else { return nil }
        guard let time = try? Timestamp(rfc3339: text) else {
            throw UsageError(
                "weir \(command.name): \(option) must be an RFC 3339 time such as 2026-11-23T00:00:00Z, not \"\(text)\"",
                command: command)
        }
        return time
    }
}

/// What the commands share: the configuration, and the topic as the cluster has it.
private struct DeadLetterTool {
    private let assembly: PipelineAssembly
    private let properties: ClientProperties

    init(_ invocation: Invocation) throws {
        let file = invocation.value("--config")
        assembly = try PipelineAssembly(try PipelineAssembly.settings(file: file), file: file)
        properties = ClientProperties.common.merging(assembly.clientProperties)
    }

    private var bootstrap: String { assembly.settings[WeirSettings.bootstrap] }

    func topic() async throws -> DeadLetterTopic {
        let name = assembly.settings[WeirSettings.deadLetters]
        let cluster = try await withAdmin { try await $0.describe(timeout: .seconds(10)) }
        guard let topic = cluster.topics[name] else {
            throw TopicsNotReady(problems: ["topic \(name) does not exist, or may not be seen"])
        }
        return DeadLetterTopic(
            bootstrap: bootstrap, properties: properties, topic: name, partitions: topic.partitions)
    }

    func filter(_ invocation: Invocation) throws -> LetterFilter {
        var filter = LetterFilter()
        let known = DecodeError.Code.allCases.map(\.rawValue)
        for code in invocation.all("--code") where !known.contains(code) {
            throw UsageError(
                "weir \(invocation.command.name): no code \"\(code)\"; \(suggestion(for: code, among: known))",
                command: invocation.command)
        }
        filter.codes = Set(invocation.all("--code"))
        filter.sourceTopics = Set(invocation.all("--source"))
        for text in invocation.all("--partition") {
            guard let partition = Int32(text), partition >= 0 else {
                throw UsageError(
                    "weir \(invocation.command.name): --partition must be a whole number, not \"\(text)\"",
                    command: invocation.command)
            }
            filter.partitions.insert(partition)
        }
        filter.since = try invocation.time("--since")
        filter.until = try invocation.time("--until")
        return filter
    }

    func replay(_ topic: DeadLetterTopic, mostAttempts: Int) -> DeadLetterReplay {
        let lanes = LaneOptions.all(assembly)
        return DeadLetterReplay(
            topic, producerProperties: ClientProperties.producer.merging(assembly.clientProperties),
            transactionalID: "\(assembly.settings[WeirSettings.group])-dlq-replay", inputs: Set(lanes.map(\.input)),
            mostAttempts: mostAttempts)
    }

    /// - Parameter partitions: empty: all.
    func purge(
        _ topic: DeadLetterTopic, before: Timestamp?, _ partitions: Set<Int32>, isReal: Bool
    ) async throws -> Int32 {
        var bounds: [TopicPartition: Int64] = [:]
        let survey = try await topic.survey(before: before)
        for (partition, offset) in survey where partitions.isEmpty || partitions.contains(partition) {
            bounds[TopicPartition(topic.topic, partition)] = offset
        }
        let doomed = bounds
        let left =
            isReal ? try await withAdmin { try await $0.deleteRecords(before: doomed, timeout: .seconds(30)) } : doomed
        for (place, offset) in left.sorted(by: { $0.key < $1.key }) {
            Terminal.out(DeadLetterLine.purged(place, before: offset, isReal: isReal))
        }
        if !isReal, !bounds.isEmpty { Terminal.error("weir dlq purge: nothing was deleted; --yes does it") }
        return ExitCode.success
    }

    private func withAdmin<Value: Sendable>(_ body: (AdminClient) async throws -> Value) async throws -> Value {
        let admin = try AdminClient(bootstrap: bootstrap, properties: properties)
        do {
            let value = try await body(admin)
            await admin.close()
            return value
        } catch {
            await admin.close()
            throw error
        }
    }
}
