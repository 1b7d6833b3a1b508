internal import CRdkafka

/// What a cluster says of itself.
package struct ClusterDescription: Sendable, Equatable {
    package struct Topic: Sendable, Equatable {
        package let name: String
        package let partitions: Int
        /// Replicas of the first partition.
        package let replicationFactor: Int

        package init(name: String, partitions: Int, replicationFactor: Int) {
            self.name = name
            self.partitions = partitions
            self.replicationFactor = replicationFactor
        }
    }

    package let brokers: [String]
    /// By name; topics that exist and may be seen.
    package let topics: [String: Topic]
    /// Topics that may not be looked at, or are in trouble, with the reason.
    package let troubled: [String: String]

    package init(brokers: [String], topics: [Topic], troubled: [String: String] = [:]) {
        self.brokers = brokers
        self.topics = Dictionary(uniqueKeysWithValues: topics.map { ($0.name, $0) })
        self.troubled = troubled
    }

    init(_ metadata: UnsafePointer<rd_kafka_metadata>) {
        let all = metadata.pointee
        brokers = UnsafeBufferPointer(start: all.brokers, count: Int(all.broker_cnt)).map { broker in
            "\(String(cString: broker.host)):\(broker.port)"
        }
        var topics: [String: Topic] = [:]
        var troubled: [String: String] = [:]
        for topic in UnsafeBufferPointer(start: all.topics, count: Int(all.topic_cnt)) {
            let name = String(cString: topic.topic)
            switch topic.err {
            case RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
                topics[name] = Topic(
                    name: name, partitions: Int(topic.partition_cnt),
                    replicationFactor: topic.partition_cnt > 0 ? Int(topic.partitions[0].replica_cnt) : 0)
            case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC: break
            default: troubled[name] = String(cString: rd_kafka_err2str(topic.err))
            }
        }
        self.topics = topics
        self.troubled = troubled
    }
}
