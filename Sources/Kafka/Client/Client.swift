internal import CRdkafka
internal import Concurrency
internal import Synchronization

/// Owns one librdkafka instance. Every function of the library may be called from any thread (librdkafka's
/// INTRODUCTION, "Threads and callbacks"), so the handle is shared freely; what blocks is the caller's affair.
final class Client: @unchecked Sendable {
    enum Kind { case consumer, producer }

    /// Valid until `destroy`, which its owner calls last.
    let handle: OpaquePointer
    /// Events of this instance: errors, logs, statistics, and rebalances if it is a consumer.
    private let queue: OpaquePointer
    private let wakeup: Wakeup?
    private let destroyed = Mutex(false)

    /// - Parameter wakeup: signalled, from a thread of the library, when events wait; must outlive the client.
    init(_ kind: Kind, _ properties: ClientProperties, events: Int32, wakeup: Wakeup?) throws(KafkaError) {
        let conf = try properties.makeConfiguration()
        rd_kafka_conf_set_events(conf, events | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_STATS)
        var reason = [CChar](repeating: 0, count: 512)
        let type = kind == .consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER
        guard let handle = rd_kafka_new(type, conf, &reason, reason.count) else {
            rd_kafka_conf_destroy(conf)
            throw KafkaError(
                code: rd_kafka_last_error(), operation: "create \(kind)",
                reason: String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        self.handle = handle
        self.wakeup = wakeup
        if kind == .consumer { rd_kafka_poll_set_consumer(handle) }
        rd_kafka_set_log_queue(handle, nil)
        queue = kind == .consumer ? rd_kafka_queue_get_consumer(handle) : rd_kafka_queue_get_main(handle)
        if let wakeup { Client.enable(wakeup, on: queue) }
    }

    /// The callback runs on the library's thread, under the queue's lock: it only sets a flag and resumes a waiter.
    /// It comes when an empty queue gets its first event, so whoever waits must have emptied the queue before.
    static func enable(_ wakeup: Wakeup, on queue: OpaquePointer) {
        let opaque = Unmanaged.passUnretained(wakeup).toOpaque()
        rd_kafka_queue_cb_event_enable(
            queue,
            { _, opaque in
                guard let opaque else { return }
                Unmanaged<Wakeup>.fromOpaque(opaque).takeUnretainedValue().signal()
            }, opaque)
    }

    /// After this returns no callback is running or will run.
    static func disableWakeup(on queue: OpaquePointer) {
        rd_kafka_queue_cb_event_enable(queue, nil, nil)
    }

    var eventQueue: OpaquePointer { queue }

    /// The next event, waiting at most `timeout`; the caller owns it.
    func nextEvent(timeout: Duration = .zero) -> OpaquePointer? {
        rd_kafka_queue_poll(queue, timeout.milliseconds)
    }

    /// Blocks until the library has let go of everything. Nothing of the client may be used any more.
    func destroy() {
        guard isFirstEnd else { return }
        Client.disableWakeup(on: queue)
        rd_kafka_queue_destroy(queue)
        rd_kafka_destroy(handle)
    }

    /// In place of `destroy`, for an instance that can't be freed: it stays, unused, until the process ends.
    func abandon() {
        guard isFirstEnd else { return }
        Client.disableWakeup(on: queue)
    }

    private var isFirstEnd: Bool {
        destroyed.withLock { destroyed in
            defer { destroyed = true }
            return !destroyed
        }
    }

    /// A client must be destroyed by its owner, on a thread that may block. One that was forgotten is leaked: a
    /// deinitialiser may run anywhere, and blocking there could stop the whole pool.
    deinit {
        assert(destroyed.withLock { $0 }, "a Kafka client was dropped without close()")
    }
}

extension Duration {
    /// Rounded down; at most what the library takes.
    var milliseconds: Int32 {
        let parts = components
        let milliseconds = parts.seconds.multipliedReportingOverflow(by: 1_000)
        if milliseconds.overflow { return .max }
        return Int32(clamping: milliseconds.partialValue + parts.attoseconds / 1_000_000_000_000_000)
    }
}
