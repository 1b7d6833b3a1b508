internal import CRdkafka
internal import Concurrency

/// One member of a group, as its coordinator knows it.
package struct GroupMember: Sendable, Equatable {
    /// The coordinator's own name for it, which a restart changes.
    package let id: String
    package let clientID: String
    package let owned: Set<TopicPartition>

    package init(id: String, clientID: String = "", owned: Set<TopicPartition>) {
        self.id = id
        self.clientID = clientID
        self.owned = owned
    }
}

/// A group, as its coordinator has it.
package struct GroupDescription: Sendable, Equatable {
    /// Whether no rebalance is under way.
    package var isStable: Bool
    package var members: [GroupMember]

    package init(isStable: Bool, members: [GroupMember]) {
        self.isStable = isStable
        self.members = members
    }
}

extension GroupConsumer {
    /// Asks the brokers for the group; needs no right beyond those of a member (`Describe`, which `Read` brings along).
    ///
    /// By the library's older call. The newer one (`DescribeConsumerGroups`) may end the process when a broker goes away
    /// while it waits: an assertion in its own thread (librdkafka #4605, seen here with 2.0.2).
    package func description(of group: String, timeout: Duration) throws(KafkaError) -> GroupDescription {
        let call = monitor.began("describe group", within: timeout)
        defer { monitor.ended(call) }
        var list: UnsafePointer<rd_kafka_group_list>?
        let code = rd_kafka_list_groups(client.handle, group, &list, timeout.milliseconds)
        defer { if let list { rd_kafka_group_list_destroy(list) } }
        // Some brokers did not answer, but the one that coordinates the group perhaps did.
        if code != RD_KAFKA_RESP_ERR__PARTIAL { try check(code, "describe group") }
        let groups = UnsafeBufferPointer(start: list?.pointee.groups, count: Int(list?.pointee.group_cnt ?? 0))
        let found = groups.first {
            $0.err == RD_KAFKA_RESP_ERR_NO_ERROR && $0.group.map { String(cString: $0) } == group
        }
        guard let found else {
            throw KafkaError(code: RD_KAFKA_RESP_ERR__UNKNOWN_GROUP, operation: "describe group", isRetriable: true)
        }
        let members = UnsafeBufferPointer(start: found.members, count: Int(found.member_cnt)).map { member in
            let assignment = UnsafeRawBufferPointer(
                start: member.member_assignment, count: Int(member.member_assignment_size))
            return GroupMember(
                id: member.member_id.map { String(cString: $0) } ?? "",
                clientID: member.client_id.map { String(cString: $0) } ?? "",
                owned: MemberAssignment.partitions(assignment))
        }
        return GroupDescription(isStable: found.state.map { String(cString: $0) } == "Stable", members: members)
    }

    /// The coordinator's name for this member; nil before it has one.
    package func memberID() -> String? {
        guard let name = rd_kafka_memberid(client.handle) else { return nil }
        defer { rd_kafka_mem_free(client.handle, name) }
        return String(cString: name)
    }

    package func partitionCount(of topic: String, timeout: Duration) throws(KafkaError) -> Int {
        guard let handle = rd_kafka_topic_new(client.handle, topic, nil) else {
            throw KafkaError(code: rd_kafka_last_error(), operation: "open topic \(topic)")
        }
        defer { rd_kafka_topic_destroy(handle) }
        let call = monitor.began("count partitions", within: timeout)
        defer { monitor.ended(call) }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        try check(
            rd_kafka_metadata(client.handle, 0, handle, &metadata, timeout.milliseconds), "query metadata of \(topic)")
        defer { if let metadata { rd_kafka_metadata_destroy(metadata) } }
        guard let metadata, metadata.pointee.topic_cnt == 1 else { return 0 }
        try check(metadata.pointee.topics[0].err, "query metadata of \(topic)")
        return Int(metadata.pointee.topics[0].partition_cnt)
    }
}

/// What a group's leader gives to a member, as it stands in the protocol: Kafka's `ConsumerProtocolAssignment`, version 0 and
/// up. A version, then topics with their partitions, then bytes of the application; numbers are big-endian.
enum MemberAssignment {
    /// Nothing of what can't be followed.
    static func partitions(_ bytes: UnsafeRawBufferPointer) -> Set<TopicPartition> {
        var rest = bytes[...]
        func number<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
            guard rest.count >= MemoryLayout<Value>.size else { return nil }
            defer { rest = rest.dropFirst(MemoryLayout<Value>.size) }
            return Value(bigEndian: UnsafeRawBufferPointer(rebasing: rest).loadUnaligned(as: Value.self))
        }
        var found: Set<TopicPartition> = []
        guard let version = number(Int16.self), version >= 0, let topics = number(Int32.self) else { return [] }
        for _ in 0..<max(0, topics) {
            guard let length = number(Int16.self), length >= 0, rest.count >= Int(length) else { return [] }
            let topic = String(decoding: rest.prefix(Int(length)), as: UTF8.self)
            rest = rest.dropFirst(Int(length))
            guard let count = number(Int32.self), count >= 0, rest.count / 4 >= Int(count) else { return [] }
            for _ in 0..<count {
                guard let partition = number(Int32.self) else { return [] }
                found.insert(TopicPartition(topic, partition))
            }
        }
        return found
    }
}
