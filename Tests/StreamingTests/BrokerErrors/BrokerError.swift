internal import CRdkafka
internal import Foundation
internal import Kafka
internal import Testing

/// A row of `Resources/broker-errors.json`: a broker's answer to one kind of request, and what Weir does about it.
struct BrokerError: Decodable, Sendable, CustomTestStringConvertible {
    /// From the least to the most that happens. A row names the most.
    enum Reaction: String, Decodable, CaseIterable, Comparable {
        /// The library asks again; no transaction is lost.
        case continues
        /// The same, and as long as it lasts readiness says so.
        case reports
        /// The transaction is void for certain, and its records are judged again, with a new producer.
        case aborts
        /// The member takes its place in the group anew; what it had open is aborted.
        case rejoins
        /// Nobody knows what came of the transaction, or the producer is dead: a new one settles what the old one left.
        case rebuilds
        /// The service ends with the error.
        case ends

        static func < (a: Self, b: Self) -> Bool {
            (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
        }
    }

    /// As the protocol calls it.
    let request: String
    /// As librdkafka calls it; `NO_ERROR`: the answer is good, but late; `_TRANSPORT`: the connection is closed.
    let error: String
    let reaction: Reaction
    /// In how many answers; 1.
    var times: Int?
    /// How many requests of the kind are answered well before; 0.
    var passes: Int?
    /// How long the answer is held back; 0.
    var heldSeconds: Double?
    /// `REQUEST ERROR`, which the lane is mending when it meets this one.
    var mending: String?
    /// The topic's role, for errors that belong to a topic.
    var topic: String?
    /// The error lasts until readiness says this; of a row that ends, its error does.
    var says: String?
    /// Whether the member is static.
    var isStatic: Bool?
    /// Of the clients.
    var properties: [String: String]?

    /// Whether this is the row's reaction. Where a request of the membership fails and work goes on, the library joins
    /// anew by itself if it comes to that: whether the group then makes a rebalance of it is a matter of timing. So is
    /// what a lane hears of first if the library meets an error by itself, beside its calls: that the transaction is void,
    /// or that the producer is dead.
    func allows(_ seen: Reaction) -> Bool {
        if seen == reaction { return true }
        switch reaction {
        case .continues: return seen == .rejoins && ["JoinGroup", "SyncGroup", "Heartbeat"].contains(request)
        case .rebuilds: return seen == .aborts && ["Produce", "AddPartitionsToTxn"].contains(request)
        default: return false
        }
    }

    var testDescription: String {
        var words = ["\(request): \(error)"]
        if let topic { words.append("of the \(topic)") }
        if let times { words.append("\(times) times") }
        if let passes { words.append("after \(passes)") }
        if let heldSeconds { words.append("held \(heldSeconds) s") }
        if let mending { words.append("while mending \(mending)") }
        if let says { words.append("until it says \"\(says)\"") }
        for (name, value) in properties ?? [:] { words.append("\(name)=\(value)") }
        return words.joined(separator: ", ") + " -> \(reaction)"
    }

    static let all: [BrokerError] = {
        do {
            guard let file = Bundle.module.url(forResource: "Resources/broker-errors", withExtension: "json") else {
                throw CocoaError(.fileNoSuchFile)
            }
            return try JSONDecoder().decode([BrokerError].self, from: Data(contentsOf: file))
        } catch {
            fatalError("broker-errors.json can't be read: \(error)")
        }
    }()
}

/// Names of the table as the library's values.
enum BrokerErrorNames {
    static let requests: [String: MockCluster.Request] = [
        "Produce": .produce, "Fetch": .fetch, "ListOffsets": .listOffsets, "Metadata": .metadata,
        "OffsetFetch": .offsetFetch, "FindCoordinator": .findCoordinator, "JoinGroup": .joinGroup,
        "Heartbeat": .heartbeat, "LeaveGroup": .leaveGroup, "SyncGroup": .syncGroup,
        "InitProducerId": .initProducerID, "AddPartitionsToTxn": .addPartitionsToTransaction,
        "AddOffsetsToTxn": .addOffsetsToTransaction, "EndTxn": .endTransaction,
        "TxnOffsetCommit": .transactionOffsetCommit,
    ]

    private static let errors: [String: KafkaError.Code] = {
        var errors: [String: KafkaError.Code] = [:]
        for value in RD_KAFKA_RESP_ERR__BEGIN.rawValue..<RD_KAFKA_RESP_ERR_END_ALL.rawValue {
            let code = KafkaError.Code(rawValue: value)
            errors[KafkaError(code: code, operation: "").name] = code
        }
        return errors
    }()

    struct Unknown: Error, CustomStringConvertible {
        let description: String
    }

    static func request(_ name: String) throws -> MockCluster.Request {
        guard let request = requests[name] else { throw Unknown(description: "no request is called \(name)") }
        return request
    }

    static func error(_ name: String) throws -> KafkaError.Code {
        guard let error = errors[name] else { throw Unknown(description: "no error is called \(name)") }
        return error
    }
}
