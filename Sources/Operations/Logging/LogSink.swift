package import Events
internal import Glibc
internal import Synchronization

/// Where log lines go: a descriptor, as JSON Lines or as text for people.
///
/// A message that comes too often is held back and counted; the next one that passes carries the count. A
/// descriptor that takes nothing more loses lines rather than stopping the process.
package final class LogSink: Sendable {
    package enum Format: String, Sendable, CaseIterable { case json, text }

    package let level: LogLevel
    private let format: Format
    private let descriptor: Int32
    private let limit: RateLimit
    private let state = Mutex(State())

    private struct State {
        var buckets: [String: RateLimit.Bucket] = [:]
        var lost = 0
        /// The last line was cut off: the next begins on a line of its own.
        var isBroken = false
    }

    /// - Parameter descriptor: stays open as long as the sink; not closed here.
    package init(
        level: LogLevel, format: Format, descriptor: Int32 = STDERR_FILENO, limit: RateLimit = RateLimit()
    ) {
        self.level = level
        self.format = format
        self.descriptor = descriptor
        self.limit = limit
    }

    /// Lines lost to a descriptor that took nothing more.
    package var lostLines: Int { state.withLock { $0.lost } }

    func write(_ level: LogLevel, _ label: String, _ message: String, _ metadata: [String: String]) {
        let now = Timestamp.now()
        state.withLock { state in
            // A bound on memory: messages are fixed texts, so this many can't occur.
            if state.buckets.count > 4_096 { state.buckets.removeAll() }
            var bucket = state.buckets[message] ?? RateLimit.Bucket(tokens: limit.burst, at: now)
            defer { state.buckets[message] = bucket }
            guard bucket.take(limit, now: now) else { return }
            var metadata = metadata
            if bucket.suppressed > 0 { metadata["suppressed"] = String(bucket.suppressed) }
            bucket.suppressed = 0
            let line =
                format == .json
                ? json(now, level, label, message, metadata) : text(now, level, label, message, metadata)
            if !put(line, &state.isBroken) { state.lost += 1 }
        }
    }

    private func json(
        _ time: Timestamp, _ level: LogLevel, _ label: String, _ message: String, _ metadata: [String: String]
    ) -> [UInt8] {
        var out = ByteWriter(capacity: 256)
        out.append("{\"time\":")
        out.appendJSON(time)
        out.append(",\"level\":\"")
        out.append(level.rawValue)
        out.append("\",\"label\":")
        out.appendJSON(label)
        out.append(",\"message\":")
        out.appendJSON(message)
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
            out.append(",")
            out.appendJSON(name)
            out.append(":")
            out.appendJSON(value)
        }
        out.append("}\n")
        return out.bytes
    }

    private func text(
        _ time: Timestamp, _ level: LogLevel, _ label: String, _ message: String, _ metadata: [String: String]
    ) -> [UInt8] {
        var out = ByteWriter(capacity: 256)
        var stamp = ByteWriter(capacity: 32)
        stamp.appendJSON(time)
        out.append(Array(stamp.bytes.dropFirst().dropLast()))
        out.append(" \(level.rawValue) \(label): \(oneLine(message))")
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) { out.append(" \(name)=\(oneLine(value))") }
        out.append("\n")
        return out.bytes
    }

    /// Line ends and whatever else would move a terminal's cursor or change its colours is taken out.
    private func oneLine(_ text: String) -> String {
        let lines = text.contains(where: \.isNewline) ? text.split(whereSeparator: \.isNewline) : [text[...]]
        let line = lines.joined(separator: " | ")
        func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) }
        guard line.unicodeScalars.contains(where: isControl) else { return line }
        var clean = String.UnicodeScalarView()
        for scalar in line.unicodeScalars { clean.append(isControl(scalar) ? " " : scalar) }
        return String(clean)
    }

    /// A pipe that is ready takes this much without making the writer wait (POSIX, `PIPE_BUF`), but not more.
    private static let mostAtOnce = 4_096

    private func put(_ line: [UInt8], _ isBroken: inout Bool) -> Bool {
        let line = isBroken ? [UInt8(ascii: "\n")] + line : line
        var start = 0
        while start < line.count {
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&ready, 1, 0) == 1, ready.revents & Int16(POLLOUT) != 0 else { break }
            let part = line[start..<min(start + LogSink.mostAtOnce, line.count)]
            let written = part.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                break
            }
            start += written
        }
        if start == line.count {
            isBroken = false
            return true
        }
        if start > 0 { isBroken = true }
        return false
    }
}

/// How often one message may be written.
package struct RateLimit: Sendable {
    /// Lines a second in the long run, and at once.
    package var perSecond: Double
    package var burst: Double

    package init(perSecond: Double = 5, burst: Double = 20) {
        self.perSecond = perSecond
        self.burst = burst
    }

    struct Bucket {
        var tokens: Double
        var at: Timestamp
        var suppressed = 0

        init(tokens: Double, at: Timestamp) {
            self.tokens = tokens
            self.at = at
        }

        mutating func take(_ limit: RateLimit, now: Timestamp) -> Bool {
            let elapsed = max(0, Double(now.nanoseconds - at.nanoseconds) / 1e9)
            tokens = min(limit.burst, tokens + elapsed * limit.perSecond)
            at = now
            guard tokens >= 1 else {
                suppressed += 1
                return false
            }
            tokens -= 1
            return true
        }
    }
}

extension Timestamp {
    /// The system's wall clock.
    package static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
