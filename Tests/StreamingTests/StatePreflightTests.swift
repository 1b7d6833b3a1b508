import Events
import Kafka
import Testing

@testable import Streaming

/// What is wrong with the topic of what is known of accounts is told before anything is read.
@Suite struct StatePreflightTests {
    private func problems(
        partitions: Int?, cleanup: String? = "compact", input: Int = 4
    ) -> [String] {
        let outputs = OutputTopics(audit: "audit", enforcement: "e", review: "r", deadLetters: "d")
        var preflight = TopicPreflight(inputs: ["uploads"], outputs: outputs, limits: DecodeLimits())
        preflight.states = [("state", "uploads")]
        var topics = (outputs.all + ["uploads"]).map {
            ClusterDescription.Topic(name: $0, partitions: input, replicationFactor: 1)
        }
        if let partitions {
            topics.append(ClusterDescription.Topic(name: "state", partitions: partitions, replicationFactor: 1))
        }
        let cluster = ClusterDescription(brokers: [], topics: topics)
        return preflight.problems(cluster, cleanup.map { ["state": ["cleanup.policy": $0]] } ?? [:])
    }

    @Test func aTopicThatFits() {
        #expect(problems(partitions: 4).isEmpty)
        #expect(problems(partitions: 9).isEmpty)
        #expect(problems(partitions: 4, cleanup: nil).isEmpty)
    }

    @Test func oneThatIsMissingOrTooSmallOrForgets() throws {
        #expect(try #require(problems(partitions: nil).first).hasPrefix("topic state does not exist"))
        #expect(try #require(problems(partitions: 3).first).contains("has 3 partitions, and uploads has 4"))
        #expect(try #require(problems(partitions: 4, cleanup: "delete").first).contains("must be compact"))
        #expect(problems(partitions: 3, cleanup: "compact,delete").count == 2)
    }
}
