import Configuration
import Events
import Kafka
import MetadataDetection
import Operations
import Streaming

extension Commands {
    private static let config = Option("--config", "FILE", "That of the running weir: brokers, topics and the key.")
    private static let partition = Option("--partition", "N", repeatable: true, "Only this partition.")

    static let stateShow = Command(
        "state", "show", summary: "print what is known of an account",
        options: [config, Option("--account", "ID", "The account's id, as events have it.")],
        example: "weir state show --config weir.yaml --account a-1",
        discussion: """
            One JSON object for each partition that knows it, which is one unless the input's partitions were added to:
            when it was first and last seen, and how much of what it did in the hour, day and week before that. Nothing
            else is kept (docs/metadata.md). Exit code 1 if no partition knows it.
            """
    ) { invocation in
        guard let account = invocation.value("--account") else {
            throw UsageError("weir state show: --account ID", command: invocation.command)
        }
        let tool = try await StateTool(invocation)
        var isKnown = false
        for partition in tool.partitions {
            guard let summary = try await tool.topic.read(partition, account: account).account else { continue }
            isKnown = true
            Terminal.out(StateLine.account(account, partition, summary))
        }
        if !isKnown { Terminal.error("weir state show: nothing is known of this account in \(tool.topic.topic)") }
        return isKnown ? ExitCode.success : ExitCode.failure
    }

    static let stateStats = Command(
        "state", "stats", summary: "print how much is known, by partition",
        options: [config, partition], example: "weir state stats --config weir.yaml",
        discussion: """
            Reads the whole state topic. One JSON object a partition: accounts, known events, bytes of the records and in
            memory, the time of its newest event, the input's offset up to which it has come, and a fingerprint, which is the
            same for all states that came from the same events.
            """
    ) { invocation in
        let tool = try await StateTool(invocation)
        for partition in tool.partitions {
            if let figures = try await tool.topic.read(partition).figures { Terminal.out(StateLine.figures(figures)) }
        }
        return ExitCode.success
    }

    static let stateVerify = Command(
        "state", "verify", summary: "compute the state anew from the input, and compare",
        options: [config, partition], example: "weir state verify --config weir.yaml",
        discussion: """
            Reads the state, and then the input from its beginning up to where the state stands; may run beside members at
            work. One JSON object a partition. Exit code 1 if a state is not what it should be, or the input's beginning is
            not there any more.
            """
    ) { invocation in
        let tool = try await StateTool(invocation)
        let progress = ProgressLine()
        var isRight = true
        for partition in tool.partitions {
            do {
                let result = try await tool.topic.verify(partition) {
                    progress.show("partition \(partition): \($0) records")
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
        return isRight ? ExitCode.success : ExitCode.failure
    }
}

/// What the commands share.
private struct StateTool {
    let topic: StateTopic
    let partitions: [Int32]

    init(_ invocation: Invocation) async throws {
        let file = invocation.value("--config")
        let assembly = try PipelineAssembly(try PipelineAssembly.settings(file: file), file: file)
        guard let topic = LaneOptions.all(assembly).lazy.compactMap(StateTopic.init).first else {
            throw TopicsNotReady(problems: [
                "nothing is known of accounts: metadata.behaviour stands in no stage of \(assembly.settings[WeirSettings.pipeline])"
            ])
        }
        self.topic = topic
        let properties = ClientProperties.common.merging(assembly.clientProperties)
        let admin = try AdminClient(bootstrap: assembly.settings[WeirSettings.bootstrap], properties: properties)
        let count: Int?
        do {
            count = try await admin.describe(timeout: .seconds(10)).topics[topic.topic]?.partitions
            await admin.close()
        } catch {
            await admin.close()
            throw error
        }
        guard let count else {
            throw TopicsNotReady(problems: [
                "topic \(topic.topic) does not exist, or may not be seen: weir topology apply"
            ])
        }
        var wanted: [Int32] = []
        for text in invocation.all("--partition") {
            guard let partition = Int32(text), (0..<Int32(count)).contains(partition) else {
                throw UsageError(
                    "weir \(invocation.command.name): --partition must be 0 to \(count - 1), not \"\(text)\"",
                    command: invocation.command)
            }
            wanted.append(partition)
        }
        partitions = wanted.isEmpty ? Array(0..<Int32(count)) : wanted
    }
}
