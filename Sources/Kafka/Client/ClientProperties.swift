internal import CRdkafka

/// librdkafka's properties for one client: sane defaults, then the user's own, then what must not be changed.
package struct ClientProperties: Sendable {
    package private(set) var values: [String: String]

    package init(_ values: [String: String] = [:]) { self.values = values }

    package subscript(_ name: String) -> String? {
        get { values[name] }
        set { values[name] = newValue }
    }

    package func merging(_ others: [String: String]) -> ClientProperties {
        ClientProperties(values.merging(others) { _, other in other })
    }

    /// What every client gets unless the user says otherwise; the reasons stand in docs/architecture.md.
    package static let common = ClientProperties([
        "socket.nagle.disable": "true",
        "socket.keepalive.enable": "true",
        "reconnect.backoff.max.ms": "500",
        "topic.metadata.refresh.interval.ms": "60000",
        "log.queue": "true",
    ])

    package static let consumer = common.merging([
        "partition.assignment.strategy": "cooperative-sticky",
        "heartbeat.interval.ms": "500",
        "max.poll.interval.ms": "120000",
        "auto.offset.reset": "earliest",
        "queued.min.messages": "100000",
        "queued.max.messages.kbytes": "16384",
        "fetch.wait.max.ms": "100",
        "fetch.error.backoff.ms": "100",
        "check.crcs": "true",
        "statistics.interval.ms": "5000",
    ])

    package static let producer = common.merging([
        "transaction.timeout.ms": "15000",
        "linger.ms": "5",
        "compression.type": "lz4",
        "retry.backoff.ms": "5",
        // A dead letter is its record and the reasons; the brokers' limits decide, not the library's 1 MB.
        "message.max.bytes": "16777216",
        "queue.buffering.max.messages": "1000000",
        "queue.buffering.max.kbytes": "65536",
        "batch.size": "1000000",
        "partitioner": "murmur2_random",
        "sticky.partitioning.linger.ms": "0",
        "statistics.interval.ms": "5000",
    ])

    /// Properties that exactly-once rests on, with the reason why they are not the user's to set.
    package static let reserved: [String: String] = [
        "bootstrap.servers": "set kafka.bootstrap",
        "metadata.broker.list": "set kafka.bootstrap",
        "group.id": "set kafka.group",
        "group.instance.id": "set kafka.instanceId",
        "transactional.id": "it is made from the group and kafka.instanceId",
        "enable.idempotence": "transactions need it",
        "isolation.level": "aborted input must not be judged",
        "enable.auto.commit": "offsets are committed with the verdicts",
        "enable.auto.offset.store": "offsets are committed with the verdicts",
        "enable.partition.eof": "the end of a partition is no record",
        "partition.assignment.strategy": "revocations are drained, which needs cooperative-sticky",
        "log.queue": "logs are taken from the queue",
        "allow.auto.create.topics": "topics are made by weir topology apply",
        "partitioner": "one content id must keep its partition",
    ]

    /// Problems that would come up only when the client connects: names the property and what to do.
    package func problems() -> [String] {
        var problems: [String] = []
        let mechanism = values["sasl.mechanism"] ?? values["sasl.mechanisms"] ?? ""
        if mechanism.uppercased().hasPrefix("SCRAM"), rd_kafka_version() < 0x0202_0000 {
            problems.append(
                "sasl.mechanism \(mechanism) does not work with librdkafka \(KafkaLibrary.version): before 2.2 it repeats"
                    + " the client's nonce, which brokers from 3.7.2 on refuse. Use PLAIN over TLS, mutual TLS or"
                    + " OAUTHBEARER, or run with librdkafka 2.2 or newer")
        }
        if let reset = values["auto.offset.reset"], !["earliest", "beginning", "smallest", "error"].contains(reset) {
            problems.append(
                "auto.offset.reset \(reset) would pass over what nobody has judged: set earliest, to begin with the oldest"
                    + " record there is, or error, to stop and say so")
        }
        return problems + unknown()
    }

    /// What the library itself says of names and values.
    private func unknown() -> [String] {
        let conf = rd_kafka_conf_new()
        defer { rd_kafka_conf_destroy(conf) }
        return values.sorted { $0.key < $1.key }.compactMap { name, value in
            ClientProperties.set(name, value, on: conf)
        }
    }

    /// A configuration object for `rd_kafka_new`, which takes it over.
    func makeConfiguration() throws(KafkaError) -> OpaquePointer {
        guard let conf = rd_kafka_conf_new() else {
            throw KafkaError(code: RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, operation: "configure client")
        }
        // Logs are events; the library's own way out, for those that nobody takes any more, would write to standard error.
        rd_kafka_conf_set_log_cb(conf, nil)
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let problem = ClientProperties.set(name, value, on: conf) else { continue }
            rd_kafka_conf_destroy(conf)
            throw KafkaError(code: RD_KAFKA_RESP_ERR__INVALID_ARG, operation: "configure client", reason: problem)
        }
        return conf
    }

    private static func set(_ name: String, _ value: String, on conf: OpaquePointer?) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { text in
            guard rd_kafka_conf_set(conf, name, value, text.baseAddress, text.count) != RD_KAFKA_CONF_OK,
                let message = text.baseAddress
            else { return nil }
            return "\(name): \(String(cString: message))"
        }
    }
}

/// The linked librdkafka.
package enum KafkaLibrary {
    package static var version: String { String(cString: rd_kafka_version_str()) }
}
