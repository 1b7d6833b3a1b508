import Events
import Testing

@testable import TextDetection

@Suite struct EvaluationTests {
    /// By the formula, worked out apart: 8 of 10, 0 of 20, 1 of 1.
    @Test func intervalsAreWilsons() throws {
        let most = try #require(WilsonInterval(8, of: 10))
        #expect(abs(most.low - 0.4902) < 1e-4 && abs(most.high - 0.9433) < 1e-4 && most.share == 0.8)
        let none = try #require(WilsonInterval(0, of: 20))
        #expect(none.low == 0 && abs(none.high - 0.1611) < 1e-4)
        let all = try #require(WilsonInterval(1, of: 1))
        #expect(abs(all.low - 0.2065) < 1e-4 && all.high == 1)
        #expect(WilsonInterval(0, of: 0) == nil)
    }

    private func line(_ json: String) throws(EvaluationLine.Rejection) -> EvaluationLine {
        let reader = JSONReader(maximumDepth: 4)
        let bytes = Array(json.utf8)
        let result = bytes.withUnsafeBytes { bytes -> Result<EvaluationLine, EvaluationLine.Rejection> in
            do throws(EvaluationLine.Rejection) {
                return .success(try EvaluationLine(bytes, known: ["first", "second"], reader: reader))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    @Test func linesAreRead() throws {
        let full = try line(#"{"text":"a","labels":["first","first"],"language":"en","functionality":"f","more":1}"#)
        #expect(full.text == "a" && full.labels == ["first"] && full.language == "en" && full.functionality == "f")
        let least = try line(#"{"text":"","labels":[]}"#)
        #expect(least.labels.isEmpty && least.language == "und" && least.functionality == "none")
    }

    @Test(arguments: [
        ("{", "JSON"), ("[]", "JSON"), (#"{"labels":[]}"#, "text"), (#"{"text":1,"labels":[]}"#, "text"),
        (#"{"text":"a"}"#, "labels"), (#"{"text":"a","labels":"first"}"#, "labels"),
        (#"{"text":"a","labels":[1]}"#, "labels"), (#"{"text":"a","labels":["third"]}"#, "first, second"),
        (#"{"text":"a","labels":[],"language":""}"#, "language"),
        (#"{"text":"a","labels":[],"functionality":7}"#, "functionality"),
        (#"{"text":"a","text":"b","labels":[]}"#, "twice"),
    ])
    func wrongLinesSayWhy(json: String, why: String) {
        #expect { try line(json) } throws: { "\($0)".contains(why) }
    }

    /// "turnip" is the first label's only word.
    private func classifier() throws -> TextClassifier {
        var made = MadeModel()
        made.weights = made.weights.map { _ in [0, 0, 0, 0] }
        made.labels = ["first", "second", "", ""]
        made.slopes = [1, 0, 0, 0]
        made.intercepts = [-6, -6, 0, 0]
        let hash = Array("turnip".unicodeScalars).reduce(FeatureHash.wordStart) { FeatureHash.extend($0, $1.value) }
        made.weights[1 << 9 + Int(FeatureHash.word(hash) >> 24)] = [127, 0, 0, 0]
        return TextClassifier(try made.model())
    }

    @Test func countsAreByLabelLanguageAndFunctionality() throws {
        var evaluation = TextEvaluation(try classifier(), threshold: 0.5, disguises: [])
        for json in [
            #"{"text":"turnip","labels":["first"],"language":"en","functionality":"f"}"#,
            #"{"text":"a turnip here","labels":[],"language":"en","functionality":"g"}"#,
            #"{"text":"marrow","labels":["first"],"language":"de","functionality":"f"}"#,
            #"{"text":"kale","labels":["second"],"language":"de","functionality":"h"}"#,
        ] {
            let isCounted = evaluation.add(try line(json))
            #expect(isCounted)
        }
        let all = evaluation[TextEvaluation.Group(label: 0)]
        #expect(all.truePositives == 1 && all.falsePositives == 1 && all.falseNegatives == 1 && all.trueNegatives == 1)
        #expect(all.precision?.share == 0.5 && all.recall?.share == 0.5 && all.falsePositiveRate?.share == 0.5)
        #expect(evaluation[TextEvaluation.Group(label: 0, language: "en")].truePositives == 1)
        #expect(evaluation[TextEvaluation.Group(label: 0, functionality: "g")].recall == nil)
        #expect(evaluation[TextEvaluation.Group(label: 1)].falseNegatives == 1)
        let groups = evaluation.results.map(\.group)
        #expect(groups == groups.sorted() && groups.count == 2 * (1 + 2 + 3))
    }

    @Test func disguisedTextsAreCountedBesideTheirCleanScores() throws {
        var evaluation = TextEvaluation(
            try classifier(), threshold: 0.5, disguises: [.fullWidth, .masked, .arabicMarks])
        let isCounted = evaluation.add(try line(#"{"text":"one turnip here","labels":["first"],"language":"en"}"#))
        #expect(isCounted)
        let wide = evaluation[TextEvaluation.Group(label: 0, disguise: .fullWidth)]
        #expect(wide.truePositives == 1 && wide.kept == 1 && wide.foundClean == 1)
        let masked = evaluation[TextEvaluation.Group(label: 0, disguise: .masked)]
        #expect(masked.falseNegatives == 1 && masked.kept == 0 && masked.foundClean == 1)
        // Changes nothing in Latin script, so it says nothing.
        #expect(evaluation[TextEvaluation.Group(label: 0, disguise: .arabicMarks)] == TextEvaluation.Count())
    }
}
