internal import Foundation

/// The part of librdkafka's statistics (STATISTICS.md) that is worth watching; times are microseconds there.
package struct Statistics: Sendable, Decodable, Equatable {
    package struct Broker: Sendable, Decodable, Equatable {
        package struct Window: Sendable, Decodable, Equatable {
            package let p99: Int64
        }

        package let nodeid: Int32
        package let state: String
        package let rtt: Window?
        package let txerrs: Int64
        package let rxerrs: Int64
        package let reqTimeouts: Int64
        package let disconnects: Int64?
    }

    package struct Topic: Sendable, Decodable, Equatable {
        package let topic: String
        package let partitions: [String: Partition]
    }

    package struct Partition: Sendable, Decodable, Equatable {
        package let partition: Int32
        package let fetchqCnt: Int64
        package let fetchqSize: Int64
        package let fetchState: String
        package let hiOffset: Int64
        /// The first offset that the broker still has.
        package let loOffset: Int64?
        /// The last stable offset: what `read_committed` can see ends here.
        package let lsOffset: Int64
        package let msgsInflight: Int64?
    }

    package struct ConsumerGroup: Sendable, Decodable, Equatable {
        package let state: String
        package let joinState: String
        package let rebalanceCnt: Int64
        package let rebalanceReason: String
        package let assignmentSize: Int
    }

    package struct ExactlyOnce: Sendable, Decodable, Equatable {
        package let idempState: String
        package let txnState: String
        package let producerEpoch: Int64?
    }

    package let name: String
    package let type: String
    /// Messages waiting in a producer's queues.
    package let msgCnt: Int64
    package let msgSize: Int64
    package let brokers: [String: Broker]
    package let topics: [String: Topic]
    package let cgrp: ConsumerGroup?
    package let eos: ExactlyOnce?
}

extension Statistics {
    /// nil if the text is not what the library documents.
    package init?(json: String) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let statistics = try? decoder.decode(Statistics.self, from: Data(json.utf8)) else { return nil }
        self = statistics
    }
}
