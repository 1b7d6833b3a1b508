import Configuration
import Events
import Operations
import Signals
import TextDetection

extension Commands {
    static let textFingerprint = Command(
        "text", "fingerprint", summary: "make document signals of texts", arguments: "PATH…",
        options: [
            Option("--label", "LABEL", repeatable: true, "A label of the signals."),
            Option("--source", "NAME", "Their source."),
            Option("--opinion", "OPINION", "positive, negative, seed or disputed; default seed."),
            Option("--id", "ID", "Their id; default the file's name."),
        ],
        example: "weir text fingerprint --source local --opinion positive --label TVEC1 manifesto.txt",
        discussion: """
            Each file ("-": standard input) is one document. Prints a line for a signals file whose value has 16 bits of hash
            for each word in place of the text: enough to find copies, and no secret. A document of more than \
            \(DocumentWords.most) words becomes several signals, with ids that end in #1, #2 and so on. A file that can't be
            used gives {"path":…,"error":…}; the others go on, and the exit code is 1.
            """
    ) { invocation in
        let command = invocation.command
        guard !invocation.arguments.isEmpty else {
            throw UsageError("weir \(command.name): which file?", command: command)
        }
        var signal = Signal(type: .document, value: "")
        if let opinion = invocation.value("--opinion") {
            guard let known = Opinion(rawValue: opinion) else {
                let all = Opinion.allCases.map(\.rawValue).joined(separator: ", ")
                throw UsageError("weir \(command.name): --opinion must be one of \(all)", command: command)
            }
            signal.opinion = known
        }
        signal.labels = invocation.all("--label")
        signal.source = invocation.value("--source")
        signal.id = invocation.value("--id")
        let (work, template) = (BlockingWork(name: "text"), signal)
        var code = ExitCode.success
        for path in invocation.arguments {
            do throws(FingerprintFailure) {
                Terminal.out(
                    try await work.run { () throws(FingerprintFailure) in try DocumentFile.lines(path, template) })
            } catch {
                code = ExitCode.failure
                var out = ByteWriter()
                out.append("{\"path\":")
                out.appendJSON(path)
                out.append(",\"error\":")
                out.appendJSON(error.reason)
                out.append("}\n")
                Terminal.out(out.bytes)
            }
        }
        return code
    }
}

/// Why a file has no fingerprint, in words.
private struct FingerprintFailure: Error {
    let reason: String
}

private enum DocumentFile {
    static let largest = 64 << 20

    static func lines(_ path: String, _ template: Signal) throws(FingerprintFailure) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = try readFile(path, atMost: largest)
        } catch {
            throw FingerprintFailure(reason: error.reason)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FingerprintFailure(reason: "is not UTF-8")
        }
        guard let parts = DocumentWords.parts(of: text) else { throw FingerprintFailure(reason: "could not be folded") }
        guard !parts.isEmpty else {
            throw FingerprintFailure(
                reason: "has fewer than \(DocumentWords.least) words: too few for a document; a short text is a phrase")
        }
        var out = ByteWriter()
        for (index, words) in parts.enumerated() {
            var signal = template
            signal.value = words.value
            let name = template.id ?? (path == "-" ? nil : path.split(separator: "/").last.map(String.init))
            signal.id = parts.count > 1 ? "\(name ?? "")#\(index + 1)" : name
            out.append(signal)
        }
        // What this prints must be read again: a label may be too long, or have control characters.
        for line in out.bytes.split(separator: UInt8(ascii: "\n")) {
            do {
                _ = try Array(line).withUnsafeBytes { try SignalLineReader().read($0) }
            } catch {
                throw FingerprintFailure(reason: "\(error)")
            }
        }
        return out.bytes
    }
}
