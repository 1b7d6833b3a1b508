package import Events
package import Kafka

/// Checks, before anything is read, that the topics are there and can hold what will be written to them.
package struct TopicPreflight: Sendable {
    package var inputs: [String]
    package var outputs: OutputTopics
    /// Changelogs, and the inputs that they go with.
    package var states: [(topic: String, input: String)] = []
    /// Topics that are written to beside `outputs`.
    package var enclosures: [String] = []
    /// Whether sizes and clean-up are looked at too. librdkafka's mock broker does not tell them.
    package var readsConfigurations = true

    /// The largest verdict, in bytes: every list at its bound, every byte of an id an escape of six.
    package let largestVerdict: Int

    package init(inputs: [String], outputs: OutputTopics, limits: DecodeLimits) {
        self.inputs = inputs
        self.outputs = outputs
        let ids = 2 * VerdictWriter.mostFindings + limits.media + 4
        largestVerdict = (448 << 10) + 6 * limits.identifierBytes * ids
    }

    /// Room that a dead letter needs beyond its record, for the headers that say why.
    package static let deadLetterMargin = 8 << 10
    /// What is wrong; empty if nothing is.
    package func problems(_ cluster: ClusterDescription, _ configurations: [String: [String: String]]) -> [String] {
        var problems: [String] = []
        for topic in all where cluster.topics[topic] == nil {
            if let trouble = cluster.troubled[topic] {
                problems.append("topic \(topic): \(trouble)")
            } else {
                let right = inputs.contains(topic) ? "Read" : "Write"
                problems.append(TopicPreflight.missing(topic, right))
            }
        }
        problems += stateProblems(cluster, configurations)
        func most(_ topic: String) -> Int? { configurations[topic]?["max.message.bytes"].flatMap { Int($0) } }
        for input in inputs {
            guard let incoming = most(input), let outgoing = most(outputs.deadLetters) else { continue }
            if outgoing < incoming + TopicPreflight.deadLetterMargin {
                problems.append(
                    "topic \(outputs.deadLetters): max.message.bytes is \(outgoing), but dead letters of \(input) need up to"
                        + " \(incoming + TopicPreflight.deadLetterMargin): one too large would stop its partition for good"
                )
            }
        }
        for topic in [outputs.audit, outputs.enforcement, outputs.review] {
            if let room = most(topic), room < largestVerdict {
                problems.append(
                    "topic \(topic): max.message.bytes is \(room); a verdict may need \(largestVerdict)")
            }
        }
        if configurations[outputs.audit]?["cleanup.policy"]?.contains("compact") == true {
            problems.append(
                "topic \(outputs.audit): cleanup.policy must not compact: the audit log would lose verdicts")
        }
        return problems
    }

    private var all: [String] {
        var seen: Set<String> = []
        return (inputs + outputs.all + states.map(\.topic) + enclosures).filter { seen.insert($0).inserted }
    }

    /// A partition's changes go to the partition of the same number, and the last of each key must stay.
    private func stateProblems(
        _ cluster: ClusterDescription, _ configurations: [String: [String: String]]
    ) -> [String] {
        var problems: [String] = []
        for state in states {
            guard let topic = cluster.topics[state.topic] else { continue }
            problems += self.problems(of: state, topic, cluster, configurations)
        }
        return problems
    }

    private func problems(
        of state: (topic: String, input: String), _ topic: ClusterDescription.Topic, _ cluster: ClusterDescription,
        _ configurations: [String: [String: String]]
    ) -> [String] {
        var problems: [String] = []
        if let input = cluster.topics[state.input], topic.partitions < input.partitions {
            problems.append(
                "topic \(state.topic): has \(topic.partitions) partitions, and \(state.input) has \(input.partitions): add "
                    + "partitions to it, since each of the input keeps its own state")
        }
        if let policy = configurations[state.topic]?["cleanup.policy"], policy != "compact" {
            problems.append(
                "topic \(state.topic): cleanup.policy is \(policy); it must be compact, or what is known would be forgotten"
            )
        }
        return problems
    }

    static func missing(_ topic: String, _ right: String) -> String {
        "topic \(topic) does not exist, or may not be seen: make it with \"weir topology apply\", allow \(right) on it, "
            + "or change its name in the configuration"
    }

    /// Looks at a cluster, through the admin client.
    package func problems(of admin: AdminClient, timeout: Duration) async throws(KafkaError) -> [String] {
        let cluster = try await admin.describe(timeout: timeout)
        guard readsConfigurations else { return problems(cluster, [:]) }
        let known = all.filter { cluster.topics[$0] != nil }
        do throws(KafkaError) {
            return problems(cluster, try await admin.configurations(of: known, timeout: timeout))
        } catch {
            // The right to describe configurations is not needed to run; without it the sizes stay unchecked.
            if error.isAuthorization { return problems(cluster, [:]) }
            throw error
        }
    }
}
