import Events
import Operations
import TextDetection

extension Commands {
    static let textEvaluate = Command(
        "text", "evaluate", summary: "say how good a text model is, by label, language, functionality and disguise",
        options: [
            Option("--data", "FILE", "Labelled texts, as JSON Lines; \"-\" is standard input."),
            textModelOption,
            Option("--threshold", "SCORE", "Score from which on a label counts as given, 0…1; default 0.6."),
            Option(switch: "--clean", "Texts as they are only, without disguises."),
        ],
        example: "weir text evaluate --data held-out.jsonl",
        discussion: """
            A line of the file: {"text":"…","labels":["threat"],"language":"en","functionality":"threat-person"}; no
            labels means that none applies. Prints one JSON object for each label, and for each label by language and by
            functionality: n, positives, precision, recall and falsePositiveRate, each with its 95 % interval (Wilson);
            then the same for each of thirteen disguises, with kept, the share of positives that keep at least 0.9 of their
            clean score. What has no positives or no negatives has no such share: null. A line that can't be read gives
            {"line":7,"error":"…"} and does not count; the exit code is then 1.
            """
    ) { invocation in
        let path = try invocation.required("--data")
        let classifier = TextClassifier(try invocation.textModel())
        let threshold = try invocation.share("--threshold", standard: 0.6)
        var evaluation = TextEvaluation(
            classifier, threshold: threshold, disguises: invocation.has("--clean") ? [] : Disguise.allCases)
        let source = try LineSource(path: path, longest: EvaluationLine.longest)
        let reader = JSONReader(maximumDepth: 4)
        var (code, number) = (ExitCode.success, 0)
        while true {
            let lines = try await source.next(256)
            if lines.isEmpty { break }
            for line in lines {
                number += 1
                guard !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) else { continue }
                do throws(EvaluationLine.Rejection) {
                    if evaluation.add(try read(line, classifier.model.labels, reader)) { continue }
                    reject(number, "the text is too long to be folded")
                } catch {
                    reject(number, error.description)
                }
                code = ExitCode.failure
            }
        }
        for (group, count) in evaluation.results {
            Terminal.out(row(evaluation, group, count, threshold, classifier.model.version))
        }
        return code
    }

    private static func read(
        _ line: [UInt8], _ labels: [String], _ reader: JSONReader
    ) throws(EvaluationLine.Rejection) -> EvaluationLine {
        let result = line.withUnsafeBytes { line -> Result<EvaluationLine, EvaluationLine.Rejection> in
            do throws(EvaluationLine.Rejection) {
                return .success(try EvaluationLine(line, known: labels, reader: reader))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func reject(_ line: Int, _ reason: String) {
        var out = ByteWriter()
        out.append("{\"line\":")
        out.append(line)
        out.append(",\"error\":")
        out.appendJSON(reason)
        out.append("}\n")
        Terminal.out(out.bytes)
    }

    private static func row(
        _ evaluation: TextEvaluation, _ group: TextEvaluation.Group, _ count: TextEvaluation.Count,
        _ threshold: Double, _ model: String
    ) -> [UInt8] {
        var out = ByteWriter()
        out.append("{\"model\":")
        out.appendJSON(model)
        out.append(",\"label\":")
        out.appendJSON(evaluation.label(of: group))
        for (name, value) in [
            ("language", group.language), ("functionality", group.functionality),
            ("disguise", group.disguise?.rawValue),
        ] {
            guard let value else { continue }
            out.append(",")
            out.appendJSON(name)
            out.append(":")
            out.appendJSON(value)
        }
        out.append(",\"threshold\":")
        out.append(threshold, places: 4)
        out.append(",\"n\":")
        out.append(count.positives + count.negatives)
        out.append(",\"positives\":")
        out.append(count.positives)
        append("precision", count.precision, to: &out)
        append("recall", count.recall, to: &out)
        append("falsePositiveRate", count.falsePositiveRate, to: &out)
        if group.disguise != nil {
            append("cleanRecall", WilsonInterval(count.foundClean, of: count.positives), to: &out)
            append("kept", count.keptShare, to: &out)
        }
        out.append("}\n")
        return out.bytes
    }

    private static func append(_ name: String, _ interval: WilsonInterval?, to out: inout ByteWriter) {
        out.append(",")
        out.appendJSON(name)
        guard let interval else {
            out.append(":null")
            return
        }
        out.append(":")
        out.append(interval.share, places: 4)
        out.append(",")
        out.appendJSON("\(name)Interval")
        out.append(":[")
        out.append(interval.low, places: 4)
        out.append(",")
        out.append(interval.high, places: 4)
        out.append("]")
    }
}
