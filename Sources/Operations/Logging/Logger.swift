/// How much a log line matters; levels as in swift-log.
package enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case trace, debug, info, notice, warning, error, critical

    package static func < (a: Self, b: Self) -> Bool {
        a.rank < b.rank
    }

    private var rank: Int { LogLevel.allCases.firstIndex(of: self) ?? 0 }
}

/// Writes log lines under one label. Messages are fixed texts; what differs goes into the metadata, so that lines
/// can be counted and limited by message. Never uploaded content.
package struct Logger: Sendable {
    package let label: String
    private let sink: LogSink
    private let metadata: [String: String]

    package init(label: String, sink: LogSink, metadata: [String: String] = [:]) {
        self.label = label
        self.sink = sink
        self.metadata = metadata
    }

    /// The same under another label.
    package func labelled(_ label: String, _ metadata: [String: String] = [:]) -> Logger {
        Logger(label: label, sink: sink, metadata: self.metadata.merging(metadata) { _, new in new })
    }

    package func log(_ level: LogLevel, _ message: String, _ metadata: @autoclosure () -> [String: String] = [:]) {
        guard level >= sink.level else { return }
        sink.write(level, label, message, self.metadata.merging(metadata()) { _, new in new })
    }

    package func debug(_ message: String, _ metadata: @autoclosure () -> [String: String] = [:]) {
        log(.debug, message, metadata())
    }

    package func info(_ message: String, _ metadata: @autoclosure () -> [String: String] = [:]) {
        log(.info, message, metadata())
    }

    package func notice(_ message: String, _ metadata: @autoclosure () -> [String: String] = [:]) {
        log(.notice, message, metadata())
    }

    package func warning(_ message: String, _ metadata: @autoclosure () -> [String: String] = [:]) {
        log(.warning, message, metadata())
    }

    package func error(_ message: String, _ metadata: @autoclosure () -> [String: String] = [:]) {
        log(.error, message, metadata())
    }

    package func critical(_ message: String, _ metadata: @autoclosure () -> [String: String] = [:]) {
        log(.critical, message, metadata())
    }
}
