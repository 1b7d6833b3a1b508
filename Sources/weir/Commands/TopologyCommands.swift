import Configuration
import Kafka
import Operations
import Pipeline
import Policy
import Streaming

extension Commands {
    private static let config = Option("--config", "FILE", "The configuration; without it, the defaults.")
    private static let topics = Option(
        "--topics", "FILE", "The topics as they should be; default topology/topics.yaml.")

    static let topologyCheck = Command(
        "topology", "check", summary: "compare a cluster with topology/", options: [config, topics],
        example: "weir topology check --config weir.yaml",
        discussion:
            "Prints what is missing or different, and which rights weir run would lack (nothing is written, no group is joined); exit code 1 if anything is, 69 if no broker can be reached."
    ) { invocation in
        let topology = try Topology(invocation)
        return try await topology.withAdmin { admin in
            let wanting = try await topology.differences(admin) + topology.missingRights(admin)
            for line in wanting { Terminal.out("\(line)\n") }
            if wanting.isEmpty {
                Terminal.out("ok: \(topology.wanted.count) topics are as they should be, and all rights are there\n")
            }
            return wanting.isEmpty ? ExitCode.success : ExitCode.failure
        }
    }

    static let topologyApply = Command(
        "topology", "apply", summary: "create the topics that are missing",
        options: [
            config, topics,
            Option("--partitions", "N", "For input and verdict topics, in place of what the file says."),
            Option("--replication-factor", "N", "In place of what the file says; -1: the broker's default."),
            Option(switch: "--dry-run", "Only say what would be created."),
        ],
        example: "weir topology apply --config weir.yaml --replication-factor 1",
        discussion: "Topics that exist are left as they are; weir topology check says where they differ."
    ) { invocation in
        let topology = try Topology(invocation)
        let partitions =
            invocation.has("--partitions") ? try invocation.integer("--partitions", standard: 1, in: 1...10_000) : nil
        let replication =
            invocation.has("--replication-factor")
            ? try invocation.integer("--replication-factor", standard: -1, in: -1...100) : nil
        let dryRun = invocation.has("--dry-run")
        return try await topology.withAdmin { admin in
            let cluster = try await admin.describe(timeout: .seconds(10))
            let missing = topology.wanted.filter { cluster.topics[$0.name] == nil }.map { topic in
                var topic = topic
                topic.partitions = partitions ?? topic.partitions
                topic.replicationFactor = replication ?? topic.replicationFactor
                return topic
            }
            for topic in missing where dryRun {
                Terminal.out("would create \(topic.name) with \(topic.partitions) partitions\n")
            }
            if dryRun { return ExitCode.success }
            let failures = try await admin.create(missing, timeout: .seconds(30))
            for topic in missing {
                if let failure = failures[topic.name] {
                    Terminal.error("weir: \(topic.name): \(failure.reason)")
                } else {
                    Terminal.out("created \(topic.name) with \(topic.partitions) partitions\n")
                }
            }
            if missing.isEmpty { Terminal.out("ok: all \(topology.wanted.count) topics exist\n") }
            return failures.isEmpty ? ExitCode.success : ExitCode.failure
        }
    }

    static let topologyShow = Command(
        "topology", "show", summary: "print the topics, stages and detectors", options: [config, topics],
        example: "weir topology show"
    ) { invocation in
        let topology = try Topology(invocation)
        for topic in topology.document.topics {
            guard let name = TopologyDocument.name(of: topic.role, topology.settings) else { continue }
            Terminal.out("topic \(name): \(topic.partitions) partitions; \(topic.meaning)\n")
        }
        for stage in topology.assembly.blueprint.document.stages {
            let detectors = stage.detectors.map(\.detector).joined(separator: ", ")
            Terminal.out("stage \(stage.name): \(detectors); media \(stage.media.rawValue)\n")
        }
        Terminal.out("policy \(topology.assembly.blueprint.policy.version)\n")
        return ExitCode.success
    }

