import Configuration
import Events
import Kafka
import MetadataDetection
import Operations
import Streaming

extension Commands {
    private static let config = Option("--config", "FILE", "That of the running weir: brokers, topics and the key.")
    private static let partition = Option("--partition", "N", repeatable: true, "Only this partition.")
    private static let of = Option(
        "--of", "WHAT", "accounts (topics.state) or things (topics.sightingState); both, if it is left out.")

    static let stateShow = Command(
        "state", "show", summary: "print what is known of an account, or of a thing that many posted",
        options: [
            config, Option("--account", "ID", "The account's id, as events have it."),
            Option(
                "--thing", "NAME",
                "As incidents and signals name it, sha256:HEX, pdq:HEX or urlmd5:HEX, or link:ADDRESS as it was posted."
            ),
        ],
        example: "weir state show --config weir.yaml --account a-1",
        discussion: """
            One JSON object for each partition that knows it, which is one unless the input's partitions were added to. Of an
            account when it was first and last seen, and how much of what it did in the hour, day and week before that. Of a
            thing the same, how many different accounts posted it within a day, how many of them young, on how many networks,
            and the incident if it is a campaign; of a picture, of the first that was seen of its like. Nothing else is kept
            (docs/metadata.md). Exit code 1 if no partition knows it.
            """
    ) { invocation in
        let command = invocation.command
        var isKnown = false
        switch (invocation.value("--account"), invocation.value("--thing")) {
        case (let account?, nil):
            let part = try await StateTool(invocation, .accounts).parts[0]
            for partition in part.partitions {
                guard let summary = try await part.topic.summary(partition, ofAccount: account) else { continue }
                isKnown = true
                Terminal.out(StateLine.account(account, partition, summary))
            }
            if !isKnown { Terminal.error("weir state show: nothing is known of this account in \(part.topic.topic)") }
        case (nil, let text?):
            guard let thing = ThingName(text) else {
                throw UsageError(
                    "weir state show: --thing must be sha256: or pdq: and 64 hexadecimal digits, urlmd5: and 32, or "
                        + "link: and an address with a host, not \"\(text)\"", command: command)
            }
            let part = try await StateTool(invocation, .things).parts[0]
            for partition in part.partitions {
                guard let summary = try await part.topic.summary(partition, of: thing) else { continue }
                isKnown = true
                Terminal.out(StateLine.thing(partition, summary))
            }
            if !isKnown { Terminal.error("weir state show: nothing is known of this thing in \(part.topic.topic)") }
        default: throw UsageError("weir state show: --account ID, or --thing NAME", command: command)
        }
        return isKnown ? ExitCode.success : ExitCode.failure
    }

    static let stateStats = Command(
        "state", "stats", summary: "print how much is known, by partition",
        options: [config, of, partition], example: "weir state stats --config weir.yaml",
        discussion: """
            Reads the whole state topic. One JSON object a partition: accounts and known events, or things, campaigns among
            them, things of which uploads wait for what becomes of them, and known sightings; bytes of the records and in
            memory, the time of its newest event, the input's offset up to which it has come, and a fingerprint, which is the
            same for all states that came from the same events.
            """
    ) { invocation in
        for part in try await StateTool(invocation, StateTool.subject(invocation)).parts {
            for partition in part.partitions {
                guard let figures = try await part.topic.figures(of: partition) else { continue }
                Terminal.out(StateLine.figures(part.topic.subject, figures))
            }
        }
        return ExitCode.success
    }

    static let stateVerify = Command(
        "state", "verify", summary: "compute the state anew from the input, and compare",
        options: [config, of, partition], example: "weir state verify --config weir.yaml",
        discussion: """
            Reads the state, and then the input from its beginning up to where the state stands; may run beside members at
            work. One JSON object a partition; of things also what their sightings come to: how often campaigns are told of,
            and how many uploads are superseded if the policy says so. Exit code 1 if a state is not what it should be, or
            the input's beginning is not there any more.
            """
    ) { invocation in
        let tool = try await StateTool(invocation, StateTool.subject(invocation))
        let progress = ProgressLine()
        var isRight = true
        for part in tool.parts {
            for partition in part.partitions {
                do {
                    let result = try await part.topic.verify(partition) {
                        progress.show("\(part.topic.subject.rawValue), partition \(partition): \($0) records")
                    }
                    progress.clear()
                    guard let result else { continue }
                    isRight = isRight && result.isEqual
                    Terminal.out(StateLine.verification(result))
                } catch let error as InputIsGone {
                    progress.clear()
                    isRight = false
                    Terminal.error("weir state verify: \(error)")
                }
            }
        }
        return isRight ? ExitCode.success : ExitCode.failure
    }
}

/// What the commands share.
private struct StateTool {
    struct Part {
        let topic: StateTopic
        let partitions: [Int32]
    }

    /// What is known of accounts first.
    let parts: [Part]

    /// - Parameter subject: nil for all that is known.
    init(_ invocation: Invocation, _ subject: StateTopic.Subject?) async throws {
        let file = invocation.value("--config")
        let assembly = try PipelineAssembly(try PipelineAssembly.settings(file: file), file: file)
        let topics = LaneOptions.all(assembly).compactMap(StateTopic.init).filter { topic in
            subject.map { topic.subject == $0 } ?? true
        }
        guard !topics.isEmpty else {
            throw TopicsNotReady(problems: [
                StateTool.isMissing(subject) + " in no stage of \(assembly.settings[WeirSettings.pipeline])"
            ])
        }
        let properties = ClientProperties.common.merging(assembly.clientProperties)
        let admin = try AdminClient(bootstrap: assembly.settings[WeirSettings.bootstrap], properties: properties)
        let counts: [String: Int]
        do {
            counts = try await admin.describe(timeout: .seconds(10)).topics.mapValues(\.partitions)
            await admin.close()
        } catch {
            await admin.close()
            throw error
        }
        parts = try topics.map { topic in
            guard let count = counts[topic.topic] else {
                throw TopicsNotReady(problems: [
                    "topic \(topic.topic) does not exist, or may not be seen: weir topology apply"
                ])
            }
            return Part(topic: topic, partitions: try StateTool.partitions(invocation, of: count, topic.topic))
        }
    }

    static func subject(_ invocation: Invocation) throws -> StateTopic.Subject? {
        guard let text = invocation.value("--of") else { return nil }
        guard let subject = StateTopic.Subject(rawValue: text) else {
            throw UsageError(
                "weir \(invocation.command.name): --of must be accounts or things, not \"\(text)\"",
                command: invocation.command)
        }
        return subject
    }

    private static func isMissing(_ subject: StateTopic.Subject?) -> String {
        switch subject {
        case .accounts: "nothing is known of accounts: metadata.behaviour stands"
        case .things: "nothing is known of things: metadata.sightings stands"
        case nil: "nothing is known of accounts or things: metadata.behaviour and metadata.sightings stand"
        }
    }

    private static func partitions(_ invocation: Invocation, of count: Int, _ topic: String) throws -> [Int32] {
        let wanted = try invocation.all("--partition").map { text in
            guard let partition = Int32(text), (0..<Int32(count)).contains(partition) else {
                throw UsageError(
                    "weir \(invocation.command.name): --partition must be 0 to \(count - 1) of \(topic), not \"\(text)\"",
                    command: invocation.command)
            }
            return partition
        }
        return wanted.isEmpty ? Array(0..<Int32(count)) : wanted
    }
}
