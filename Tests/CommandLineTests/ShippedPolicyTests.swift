import Foundation
import TestSupport
import Testing

/// What the shipped pipeline and policy make of texts, through `weir scan`.
@Suite(.timeLimit(.minutes(3))) final class ShippedPolicyTests {
    private let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "weir-shipped-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private struct Ruling: Equatable {
        let action: String
        let rule: String?

        static let allowed = Ruling(action: "allow", rule: nil)
    }

    /// One for each text, in order.
    private func rulings(on texts: [String], _ signals: [String]) throws -> [Ruling] {
        let known = "\(directory)/signals.jsonl"
        try Data((signals.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: known))
        var events = ""
        for (number, text) in texts.enumerated() {
            events +=
                #"{"type":"weir.upload.created.v1","source":"/t","id":"e-\#(number)","data":{"account":{"id":"a"},"#
                + #""text":{"body":"\#(text)"}}}"# + "\n"
        }
        let uploads = "\(directory)/uploads.jsonl"
        try Data(events.utf8).write(to: URL(fileURLWithPath: uploads))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try BuiltProgram("weir").path)
        process.arguments = ["scan", "--signals", known, uploads]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try bytes.split(separator: UInt8(ascii: "\n")).map { line in
            let verdict = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            let data = try #require(verdict["data"] as? [String: Any])
            return Ruling(action: try #require(data["action"] as? String), rule: data["rule"] as? String)
        }
    }

    /// A known link may stand behind more names than are looked up.
    @Test func aFloodOfLinksGoesToPeople() throws {
        func names(_ count: Int) -> String { (0..<count).map { "a\($0).example" }.joined(separator: " ") }
        let found = try rulings(
            on: [names(1_000) + " known.example", names(1_000), names(999) + " known.example", "Lunch at 12.30, say."],
            [#"{"type":"domain","value":"known.example","opinion":"positive"}"#])
        #expect(
            found == [
                Ruling(action: "review", rule: "more-than-looked-at"), .allowed,
                Ruling(action: "review", rule: "link-to-known-site"), .allowed,
            ])
    }

    /// Terms that speak for a text, however many, hide none that speak against it.
    @Test func aFloodOfHarmlessTermsGoesToPeople() throws {
        let harmless = (0..<70).map { #"{"type":"term","value":"harmless\#($0)","opinion":"negative"}"# }
        let words = (0..<70).map { "harmless\($0)" }
        let found = try rulings(
            on: [
                (words + ["turnip"]).joined(separator: " "), words.prefix(60).joined(separator: " "),
                (words.prefix(60) + ["turnip"]).joined(separator: " "),
            ], harmless + [#"{"type":"term","value":"turnip"}"#])
        #expect(
            found == [
                Ruling(action: "review", rule: "more-than-looked-at"), .allowed,
                Ruling(action: "review", rule: "words-in-use"),
            ])
    }
}
