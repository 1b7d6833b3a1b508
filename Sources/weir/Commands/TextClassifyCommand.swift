import Configuration
import Events
import TextDetection

extension Commands {
    static let textModelOption = Option(
        "--model", "FILE", "The model; default \(shippedModel), as Weir ships it.")

    static let textClassify = Command(
        "text", "classify", summary: "score texts by a linear model", arguments: "PATH|-",
        options: [
            textModelOption,
            Option("--threshold", "SCORE", "Score from which on evidence is given, 0…1; default 0.5."),
        ],
        example: "weir text classify texts.txt",
        discussion: """
            One text a line; prints {"line":1,"model":"…","scores":{"violent-extremism":0.93,…},"evidence":[
            {"label":"…","start":…,"end":…,"weight":…}]}. start and end are byte offsets in the line, weight is the share
            in the score before the logistic function; of each label the three heaviest spans. The model does not understand what it
            reads: its scores say in which order people should look, and nothing else. A line that is no UTF-8 or too
            long gives {"line":7,"error":"…"}, and the exit code is 1.
            """
    ) { invocation in
        let classifier = TextClassifier(try invocation.textModel())
        let threshold = try invocation.share("--threshold", standard: 0.5)
        let labels = classifier.model.labels
        let thresholds = labels.map { _ in threshold }
        return try await TextLines.answerEach(of: try invocation.file()) { line, text, out in
            guard let result = classifier.classify(text, thresholds: thresholds) else {
                return "is too long to be folded"
            }
            out.append("{\"line\":")
            out.append(line)
            out.append(",\"model\":")
            out.appendJSON(classifier.model.version)
            out.append(",\"scores\":{")
            for (index, label) in labels.enumerated() {
                if index > 0 { out.append(",") }
                out.appendJSON(label)
                out.append(":")
                out.append(result.scores[index], places: 6)
            }
            out.append("},\"evidence\":[")
            for (index, evidence) in result.evidence.enumerated() {
                out.append(index > 0 ? ",{\"label\":" : "{\"label\":")
                out.appendJSON(evidence.label)
                out.append(",\"start\":")
                out.append(evidence.span.lowerBound)
                out.append(",\"end\":")
                out.append(evidence.span.upperBound)
                out.append(",\"weight\":")
                out.append(evidence.weight, places: 4)
                out.append("}")
            }
            out.append("]}")
            return nil
        }
    }
}

extension Invocation {
    /// The model of `--model`, or the one that Weir ships with.
    func textModel() throws -> ClassifierModel {
        let path = value("--model") ?? FileLocator(configuration: nil).locate(shippedModel)
        let model = try loadClassifier(path)
        if !model.isOfThisFolding {
            Terminal.error("note: \(path) was trained with another folding of texts; its scores are off, train it anew")
        }
        return model
    }

    /// - Throws: `UsageError` if the value is no number 0…1.
    func share(_ option: String, standard: Double) throws -> Double {
        guard let text = value(option) else { return standard }
        guard let number = Double(text), (0...1).contains(number) else {
            throw UsageError("\(command.name): \(option) must be a number 0…1, not \"\(text)\"", command: command)
        }
        return number
    }
}
