import Events
import Foundation
import Testing

@testable import Operations

/// A pipe: what a sink writes into, and what came out of it.
final class LogPipe: Sendable {
    let reader: Int32
    let writer: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        (reader, writer) = (ends[0], ends[1])
    }

    deinit {
        close(reader)
        close(writer)
    }

    /// All that can be read without waiting.
    func text() -> String {
        var bytes: [UInt8] = []
        var ready = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        while poll(&ready, 1, 0) == 1, ready.revents & Int16(POLLIN) != 0 {
            var chunk = [UInt8](repeating: 0, count: 4_096)
            let count = read(reader, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func lines() -> [String] { text().split(separator: "\n").map(String.init) }

    func objects() throws -> [[String: String]] {
        try lines().map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
        }
    }
}

@Suite(.timeLimit(.minutes(3))) struct LoggingTests {
    private func logger(
        _ pipe: LogPipe, _ level: LogLevel = .trace, _ format: LogSink.Format = .json, _ limit: RateLimit = RateLimit()
    ) -> (LogSink, Logger) {
        let sink = LogSink(level: level, format: format, descriptor: pipe.writer, limit: limit)
        return (sink, Logger(label: "test", sink: sink, metadata: ["of": "logger"]))
    }

    @Test func aLineIsAnObject() throws {
        let pipe = try LogPipe()
        let (_, logger) = logger(pipe)
        logger.labelled("part", ["number": "7"]).warning(
            "it \"broke\"\n", ["reason": "a\\b\u{1}\ttab ü", "of": "line"])
        let object = try #require(try pipe.objects().first)
        #expect(object["level"] == "warning")
        #expect(object["label"] == "part")
        #expect(object["message"] == "it \"broke\"\n")
        #expect(object["reason"] == "a\\b\u{1}\ttab ü")
        #expect(object["number"] == "7")
        #expect(object["of"] == "line")
        let time = try #require(object["time"])
        #expect(time.hasSuffix("Z"))
        #expect(time.count == 24)
    }

    @Test(arguments: LogLevel.allCases) func whatIsBelowTheLevelIsNotWritten(level: LogLevel) throws {
        let pipe = try LogPipe()
        let (_, logger) = logger(pipe, level)
        var evaluated = 0
        func metadata() -> [String: String] {
            evaluated += 1
            return [:]
        }
        for each in LogLevel.allCases { logger.log(each, "at \(each)", metadata()) }
        let expected = LogLevel.allCases.filter { $0 >= level }.map(\.rawValue)
        #expect(try pipe.objects().compactMap { $0["level"] } == expected)
        #expect(evaluated == expected.count)
    }

    @Test func textIsOneLineForPeople() throws {
        let pipe = try LogPipe()
        let (_, logger) = logger(pipe, .info, .text)
        logger.error("broke\nbadly", ["b": "two\r\nlines", "a": "escape \u{1B}[31m\u{7}end"])
        let lines = pipe.lines()
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.hasSuffix("error test: broke | badly a=escape  [31m end b=two | lines of=logger"), "\(line)")
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test func whatComesTooOftenIsCounted() throws {
        let pipe = try LogPipe()
        let (_, logger) = logger(pipe, .trace, .json, RateLimit(perSecond: 0, burst: 3))
        for _ in 0..<10 { logger.info("often") }
        logger.info("seldom")
        let objects = try pipe.objects()
        #expect(objects.compactMap { $0["message"] } == ["often", "often", "often", "seldom"])
        #expect(objects.allSatisfy { $0["suppressed"] == nil })
    }

    @Test func theNextLineThatPassesCarriesTheCount() {
        var bucket = RateLimit.Bucket(tokens: 2, at: .init(milliseconds: 0))
        let limit = RateLimit(perSecond: 2, burst: 2)
        func take(at milliseconds: Int64) -> Bool { bucket.take(limit, now: Timestamp(milliseconds: milliseconds)) }
        #expect(take(at: 0))
        #expect(take(at: 0))
        for _ in 0..<5 { #expect(!take(at: 1)) }
        #expect(bucket.suppressed == 5)
        // A clock that goes back gives nothing and takes nothing.
        #expect(!take(at: -5_000))
        #expect(take(at: -4_500))
        // A long silence fills up to the burst, no further.
        #expect(take(at: 3_600_000))
        #expect(take(at: 3_600_000))
        #expect(!take(at: 3_600_000))
    }

    @Test func suppressedLinesAreToldOnce() throws {
        let pipe = try LogPipe()
        let (_, logger) = logger(pipe, .trace, .json, RateLimit(perSecond: 1_000_000, burst: 1))
        var told = 0
        var written = 0
        for _ in 0..<2_000 {
            logger.info("often")
            for object in try pipe.objects() {
                written += 1
                told += Int(object["suppressed"] ?? "0") ?? 0
            }
        }
        // All lines but the suppressed ones after the last that passed are accounted for.
        #expect(written >= 1)
        #expect(written + told <= 2_000)
    }

    /// The test itself would hang if a full pipe stopped the process.
    @Test(arguments: [10, 3_000, 10_000, 200_000]) func aFullPipeLosesLinesAndCountsThem(size: Int) throws {
        let pipe = try LogPipe()
        let (sink, logger) = logger(pipe, .trace, .json, RateLimit(perSecond: 1e9, burst: 1e9))
        let long = String(repeating: "x", count: size)
        let many = 200_000 / size + 300
        for _ in 0..<many { logger.info("line", ["long": long]) }
        #expect(sink.lostLines > 0)
        var lines = pipe.lines()
        let whole = lines.filter { $0.hasSuffix("}") && $0.hasPrefix("{") }
        #expect(whole.count == many - sink.lostLines)
        // Once there is room again, lines come whole again.
        logger.info("after")
        lines = pipe.lines()
        #expect(lines.last?.hasPrefix("{") == true)
        #expect(lines.last?.contains("\"message\":\"after\"") == true)
    }

    @Test func aDescriptorThatIsGoneLosesLines() {
        let sink = LogSink(level: .trace, format: .json, descriptor: -1)
        Logger(label: "test", sink: sink).error("nobody hears")
        #expect(sink.lostLines == 1)
    }

    @Test func linesOfManyTasksDoNotMix() async throws {
        let pipe = try LogPipe()
        let (sink, logger) = logger(pipe, .trace, .json, RateLimit(perSecond: 1e9, burst: 1e9))
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<10 {
                group.addTask { for line in 0..<30 { logger.info("line", ["task": "\(task)", "line": "\(line)"]) } }
            }
        }
        #expect(try pipe.objects().count == 300 - sink.lostLines)
        #expect(sink.lostLines == 0)
    }
}
