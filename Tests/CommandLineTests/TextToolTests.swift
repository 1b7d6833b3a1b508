import Foundation
import TestSupport
import Testing

/// `weir text fold` and `weir text match`, as people call them.
@Suite(.timeLimit(.minutes(3))) final class TextToolTests {
    private let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "weir-text-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = "\(directory)/\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func weir(_ words: String...) throws -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try BuiltProgram("weir").path)
        process.arguments = words
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return (
            process.terminationStatus,
            String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        )
    }

    @Test func textsAreFolded() throws {
        let texts = try file("texts", Array("ＴＵＲＮＩＰ  Frönt\r\n\nтurnip \"x\"\n".utf8))
        let outcome = try weir("text", "fold", texts)
        #expect(outcome.code == 0)
        #expect(
            outcome.output == """
                {"folded":"turnip front"}
                {"folded":""}
                {"folded":"turnip \\"x\\""}

                """)
    }

    @Test func termsAreFoundAsWritten() throws {
        let signals = try file(
            "signals.jsonl",
            Array(
                """
                {"type":"term","value":"turnip","match":"leet"}
                {"type":"phrase","value":"Grey Lantern"}
                {"type":"md5","value":"d41d8cd98f00b204e9800998ecf8427e"}

                """.utf8))
        let texts = try file("texts", Array("é 7urnip\nnothing\nthe ɢʀᴇʏ lantern, turnip\n".utf8) + [0xFF, 0x0A])
        let outcome = try weir("text", "match", "--signals", signals, texts)
        #expect(outcome.code == 1)
        #expect(
            outcome.output == """
                {"line":1,"matches":[{"value":"turnip","start":3,"end":9,"text":"7urnip","view":"leet"}]}
                {"line":2,"matches":[]}
                {"line":3,"matches":[{"value":"Grey Lantern","start":4,"end":21,"text":"ɢʀᴇʏ lantern"},\
                {"value":"turnip","start":23,"end":29,"text":"turnip"}]}
                {"line":4,"error":"is no UTF-8"}

                """)
    }

    /// A text that could not be looked through goes to people, by the shipped pipeline and policy.
    @Test func aTextThatCannotBeScannedGoesToPeople() throws {
        // Words of disguises that stand in very many phrases: more work than a text may make.
        let phrases = (0..<3_000).map { #"{"type":"phrase","value":"the w\#($0)x","match":"leet","source":"local"}"# }
        let signals = try file("signals.jsonl", Array(phrases.joined(separator: "\n").utf8))
        func event(_ id: String, _ body: String) -> String {
            #"{"specversion":"1.0","type":"weir.upload.created.v1","source":"/t","id":"\#(id)","#
                + #""data":{"account":{"id":"a"},"text":{"body":"\#(body)"}}}"#
        }
        let events = try file(
            "events.jsonl",
            Array((event("flood", String(repeating: "th3 a ", count: 3_000)) + "\n" + event("calm", "a calm day")).utf8)
        )
        let outcome = try weir("scan", "--signals", signals, events)
        #expect(outcome.code == 0)
        let verdicts = outcome.output.split(separator: "\n").map(String.init)
        let flood = try #require(verdicts.first { $0.contains(#""event":"flood""#) })
        #expect(flood.contains(#""action":"review""#) && flood.contains(#""rule":"not-inspected""#))
        #expect(flood.contains(#"{"detector":"text.terms","reason":"scan-failed"}"#))
        let calm = try #require(verdicts.first { $0.contains(#""event":"calm""#) })
        #expect(calm.contains(#""action":"allow""#) && calm.contains(#""degraded":[]"#))
    }

    @Test func wrongUsageSaysWhatIsMissing() throws {
        #expect(try weir("text", "match", "texts").code == 64)
        #expect(try weir("text", "fold").code == 64)
        #expect(try weir("text", "fold", "\(directory)/none").code != 0)
    }
}
