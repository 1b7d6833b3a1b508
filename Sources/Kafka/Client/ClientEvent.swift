internal import CRdkafka

/// What a client reports by itself.
package enum ClientEvent: Sendable {
    case error(KafkaError)
    case log(LogLine)
    case statistics(Statistics)

    package struct LogLine: Sendable {
        /// As syslog: 0 is worst, 7 is debugging.
        package let level: Int
        package let facility: String
        package let message: String
    }

    /// nil if the event is none of these.
    init?(_ event: OpaquePointer, client: Client) {
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_ERROR:
            var code = rd_kafka_event_error(event)
            var reason = String(cString: rd_kafka_event_error_string(event))
            let fatal = rd_kafka_event_error_is_fatal(event) != 0
            if fatal {
                var text = [CChar](repeating: 0, count: 512)
                code = rd_kafka_fatal_error(client.handle, &text, text.count)
                reason = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
            self = .error(KafkaError(code: code, operation: "client", reason: reason, isFatal: fatal))
        case RD_KAFKA_EVENT_LOG:
            var facility: UnsafePointer<CChar>?
            var message: UnsafePointer<CChar>?
            var level: Int32 = 0
            guard rd_kafka_event_log(event, &facility, &message, &level) == 0, let facility, let message else {
                return nil
            }
            self = .log(
                LogLine(level: Int(level), facility: String(cString: facility), message: String(cString: message)))
        case RD_KAFKA_EVENT_STATS:
            guard let text = rd_kafka_event_stats(event), let statistics = Statistics(json: String(cString: text))
            else {
                return nil
            }
            self = .statistics(statistics)
        default: return nil
        }
    }
}
