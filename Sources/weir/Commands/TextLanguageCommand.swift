import Events
import TextDetection

extension Commands {
    static let textLanguage = Command(
        "text", "language", summary: "say which language texts are in", arguments: "PATH|-",
        options: [
            Option(switch: "--identify", "Also what CLD2 calls those that are und, if it is sure.")
        ],
        example: "weir text language texts.txt",
        discussion: """
            One text a line; prints {"line":1,"language":"en"} for each, by letters and common words. "und" if too little
            speaks for any, "mul" if parts of the text are in different languages; und- and a script where that is all
            there is to tell. "among" names the languages if it is certain to be one of a few. A line that is no UTF-8
            gives {"line":7,"error":"…"}, and the exit code is 1.
            """
    ) { invocation in
        let identifies = invocation.has("--identify")
        return try await TextLines.answerEach(of: try invocation.file()) { line, text, out in
            let answer = languageOfText(text)
            out.append("{\"line\":")
            out.append(line)
            out.append(",\"language\":")
            out.appendJSON(answer.tag)
            if !answer.among.isEmpty {
                out.append(",\"among\":[")
                for (index, tag) in answer.among.enumerated() {
                    if index > 0 { out.append(",") }
                    out.appendJSON(tag)
                }
                out.append("]")
            }
            if identifies, answer.tag == "und", answer.among.isEmpty, let identified = identifiedLanguage(of: text) {
                out.append(",\"identified\":")
                out.appendJSON(identified)
            }
            out.append("}")
            return nil
        }
    }
}
