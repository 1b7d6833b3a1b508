import Foundation
import TestSupport
import Testing

/// The built tool, as people call it.
@Suite(.timeLimit(.minutes(3))) final class ToolTests {
    private struct Outcome {
        let code: Int32
        let output: String
        let errors: String
    }

    private let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "weir-tool-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func file(_ name: String, _ text: String) throws -> String {
        let path = "\(directory)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// What it writes must be short: it is read when the tool has ended.
    private func weir(_ words: String...) throws -> Outcome { try weir(words) }

    private func weir(_ words: [String]) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try BuiltProgram("weir").path)
        process.arguments = words
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Outcome(
            code: process.terminationStatus,
            output: String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self),
            errors: String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
    }

    @Test func stateSaysWhatItCanNotShow() throws {
        let wrong: [(words: [String], says: String)] = [
            (["show", "--account", "a-1", "--thing", "sha256:00"], "--account ID, or --thing NAME"),
            (["show", "--thing", "sha256:00"], "--thing must be sha256: or pdq: and 64 hexadecimal digits"),
            (["stats", "--of", "people"], "--of must be accounts or things, not \"people\""),
        ]
        for (words, says) in wrong {
            let outcome = try weir(["state"] + words)
            #expect(outcome.code == 64 && outcome.output.isEmpty)
            #expect(outcome.errors.contains(says), "weir state \(words): \(outcome.errors)")
        }
        // A pipeline that has neither.
        _ = try file(
            "policy.yaml",
            "version: 1\nname: p\nrevision: \"1\"\nrules:\n  - { name: r, when: { degraded: {} }, action: review }\n")
        _ = try file("pipeline.yaml", "version: 1\nstages:\n  - { name: s, detectors: [hash.exact] }\n")
        let config = try file("weir.yaml", "pipeline: \(directory)/pipeline.yaml\npolicy: \(directory)/policy.yaml\n")
        let outcome = try weir("state", "stats", "--config", config, "--of", "things")
        #expect(outcome.code != 0 && outcome.errors.contains("metadata.sightings stands in no stage"))
    }

    @Test func versionAndHelpSucceed() throws {
        for words in [["version"], ["--version"]] {
            let version = try weir(words[0])
            #expect(version.code == 0)
            #expect(version.output.hasPrefix("weir "))
            #expect(version.output.contains("librdkafka "))
            #expect(version.errors.isEmpty)
        }
        let help = try weir("hash", "md5", "--help")
        #expect(help.code == 0)
        #expect(help.output.contains("Example:"))
        #expect(try weir("--help").output.contains("Usage: weir COMMAND"))
    }

    @Test func whatIsUnknownIsWrongUsage() throws {
        let command = try weir("verison")
        #expect(command.code == 64)
        #expect(command.errors.contains("did you mean \"version\"?"))
        #expect(command.errors.contains("see: weir --help"))
        #expect(command.output.isEmpty)
        let option = try weir("run", "--confg", "x")
        #expect(option.code == 64)
        #expect(option.errors.contains("did you mean \"--config\"?"))
        #expect(option.errors.contains("see: weir run --help"))
        #expect(try weir().code == 64)
        #expect(try weir("run").code == 64)
        #expect(try weir("config", "check").code == 64)
    }

    @Test func aWrongConfigurationIsToldInFull() throws {
        let policy = try file(
            "policy.yaml",
            "version: 1\nname: p\nrevision: \"1\"\nrules:\n  - { name: r, when: { finding: { detecter: x } }, action: reviw }\n"
        )
        let pipeline = try file(
            "pipeline.yaml", "version: 1\nstages:\n  - { name: s, detectors: [hash.exat], deadline: soon }\n")
        let config = try file(
            "weir.yaml", "pipeline: \(pipeline)\npolicy: \(policy)\nsignals: { files: [missing.jsonl] }\n")
        let outcome = try weir("config", "check", config)
        #expect(outcome.code == 78)
        #expect(outcome.output.isEmpty)
        for expected in [
            "policy.yaml:5:", "did you mean \"detector\"?", "did you mean", "pipeline.yaml:3:",
            "did you mean \"hash.exact\"?",
            "deadline: expected a duration", "missing.jsonl: no such file", "action: expected one of",
        ] {
            #expect(outcome.errors.contains(expected), "\(expected) in \(outcome.errors)")
        }
        #expect(outcome.errors.contains("weir: 5 problems in the configuration"), "\(outcome.errors)")

        let unknown = try weir(
            "config", "check", try file("other.yaml", "kafak: { bootstrap: x }\ncommit: { interval: fast }\n"))
        #expect(unknown.code == 78)
        #expect(unknown.errors.contains("other.yaml:1:1: kafak: unknown key; did you mean \"kafka\"?"))
        #expect(unknown.errors.contains("commit.interval: expected a duration"))
        #expect(try weir("config", "check", "\(directory)/nothing.yaml").code == 78)
        #expect(try weir("run", "--config", config).code == 78)
    }

    @Test func aGoodConfigurationIsAccepted() throws {
        _ = try file(
            "policy.yaml",
            "version: 1\nname: p\nrevision: \"1\"\nrules:\n  - { name: r, when: { degraded: {} }, action: review }\n")
        _ = try file("pipeline.yaml", "version: 1\nstages:\n  - { name: s, detectors: [hash.exact] }\n")
        let config = try file("weir.yaml", "pipeline: \(directory)/pipeline.yaml\npolicy: \(directory)/policy.yaml\n")
        let outcome = try weir("config", "check", config)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("weir.yaml: ok, policy p@1+"))
    }

    @Test func textsAreFoldedAndClassifiedLineByLine() throws {
        let texts = directory + "/texts.txt"
        try Data(Array("ＢＵＲＮ  the market\r\n".utf8) + [0xFF, 0x0A] + Array("\nthe last".utf8))
            .write(to: URL(fileURLWithPath: texts))
        let folded = try weir("text", "fold", texts)
        #expect(folded.code == 1)
        #expect(
            folded.output == """
                {"folded":"burn the market"}
                {"line":2,"error":"is no UTF-8"}
                {"folded":""}
                {"folded":"the last"}

                """)
        let classified = try weir("text", "classify", "--threshold", "0", texts)
        #expect(classified.code == 1)
        let lines = classified.output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.first?.hasPrefix(#"{"line":1,"model":"tvec-linear-1+"#) == true)
        #expect(lines.first?.contains(#""scores":{"violent-extremism":0."#) == true)
        #expect(lines.first?.contains(#""evidence":[{"label":"#) == true)
        #expect(lines.last?.hasPrefix(#"{"line":4,"#) == true)
        #expect(try weir("text", "classify", "--threshold", "2", texts).code == 64)
        let wrong = try weir("text", "classify", "--model", texts, texts)
        #expect(wrong.code == 65 && wrong.errors.contains("too few for a model"))
    }

    @Test func evaluationCountsAndNamesTheLinesItCannotRead() throws {
        let data = try file(
            "data.jsonl",
            #"""
            {"text":"see you at the market","labels":[],"language":"en","functionality":"everyday"}
            {"text":"x","labels":["nothing"]}

            {"text":"I will kill you","labels":["threat"],"language":"en"}

            """#)
        let outcome = try weir("text", "evaluate", "--data", data)
        #expect(outcome.code == 1)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.first?.hasPrefix(#"{"line":2,"error":"labels: one is none of violent-extremism, threat"#) == true)
        #expect(lines.contains { $0.contains(#""label":"threat","threshold":0.6,"n":2,"positives":1,"#) })
        #expect(lines.contains { $0.contains(#""disguise":"leet","#) && $0.contains(#""kept":"#) })
        #expect(try weir("text", "evaluate", "--clean", "--data", data).output.contains("disguise") == false)
        #expect(try weir("text", "evaluate").code == 64)
    }

    @Test func aFileThatCannotBeHashedDoesNotStopTheOthers() throws {
        let good = try file("good.txt", "hello")
        let outcome = try weir("hash", "md5", "\(directory)/missing.txt", good)
        #expect(outcome.code == 1)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.contains("\"error\":") == true)
        #expect(lines.last?.contains("5d41402abc4b2a76b9719d911017c592") == true)
        #expect(try weir("hash", "sha1", good).output.contains("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"))
    }

    /// The shipped example, as a desk has it before it.
    private func verdict(_ action: String = "remove") throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let text = try String(
            contentsOf: root.appendingPathComponent("topology/examples/verdict-enforcement.json"), encoding: .utf8)
        return try file(
            "verdict.json",
            text.replacingOccurrences(of: "\"action\": \"remove\"", with: "\"action\": \"\(action)\""))
    }

    @Test func aDecisionIsMadeFromTheVerdict() throws {
        let outcome = try weir(
            "outcome", "put", "confirm", verdict(), "--reviewer", "r-7", "--reason", "recruitment", "--id", "o-1",
            "--source", "/desk", "--dry-run")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let time = try #require(outcome.output.firstMatch(of: /"time":"([^"]*)"/)).output.1
        #expect(
            outcome.output
                == #"{"specversion":"1.0","type":"weir.outcome.v1","source":"/desk","id":"o-1","time":"\#(time)","#
                + #""subject":"content-123","data":{"verdict":"ba9a140b326a987e49d730a8d9e5f47c","ruling":"confirm","#
                + #""action":"remove","preserve":true,"labels":["TVEC1"],"reviewer":"r-7","reason":"recruitment","#
                + #""event":"e-1001","account":"a-1","input":{"topic":"uploads","partition":3,"offset":1234},"#
                + #""times":{"uploaded":"2026-11-23T10:00:00.000Z"}}}"# + "\n")
        let retracted = try weir("outcome", "put", "retract", verdict(), "--dry-run")
        #expect(retracted.output.contains(#""ruling":"retract","action":"allow","labels":[],"event""#))
    }

    @Test func whatIsNoDecisionIsRefused() throws {
        let held = try verdict("hold")
        for (words, code, message) in [
            (["maybe", held], 64, "expected confirm or retract, and a file with the verdict"),
            (["confirm"], 64, "expected confirm or retract, and a file with the verdict"),
            (["confirm", held], 64, "the verdict asks for a person (hold); say with --action"),
            (["confirm", held, "--action", "alow"], 64, "no action \"alow\"; did you mean \"allow\"?"),
            (["retract", held, "--reviewer", "Two Words"], 64, "data.reviewer: may hold letters"),
            (["retract", "\(directory)/missing.json"], 65, "missing.json: No such file"),
            (["retract", try file("no.json", "{}")], 65, "no.json: is no verdict: type: is required"),
            (
                ["retract", held, "--config", try file("weir.yaml", "topics: { outcomes: null }")], 64,
                "there is no topic"
            ),
        ] as [([String], Int32, String)] {
            let outcome = try weir(["outcome", "put", "--dry-run"] + words)
            #expect(outcome.code == code, "\(words): \(outcome.errors)")
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }
    }

    @Test func aDecisionThatNoBrokerTakesIsNotSaidToBeMade() throws {
        let config = try file(
            "weir.yaml",
            "kafka: { bootstrap: \"127.0.0.1:1\", properties: { message.timeout.ms: 1000 } }\n")
        let outcome = try weir("outcome", "put", "retract", verdict(), "--config", config)
        #expect(outcome.code == 69, "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test func signalsImportPrintsWhatHoldsAndSaysWhatDoesNot() throws {
        let md5 = String(repeating: "a1", count: 16)
        let page = try file(
            "page.json",
            """
            {"results":[{"id":1,"hash_digest":"\(md5)","algorithm":"MD5"},{"id":2,"hash_digest":"x","algorithm":"MD5"},
            {"id":3,"hash_digest":"x","algorithm":"SHA512"},{"id":1,"hash_digest":"\(md5)","algorithm":"MD5","deleted":true}]}
            """)
        let broken = try file("broken.json", "{\"results\":[")
        let outcome = try weir("signals", "import", "--from", "tat", page)
        #expect(outcome.code == 1)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.last?.contains("\"deleted\":true") == true)
        #expect(
            outcome.errors == """
                {"file":"\(page)","record":2,"error":"value: must be 32 hexadecimal digits (type md5)"}
                {"note":"1 record of type sha512 is not supported"}
                {"signals":1,"deletions":1,"rejected":1}

                """)
        // What was printed is a signals file; the broken file does not stop the good one.
        let signals = try file("signals.jsonl", outcome.output)
        #expect(try weir("signals", "validate", signals).code == 0)
        let both = try weir("signals", "import", "--from", "tat", broken, "\(directory)/none.json", page)
        #expect(both.code == 65)
        #expect(both.output == outcome.output)
        #expect(both.errors.contains("\"file\":\"\(broken)\",\"error\":\"the value ends before the JSON does\""))
        #expect(both.errors.contains("none.json\",\"error\":\"No such file"))
        let known = try weir("signals", "import", "--from", "jsonl", "--source", "desk", "--known", signals, signals)
        #expect(known.code == 0)
        #expect(known.output == outcome.output)
    }

    @Test func signalsImportIsToldWhatItCannotDo() throws {
        for words in [
            ["x.json"], ["--from", "gifct", "x.json"], ["--from", "tat"], ["--from", "tat", "--source", "a", "x.json"],
            ["--from", "csv", "--opinion", "sure", "x.csv"], ["--from", "csv", "--type", "sha512", "x.csv"],
        ] {
            let outcome = try weir(["signals", "import"] + words)
            #expect(outcome.code == 64, "\(words): \(outcome.errors)")
            #expect(outcome.errors.contains("see: weir signals import --help"))
        }
        let missing = try weir("signals", "import", "--from", "csv", "\(directory)/none.csv")
        #expect(missing.code == 65)
    }

    @Test func signalsThatAreRejectedAreFoundWanting() throws {
        let signals = try file(
            "signals.jsonl",
            "{\"type\":\"term\",\"value\":\"turnip front\"}\nnot json\n{\"type\":\"md5\",\"value\":\"x\"}\n")
        let outcome = try weir("signals", "validate", signals)
        #expect(outcome.code == 1)
        #expect(outcome.output.contains("{\"line\":2,\"error\":"))
        #expect(outcome.output.contains("{\"line\":3,\"error\":"))
        #expect(outcome.output.hasSuffix("{\"accepted\":1,\"rejected\":2}\n"))
    }
}