    static let topologyGraph = Command(
        "topology", "graph", summary: "draw topics, stages and detectors",
        options: [config, topics, Option("--format", "dot|mermaid", "Default mermaid.")],
        example: "weir topology graph --format dot | dot -Tsvg > weir.svg"
    ) { invocation in
        let format = invocation.value("--format") ?? "mermaid"
        guard let drawing = TopologyGraph.Format(rawValue: format) else {
            throw UsageError(
                "weir topology graph: --format must be dot or mermaid, not \"\(format)\"", command: invocation.command)
        }
        let topology = try Topology(invocation)
        Terminal.out(TopologyGraph(topology.settings, topology.assembly.blueprint.document).draw(drawing))
        return ExitCode.success
    }
}

/// A configuration beside the topics it needs.
private struct Topology: Sendable {
    let settings: Settings
    let assembly: PipelineAssembly
    let document: TopologyDocument

    init(_ invocation: Invocation) throws {
        let file = invocation.value("--config")
        settings = try PipelineAssembly.settings(file: file)
        assembly = try PipelineAssembly(settings, file: file)
        let path = FileLocator(configuration: file).locate(invocation.value("--topics") ?? "topology/topics.yaml")
        document = try TopologyDocument(try readFile(path, atMost: YAMLParser.maximumBytes), file: path)
    }

    var wanted: [AdminClient.NewTopic] {
        document.topics.compactMap { topic in
            TopologyDocument.name(of: topic.role, settings).map {
                AdminClient.NewTopic(
                    name: $0, partitions: topic.partitions, replicationFactor: topic.replicationFactor,
                    configuration: topic.configuration)
            }
        }
    }

    func withAdmin<Value: Sendable>(_ body: (AdminClient) async throws -> Value) async throws -> Value {
        let properties = ClientProperties.common.merging(assembly.clientProperties)
        let admin = try AdminClient(bootstrap: settings[WeirSettings.bootstrap], properties: properties)
        do {
            let value = try await body(admin)
            await admin.close()
            return value
        } catch {
            await admin.close()
            throw error
        }
    }

    /// What stands in the way of running, and where topics differ from the file.
    func differences(_ admin: AdminClient) async throws -> [String] {
        let lanes = LaneOptions.all(assembly)
        guard let outputs = lanes.first?.outputs else { return [] }
        var lines = try await TopicPreflight(
            inputs: lanes.map(\.input) + [settings[WeirSettings.signalTopic]].compactMap(\.self), outputs: outputs,
            limits: settings.decodeLimits
        ).problems(
            of: admin, timeout: .seconds(10))
        let cluster = try await admin.describe(timeout: .seconds(10))
        let existing = wanted.filter { cluster.topics[$0.name] != nil }
        let configurations: [String: [String: String]]
        do throws(KafkaError) {
            configurations = try await admin.configurations(of: existing.map(\.name), timeout: .seconds(10))
        } catch {
            guard error.isAuthorization else { throw error }
            Terminal.error(
                "weir: topics' settings are not compared: that needs DescribeConfigs, which running does not")
            return lines
        }
        for topic in existing {
            for (name, value) in topic.configuration.sorted(by: { $0.key < $1.key }) {
                let found = configurations[topic.name]?[name] ?? "not set"
                if found != value { lines.append("topic \(topic.name): \(name) is \(found), should be \(value)") }
            }
        }
        return lines
    }

    /// Which rights running would lack. Topics that can't be seen are told of elsewhere.
    func missingRights(_ admin: AdminClient) async throws -> [String] {
        let lanes = LaneOptions.all(assembly)
        guard let first = lanes.first else { return [] }
        let visible = Set(try await admin.describe(timeout: .seconds(10)).topics.keys)
        let probe = RightsProbe(
            bootstrap: settings[WeirSettings.bootstrap],
            properties: ClientProperties.common.merging(assembly.clientProperties), timeout: .seconds(10))
        var missing: [RightsProbe.Missing?] = []
        for lane in lanes where visible.contains(lane.input) {
            missing.append(try await probe.read(lane.input))
            missing.append(try await probe.read(group: lane.group, of: lane.input))
        }
        if let topic = settings[WeirSettings.signalTopic], visible.contains(topic) {
            missing.append(try await probe.read(topic))
        }
        for topic in first.outputs.all where visible.contains(topic) { missing.append(try await probe.write(topic)) }
        for lane in lanes {
            missing.append(try await probe.write(transactionalID: "\(lane.group)-check", of: "\(lane.group)-…"))
        }
        return missing.compactMap { $0?.description }
    }
}
