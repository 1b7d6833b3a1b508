import Configuration
import Events
import Operations
import Signals
import TextDetection

extension Commands {
    static let textMatch = Command(
        "text", "match", summary: "find terms, phrases and combinations of them in texts", arguments: "PATH|-",
        options: [
            Option(
                "--signals", "FILE", repeatable: true,
                "The signals, as JSON Lines; those of other types are passed over.")
        ],
        example: "weir text match --signals terms.jsonl texts.txt",
        discussion: """
            One text a line; prints {"line":1,"matches":[{"value":"…","start":12,"end":21,"text":"as written"}]} for each, in
            order, then combinations by the first place where each is; "view" beside them names the view of the text in which
            a term stands that is not written so, and "context" says how the text stands to it (quoted, reported, negated).
            start and end are byte offsets in the line. Languages and expiry of signals are not looked at. A line that is no
            UTF-8 or too long gives {"line":7,"error":"…"}, and the exit code is 1.
            """
    ) { invocation in
        let command = invocation.command
        let files = invocation.all("--signals")
        guard !files.isEmpty else { throw UsageError("weir \(command.name): --signals is required", command: command) }
        let path = try invocation.file()
        let matches = try await BlockingWork(name: "signals").run { () throws in try TextMatches(files) }
        if matches.rejected > 0 {
            Terminal.error("weir: \(matches.rejected) signals were rejected; see weir signals validate")
        }
        return try await TextLines.answerEach(of: path) { line, text, out in matches.append(line, text, to: &out) }
    }
}

/// The terms of signals files, and what is found of them.
private struct TextMatches: Sendable {
    let matcher: TermMatcher
    let combinations: CombinationFinder
    let set: SignalSet
    let rejected: Int

    init(_ files: [String]) throws {
        var signals: [Signal] = []
        var rejected = 0
        for file in files {
            let read = try SignalFile(path: file, check: textProblem)
            signals += read.signals.filter { [.term, .phrase, .combination].contains($0.type) }
            rejected += read.rejected.count
        }
        self.rejected = rejected
        set = SignalSet(signals)
        matcher = try TermMatcher(set)
        combinations = try CombinationFinder(set)
    }

    /// - Returns: why there is no answer, if there is none.
    func append(_ line: Int, _ bytes: UnsafeRawBufferPointer, to out: inout ByteWriter) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let terms = matcher.occurrences(in: text), let together = combinations.occurrences(in: text) else {
            return "could not be looked through"
        }
        let found = terms + together
        out.append("{\"line\":")
        out.append(line)
        out.append(",\"matches\":[")
        for (index, occurrence) in found.enumerated() {
            out.append(index > 0 ? ",{\"value\":" : "{\"value\":")
            out.appendJSON(set.signal(at: occurrence.signal)?.value ?? "")
            out.append(",\"start\":")
            out.append(occurrence.range.lowerBound)
            out.append(",\"end\":")
            out.append(occurrence.range.upperBound)
            out.append(",\"text\":")
            out.appendJSON(UnsafeRawBufferPointer(rebasing: bytes[occurrence.range]))
            if let view = occurrence.view {
                out.append(",\"view\":")
                out.appendJSON(view.rawValue)
            }
            if !occurrence.context.isEmpty {
                out.append(",\"context\":")
                out.appendJSON(occurrence.context.names)
            }
            out.append("}")
        }
        out.append("]}")
        return nil
    }
}
