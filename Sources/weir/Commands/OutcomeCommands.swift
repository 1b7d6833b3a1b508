import Configuration
import Events
import Kafka
import Operations

extension Commands {
    static let outcomePut = Command(
        "outcome", "put", summary: "put a person's decision on a verdict onto the outcomes topic",
        arguments: "confirm|retract VERDICT",
        options: [
            Option("--config", "FILE", "That of the running weir: brokers and topics."),
            Option("--action", "ACTION", "What is in force from now on; see below."),
            Option("--label", "LABEL", repeatable: true, "Why; to confirm, without it, the labels of the verdict."),
            Option(switch: "--preserve", "The content is to be kept as evidence; to confirm, as in the verdict."),
            Option("--reviewer", "PSEUDONYM", "Who decided; never a name, for it stands on the audit topic."),
            Option("--reason", "CODE", "Why, by a word from the platform's own list."),
            Option("--id", "ID", "Names the decision; made up without it."),
            Option("--source", "SOURCE", "Where it was decided; default /weir/outcome."),
            Option(switch: "--dry-run", "Only print it."),
        ],
        example: "weir outcome put retract verdict.json --reviewer r-7 --reason news-report --config weir.yaml",
        discussion: """
            VERDICT is a file with one verdict as it stands on the enforcement or review topic, or - for standard input. The
            decision names it, and what weir makes of that takes its place, on audit and on enforcement. Without --action,
            retract means allow, and confirm means what the verdict asked for; where that was to have a person look
            (review, hold, escalate), confirm needs it. Prints the decision as it was sent.
            """
    ) { invocation in
        let words = invocation.arguments
        guard words.count == 2, let ruling = Outcome.Ruling(rawValue: words[0]) else {
            throw UsageError(
                "weir outcome put: expected confirm or retract, and a file with the verdict",
                command: invocation.command)
        }
        let assembly = try PipelineAssembly(
            try PipelineAssembly.settings(file: invocation.value("--config")), file: invocation.value("--config"))
        guard let topic = assembly.settings[WeirSettings.outcomes] else {
            throw UsageError(
                "weir outcome put: topics.outcomes is null: there is no topic to put it on",
                command: invocation.command)
        }
        let limits = assembly.settings.decodeLimits
        let verdict: VerdictSummary
        do {
            let text = try readFile(words[1], atMost: limits.recordBytes)
            verdict = try text.withUnsafeBytes { try VerdictSummary($0, limits: limits) }
        } catch let error as DecodeError {
            throw FileError(path: words[1], reason: "is no verdict: \(error.message)")
        }
        let record = try invocation.outcome(ruling, on: verdict, limits: limits)
        if !invocation.has("--dry-run") {
            var properties = ClientProperties.common.merging(assembly.clientProperties)
            // Somebody waits for it.
            properties["message.timeout.ms"] = assembly.clientProperties["message.timeout.ms"] ?? "20000"
            try await OutcomeSender(bootstrap: assembly.settings[WeirSettings.bootstrap], properties: properties)
                .send(record, to: topic, key: Array(verdict.reference.subject.utf8))
        }
        Terminal.out(record + [UInt8(ascii: "\n")])
        return ExitCode.success
    }
}

extension Invocation {
    /// The decision as it is sent, read back as weir will read it.
    fileprivate func outcome(
        _ ruling: Outcome.Ruling, on verdict: VerdictSummary, limits: DecodeLimits
    ) throws -> [UInt8] {
        var outcome = Outcome(
            id: value("--id") ?? "o-\(String(UInt64.random(in: .min ... .max), radix: 16))", time: .now(),
            verdict: verdict.reference, ruling: ruling, action: try action(ruling, on: verdict))
        outcome.preserve = has("--preserve") || (ruling == .confirm && verdict.preserve)
        outcome.labels = has("--label") || ruling == .retract ? all("--label") : verdict.labels
        outcome.reviewer = value("--reviewer")
        outcome.reason = value("--reason")
        var out = ByteWriter()
        out.append(outcome, source: value("--source") ?? "/weir/outcome")
        do {
            _ = try out.bytes.withUnsafeBytes { try OutcomeReader(limits: limits).read($0) }
        } catch let error as DecodeError {
            throw UsageError("weir outcome put: \(error.message)", command: command)
        }
        return out.bytes
    }

    private func action(_ ruling: Outcome.Ruling, on verdict: VerdictSummary) throws -> Action {
        if let name = value("--action") {
            if let action = Action(name: name) { return action }
            let names = Action.allCases.map { "\($0.name)" }
            throw UsageError(
                "weir outcome put: no action \"\(name)\"; \(suggestion(for: name, among: names))", command: command)
        }
        if ruling == .retract { return .allow }
        if verdict.action.needsPerson {
            throw UsageError(
                "weir outcome put: the verdict asks for a person (\(verdict.action.name)); say with --action what is in force from now on",
                command: command)
        }
        return verdict.action
    }
}

/// Sends one decision; returns when the brokers have it.
private struct OutcomeSender {
    let bootstrap: String
    let properties: ClientProperties

    private static let headers: [(name: [UInt8], value: [UInt8]?)] = [
        (Array("content-type".utf8), Array("application/cloudevents+json".utf8))
    ]

    func send(_ record: [UInt8], to topic: String, key: [UInt8]) async throws {
        let producer = try PlainProducer(bootstrap: bootstrap, properties: properties)
        do throws(KafkaError) {
            try await producer.produce { sink throws(KafkaError) in
                try sink.send(to: try sink.topic(topic), key: key, value: record, headers: Self.headers)
            }
            try await producer.flush(timeout: .seconds(30))
        } catch {
            await producer.close()
            throw error
        }
        await producer.close()
    }
}
