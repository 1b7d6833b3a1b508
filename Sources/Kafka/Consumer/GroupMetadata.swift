internal import CRdkafka

/// Which generation of the group a transaction's offsets are committed under (KIP-447). Owns the library's object.
struct GroupMetadata: ~Copyable {
    let pointer: OpaquePointer
    /// The name that the coordinator gave this member; empty if it is not known.
    let memberID: String

    /// - Throws: if the consumer is no proper member of its group at the moment. With generation -1 and no member id
    ///   the broker would take the offsets without asking whether this member still owns the partitions.
    /// - Parameter losses: of the consumer, when what is to be committed was still its own.
    init(of consumer: GroupConsumer, losses: Int) throws(KafkaError) {
        let client = consumer.client
        guard rd_kafka_assignment_lost(client.handle) == 0 else {
            throw GroupMetadata.notAMember("the assignment is lost")
        }
        guard let pointer = rd_kafka_consumer_group_metadata(client.handle) else {
            throw GroupMetadata.notAMember("the consumer has no group")
        }
        let parts = GroupMetadata.parts(pointer)
        if let parts, parts.generation < 0 {
            rd_kafka_consumer_group_metadata_destroy(pointer)
            throw GroupMetadata.notAMember("the consumer is between two generations of its group")
        }
        // Only now: a loss that comes later leaves this with a generation that the broker refuses.
        guard consumer.losses == losses else {
            rd_kafka_consumer_group_metadata_destroy(pointer)
            throw GroupMetadata.notAMember("partitions were lost meanwhile")
        }
        self.pointer = pointer
        memberID = parts?.memberID ?? ""
    }

    deinit { rd_kafka_consumer_group_metadata_destroy(pointer) }

    private static func notAMember(_ reason: String) -> KafkaError {
        KafkaError(
            code: RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, operation: "send offsets to transaction", reason: reason,
            requiresAbort: true)
    }

    /// The library shows these only in its serialised form: "CGMDv2:", the generation, then the group's and the member's id,
    /// each with a zero behind. nil if it has another form.
    private static func parts(_ pointer: OpaquePointer) -> (generation: Int32, memberID: String)? {
        var buffer: UnsafeMutableRawPointer?
        var size = 0
        if let error = rd_kafka_consumer_group_metadata_write(pointer, &buffer, &size) {
            rd_kafka_error_destroy(error)
            return nil
        }
        guard let buffer else { return nil }
        defer { rd_kafka_mem_free(nil, buffer) }
        let magic = "CGMDv2:".utf8
        let bytes = UnsafeRawBufferPointer(start: buffer, count: size)
        guard bytes.count >= magic.count + 4, bytes.prefix(magic.count).elementsEqual(magic) else { return nil }
        let generation = bytes.loadUnaligned(fromByteOffset: magic.count, as: Int32.self)
        let texts = bytes.dropFirst(magic.count + 4).split(
            separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        return (generation, texts.count > 1 ? String(decoding: texts[1], as: UTF8.self) : "")
    }
}
