import Configuration
import Events
import Operations
import Signals
import TextDetection

extension Commands {
    static let textNear = Command(
        "text", "near", summary: "find the known documents that texts repeat", arguments: "PATH",
        options: [
            Option("--signals", "FILE", repeatable: true, "The document signals, as JSON Lines."),
            Option("--least", "WORDS", "Of 40 words in a row so many must stand in the document, 12…32; default 20."),
        ],
        example: "weir text near --signals signals.jsonl texts.txt",
        discussion: """
            PATH holds one text a line ("-": standard input). Prints, for each line, {"line":1,"matches":[{"id":"…",
            "signal":"document:…","coverageOfText":0.4,"coverageOfDocument":0.9,"words":60,"start":12,"end":400}]}: the shares
            of words that lie in stretches which both have, how many of the text's do, and the longest of these stretches in
            bytes of the line. A line that can't be looked at in whole has "error" beside its matches, and the exit code is 1.
            """
    ) { invocation in
        let command = invocation.command
        let files = invocation.all("--signals")
        guard !files.isEmpty else { throw UsageError("weir \(command.name): --signals is required", command: command) }
        let least = try invocation.integer("--least", standard: 20, in: 12...32)
        let path = try invocation.file()
        let matcher = try await BlockingWork(name: "signals").run { () throws(FileError) in
            var signals: [Signal] = []
            var rejected = 0
            for file in files {
                let read = try SignalFile(path: file)
                signals += read.signals.filter { $0.type == .document }
                rejected += read.rejected.count
            }
            if rejected > 0 { Terminal.error("weir: \(rejected) signals were rejected; see weir signals validate") }
            return DocumentMatcher(SignalSet(signals), least: least) { signal, problem in
                Terminal.error("weir: \(MatchedSignal.reference(signal.type, excerpt(signal.value, 40))): \(problem)")
            }
        }
        return try await NearTexts(matcher: matcher).run(path)
    }
}

/// Looks at the texts of a file, one a line.
private struct NearTexts {
    /// Longest text, in bytes.
    static let longest = 16 << 20

    let matcher: DocumentMatcher

    func run(_ path: String) async throws -> Int32 {
        let source = try LineSource(path: path, longest: NearTexts.longest)
        let work = BlockingWork(name: "text")
        var code = ExitCode.success
        var line = 0
        while true {
            let lines = try await source.next(256)
            if lines.isEmpty { return code }
            let (first, matcher) = (line + 1, matcher)
            let (bytes, isWhole) = await work.run { NearTexts.answer(lines, from: first, matcher) }
            line += lines.count
            if !isWhole { code = ExitCode.failure }
            Terminal.out(bytes)
        }
    }

    private static func answer(
        _ lines: [[UInt8]], from first: Int, _ matcher: DocumentMatcher
    ) -> (bytes: [UInt8], isWhole: Bool) {
        var out = ByteWriter()
        var isWhole = true
        for (index, line) in lines.enumerated() {
            out.append("{\"line\":")
            out.append(first + index)
            let problem = append(line, matcher, to: &out)
            if let problem {
                isWhole = false
                out.append(",\"error\":")
                out.appendJSON(problem)
            }
            out.append("}\n")
        }
        return (out.bytes, isWhole)
    }

    /// Returns what is wrong, if anything.
    private static func append(_ line: [UInt8], _ matcher: DocumentMatcher, to out: inout ByteWriter) -> String? {
        out.append(",\"matches\":[")
        defer { out.append("]") }
        guard line.count <= longest else { return "the line has more than \(longest) bytes" }
        guard let text = String(validating: line, as: UTF8.self) else { return "the line is not UTF-8" }
        guard let (found, isComplete) = matcher.documents(in: text) else { return "the line could not be folded" }
        for (index, document) in found.enumerated() {
            guard let signal = matcher.signal(of: document) else { continue }
            out.append(index > 0 ? ",{" : "{")
            if let id = signal.id {
                out.append("\"id\":")
                out.appendJSON(id)
                out.append(",")
            }
            out.append("\"signal\":")
            out.appendJSON(MatchedSignal.reference(signal.type, signal.value))
            out.append(",\"coverageOfText\":")
            out.append(document.coverageOfText, places: 4)
            out.append(",\"coverageOfDocument\":")
            out.append(document.coverageOfDocument, places: 4)
            out.append(",\"words\":")
            out.append(document.words)
            out.append(",\"start\":")
            out.append(document.range.lowerBound)
            out.append(",\"end\":")
            out.append(document.range.upperBound)
            out.append("}")
        }
        return isComplete
            ? nil : "shares more than \(DocumentMatcher.mostChecks) runs of words with documents; the rest was left"
    }
}
