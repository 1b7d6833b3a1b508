import Events
import TextDetection

extension Commands {
    static let textFold = Command(
        "text", "fold", summary: "print what texts are matched as", arguments: "PATH|-",
        example: "weir text fold texts.txt",
        discussion: """
            One text a line; prints {"folded":"…"} for each, in order. A line that is no UTF-8 or too long gives
            {"line":7,"error":"…"}, and the exit code is 1.
            """
    ) { invocation in
        try await TextLines.answerEach(of: try invocation.file()) { _, text, out in
            guard let folded = FoldedText(text) else { return "ICU could not fold it" }
            out.append("{\"folded\":")
            folded.bytes.withUnsafeBytes { out.appendJSON($0) }
            out.append("}")
            return nil
        }
    }
}
