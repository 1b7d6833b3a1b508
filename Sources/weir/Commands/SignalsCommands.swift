import Configuration
import Events
import Operations
import Signals
import TextDetection

extension Commands {
    static let signalsValidate = Command(
        "signals", "validate", summary: "check a signals file line by line", arguments: "FILE",
        example: "weir signals validate signals.jsonl",
        discussion: """
            Prints {"line":7,"error":"…"} for each signal that is rejected, then {"accepted":N,"rejected":M}; exit code 1
            if any was. "-" is standard input.
            """
    ) { invocation in
        let path = try invocation.file()
        let file = try await BlockingWork(name: "signals").run { () throws(FileError) in
            try SignalFile(path: path, check: textProblem)
        }
        var out = ByteWriter()
        for rejected in file.rejected {
            out.append("{\"line\":")
            out.append(Int64(rejected.line))
            out.append(",\"error\":")
            out.appendJSON(rejected.error)
            out.append("}\n")
        }
        out.append("{\"accepted\":")
        out.append(Int64(file.signals.count))
        out.append(",\"rejected\":")
        out.append(Int64(file.rejected.count))
        out.append("}\n")
        Terminal.out(out.bytes)
        return file.rejected.isEmpty ? ExitCode.success : ExitCode.failure
    }

    static let signalsMatch = Command(
        "signals", "match", summary: "look hashes up in a set of signals", arguments: "QUERIES",
        options: [
            Option("--signals", "FILE", repeatable: true, "The signals, as JSON Lines."),
            Option("--type", "TYPE", "What the queries are: pdq, sha256, sha1 or md5; default pdq."),
            Option("--threshold", "BITS", "Most differing bits of a PDQ match, 0…256; default 31."),
        ],
        example: "weir signals match --signals signals.jsonl --type pdq queries.txt",
        discussion: """
            QUERIES holds one hexadecimal value a line ("-": standard input). Prints, in the order of the queries,
            {"query":"…","matches":[{"value":"…","distance":4,"id":"…"}]}, matches by distance, then value. A query that
            is no value of the type gets "error" in place of matches, and the exit code is 1.
            """
    ) { invocation in
        let command = invocation.command
        let files = invocation.all("--signals")
        guard !files.isEmpty else { throw UsageError("weir \(command.name): --signals is required", command: command) }
        guard let type = SignalType(rawValue: invocation.value("--type") ?? "pdq"),
            [.pdq, .sha256, .sha1, .md5].contains(type)
        else { throw UsageError("weir \(command.name): --type must be pdq, sha256, sha1 or md5", command: command) }
        let threshold = try invocation.integer("--threshold", standard: 31, in: 0...256)
        let queries = try invocation.file()
        let (set, rejected) = try await BlockingWork(name: "signals").run { () throws(FileError) in
            var signals: [Signal] = []
            var rejected = 0
            for file in files {
                let read = try SignalFile(path: file)
                signals += read.signals
                rejected += read.rejected.count
            }
            return (SignalSet(signals), rejected)
        }
        if rejected > 0 { Terminal.error("weir: \(rejected) signals were rejected; see weir signals validate") }
        return try await SignalQueries(set: set, type: type, threshold: threshold).run(queries)
    }
}

/// Answers the queries of a file, one a line.
private struct SignalQueries {
    let set: SignalSet
    let type: SignalType
    let threshold: Int

    func run(_ path: String) async throws -> Int32 {
        let source = try LineSource(path: path, longest: 1 << 10)
        var code = ExitCode.success
        while true {
            let lines = try await source.next(1_024)
            if lines.isEmpty { return code }
            var out = ByteWriter()
            for line in lines {
                let query = String(decoding: line, as: UTF8.self).trimmingWhitespace
                if query.isEmpty { continue }
                out.append("{\"query\":")
                out.appendJSON(query)
                do throws(SignalLineReader.Rejection) {
                    append(matches(try SignalValue.normalized(query, type)), to: &out)
                } catch {
                    code = ExitCode.failure
                    out.append(",\"error\":")
                    out.appendJSON(error.description)
                }
                out.append("}\n")
            }
            Terminal.out(out.bytes)
        }
    }

    private func matches(_ value: String) -> [(signal: Signal, distance: Int)] {
        let bytes = Array(value.utf8)
        return bytes.withUnsafeBytes { hex in
            switch type {
            case .pdq:
                guard let hash = Digest256(hex: hex) else { return [] }
                return set.pdq.matches(hash, threshold: threshold)
                    .compactMap { match in set.signal(at: match.signal).map { ($0, match.distance) } }
                    .sorted { ($0.distance, $0.signal.value) < ($1.distance, $1.signal.value) }
            case .sha256:
                return exact(Digest256(hex: hex).flatMap(set.position(sha256:)))
            case .sha1:
                return exact(Digest160(hex: hex).flatMap(set.position(sha1:)))
            default:
                return exact(Digest128(hex: hex).flatMap(set.position(md5:)))
            }
        }
    }

    private func exact(_ position: Int32?) -> [(signal: Signal, distance: Int)] {
        position.flatMap(set.signal(at:)).map { [($0, 0)] } ?? []
    }

    private func append(_ matches: [(signal: Signal, distance: Int)], to out: inout ByteWriter) {
        out.append(",\"matches\":[")
        for (index, match) in matches.enumerated() {
            if index > 0 { out.append(",") }
            out.append("{\"value\":")
            out.appendJSON(match.signal.value)
            out.append(",\"distance\":")
            out.append(Int64(match.distance))
            if let id = match.signal.id {
                out.append(",\"id\":")
                out.appendJSON(id)
            }
            out.append("}")
        }
        out.append("]")
    }
}

extension String {
    /// Without white space at its ends.
    var trimmingWhitespace: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
