internal import CRdkafka
internal import Concurrency
internal import Glibc

/// Who the partitions of a topic belong to, as the group's coordinator has it.
package struct GroupShares: Sendable {
    /// Whether no rebalance is under way.
    package var isStable: Bool
    /// By the members' instance ids; of members without one together under none.
    package var owned: [String?: Set<TopicPartition>]
    package var unowned: Set<TopicPartition>

    package init(isStable: Bool, owned: [String?: Set<TopicPartition>], partitions: Int, of topic: String) {
        self.isStable = isStable
        self.owned = owned.mapValues { $0.filter { $0.topic == topic } }
        let all = Set((0..<max(0, partitions)).map { TopicPartition(topic, Int32($0)) })
        unowned = all.subtracting(owned.values.joined())
    }
}

/// One of a group, as its coordinator knows it.
package struct GroupMember: Sendable, Equatable {
    /// The coordinator's own name for it, which a restart changes.
    package let id: String
    /// Of a static member.
    package let instance: String?
}

extension GroupConsumer {
    /// Asks the group's coordinator; needs no right beyond those of a member (`Describe`, which `Read` brings along).
    package func shares(of topic: String, group: String, timeout: Duration) throws(KafkaError) -> GroupShares {
        let call = monitor.began("count partitions", within: timeout + .seconds(30))
        defer { monitor.ended(call) }
        let partitions = try partitionCount(of: topic, timeout: timeout)
        return try describing(group, timeout: timeout) { description in
            GroupShares(
                isStable: rd_kafka_ConsumerGroupDescription_state(description)
                    == RD_KAFKA_CONSUMER_GROUP_STATE_STABLE,
                owned: owned(description), partitions: partitions, of: topic)
        }
    }

    /// Who is in the group now.
    package func members(of group: String, timeout: Duration) throws(KafkaError) -> [GroupMember] {
        try describing(group, timeout: timeout) { description in
            GroupConsumer.members(description).map { member in
                GroupMember(
                    id: rd_kafka_MemberDescription_consumer_id(member).map { String(cString: $0) } ?? "",
                    instance: rd_kafka_MemberDescription_group_instance_id(member).map { String(cString: $0) })
            }
        }
    }

    private func describing<Value>(
        _ group: String, timeout: Duration, _ read: (OpaquePointer) -> Value
    ) throws(KafkaError) -> Value {
        let call = monitor.began("describe group", within: timeout + .seconds(30))
        defer { monitor.ended(call) }
        guard let queue = rd_kafka_queue_new(client.handle),
            let options = rd_kafka_AdminOptions_new(client.handle, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS)
        else { throw KafkaError(code: RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, operation: "describe group") }
        defer {
            rd_kafka_AdminOptions_destroy(options)
            rd_kafka_queue_destroy(queue)
        }
        var reason = [CChar](repeating: 0, count: 256)
        rd_kafka_AdminOptions_set_request_timeout(options, timeout.milliseconds, &reason, reason.count)
        let name = strdup(group)
        defer { free(name) }
        var names: [UnsafePointer<CChar>?] = [UnsafePointer(name)]
        rd_kafka_DescribeConsumerGroups(client.handle, &names, names.count, options, queue)
        guard let event = rd_kafka_queue_poll(queue, (timeout + .seconds(1)).milliseconds) else {
            throw KafkaError(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: "describe group", isRetriable: true)
        }
        defer { rd_kafka_event_destroy(event) }
        try check(rd_kafka_event_error(event), "describe group")
        var count = 0
        guard let result = rd_kafka_event_DescribeConsumerGroups_result(event),
            let groups = rd_kafka_DescribeConsumerGroups_result_groups(result, &count), count == 1,
            let description = groups[0]
        else { throw KafkaError(code: RD_KAFKA_RESP_ERR__FAIL, operation: "describe group") }
        if let error = rd_kafka_ConsumerGroupDescription_error(description) {
            // Borrowed from the event: not to be freed.
            throw KafkaError(
                code: rd_kafka_error_code(error), operation: "describe group",
                reason: String(cString: rd_kafka_error_string(error)))
        }
        return read(description)
    }

    private static func members(_ description: OpaquePointer) -> [OpaquePointer] {
        (0..<rd_kafka_ConsumerGroupDescription_member_count(description)).compactMap {
            rd_kafka_ConsumerGroupDescription_member(description, $0)
        }
    }

    private func owned(_ description: OpaquePointer) -> [String?: Set<TopicPartition>] {
        var owned: [String?: Set<TopicPartition>] = [:]
        for member in GroupConsumer.members(description) {
            let instance = rd_kafka_MemberDescription_group_instance_id(member).map { String(cString: $0) }
            guard let assignment = rd_kafka_MemberDescription_assignment(member),
                let list = rd_kafka_MemberAssignment_partitions(assignment)
            else { continue }
            owned[instance, default: []].formUnion(
                PartitionList.elements(UnsafeMutablePointer(mutating: list)).map(\.partition))
        }
        return owned
    }

    private func partitionCount(of topic: String, timeout: Duration) throws(KafkaError) -> Int {
        guard let handle = rd_kafka_topic_new(client.handle, topic, nil) else {
            throw KafkaError(code: rd_kafka_last_error(), operation: "open topic \(topic)")
        }
        defer { rd_kafka_topic_destroy(handle) }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        try check(
            rd_kafka_metadata(client.handle, 0, handle, &metadata, timeout.milliseconds), "query metadata of \(topic)")
        defer { if let metadata { rd_kafka_metadata_destroy(metadata) } }
        guard let metadata, metadata.pointee.topic_cnt == 1 else { return 0 }
        return Int(metadata.pointee.topics[0].partition_cnt)
    }
}
