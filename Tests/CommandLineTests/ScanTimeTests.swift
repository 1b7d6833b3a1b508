import Foundation
import TestSupport
import Testing

/// When the records of a file were written, as its lines say it.
@Suite(.timeLimit(.minutes(1))) struct ScanTimeTests {
    private func scan(_ lines: [String]) throws -> (code: Int32, verdicts: [String], errors: String) {
        let path = NSTemporaryDirectory() + "weir-scan-time-\(UInt64.random(in: 0 ... .max)).jsonl"
        try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try BuiltProgram("weir").path)
        process.arguments = ["scan", path]
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let verdicts = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (
            process.terminationStatus, verdicts.split(separator: "\n").map(String.init),
            String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        )
    }

    private func upload(_ attributes: String) -> String {
        """
        {"specversion":"1.0","type":"weir.upload.created.v1","source":"/t","id":"e"\(attributes),\
        "data":{"account":{"id":"a","recordedtime":"2001-01-01T00:00:00Z"},"text":{"body":"turnips"}}}
        """
    }

    @Test func aLineSaysWhenItsRecordWasWritten() throws {
        let scanned = try scan([
            upload(#","recordedtime":"2026-06-01T12:00:00.25+02:00""#),
            upload(#","recordedtime":null"#),
            upload(#","time":"2026-06-01T09:00:00Z""#),
        ])
        #expect(scanned.code == 0)
        try #require(scanned.verdicts.count == 3)
        let time = "2026-06-01T10:00:00.250Z"
        // An event without a time has its record's.
        #expect(scanned.verdicts[0].contains("\"uploaded\":\"\(time)\",\"received\":\"\(time)\""))
        #expect(!scanned.verdicts[1].contains(time) && !scanned.verdicts[1].contains("\"received\":\"2001"))
        #expect(scanned.verdicts[2].contains("\"uploaded\":\"2026-06-01T09:00:00.000Z\",\"received\":\"20"))
    }

    @Test func whatIsNoTimeIsSaid() throws {
        let scanned = try scan([
            upload(#","recordedtime":"yesterday""#), upload(#","recordedtime":7"#), upload(""), "{\"recordedtime\":\"",
        ])
        #expect(scanned.code == 1)
        #expect(scanned.verdicts.count == 1)
        let errors = scanned.errors.split(separator: "\n").filter { $0.hasPrefix("{") }
        try #require(errors.count == 3)
        #expect(
            errors[0].contains("\"line\":1,\"code\":\"time-format\",\"message\":\"recordedtime: is not an RFC 3339"))
        #expect(errors[1].contains("\"line\":2,\"code\":\"field-type\",\"message\":\"recordedtime: expected a time\""))
        #expect(errors[2].contains("\"line\":4,\"code\":\"json-"))
    }
}
