import Events
import Foundation
import Testing

@testable import TextDetection

/// The model that Weir ships with, on texts that training never saw: `make text-model` writes both.
@Suite(.serialized) struct ShippedModelTests {
    private struct Vector: Decodable {
        let text: String
        let folded: String
        let scores: [Double]
    }

    private static let classifier = Result { TextClassifier(try loadClassifier(Repository.path(shippedModel))) }
    private static let threshold = 0.6

    /// Scores as NumPy works them out.
    @Test func goldenVectors() throws {
        let classifier = try ShippedModelTests.classifier.get()
        #expect(classifier.model.isOfThisFolding, "folding has changed since the model was trained: make text-model")
        let vectors = try goldenLines("golden").map { try JSONDecoder().decode(Vector.self, from: $0) }
        #expect(vectors.count == 100)
        for vector in vectors {
            let folded = try #require(FoldedText(vector.text)).bytes
            #expect(folded.elementsEqual(vector.folded.utf8), "\(vector.text): make text-model")
            let scores = try #require(classifier.classify(vector.text)).scores
            for (score, expected) in zip(scores, vector.scores) {
                #expect(abs(score - expected) < 1e-4, "\(vector.text): \(scores), not \(vector.scores)")
            }
        }
    }

    private static let heldOut = Result {
        let reader = JSONReader(maximumDepth: 4)
        let labels = try classifier.get().model.labels
        return try goldenLines("held-out").map { line in
            try line.withUnsafeBytes { try EvaluationLine($0, known: labels, reader: reader) }
        }
    }

    private func evaluation(_ disguises: [Disguise], _ language: String? = nil) throws -> TextEvaluation {
        var evaluation = TextEvaluation(
            try ShippedModelTests.classifier.get(), threshold: ShippedModelTests.threshold, disguises: disguises)
        for line in try ShippedModelTests.heldOut.get() where language == nil || line.language == language {
            let isCounted = evaluation.add(line)
            #expect(isCounted)
        }
        return evaluation
    }

    @Test func fileIsSmall() throws {
        let size = try #require(
            FileManager.default.attributesOfItem(atPath: Repository.path(shippedModel))[.size] as? Int)
        #expect(size <= 1 << 20)
    }

    /// A disguised positive keeps at least 0.9 of its clean score: of 100 of them 95, of all labels together.
    @Test(arguments: Disguise.allCases)
    func disguisedTextsKeepTheirScores(disguise: Disguise) throws {
        let (kept, positives) = try kept(disguise, nil)
        #expect(positives > 50)
        #expect(Double(kept) / Double(positives) >= 0.95, "\(kept) of \(positives)")
    }

    /// In each language that the disguise has letters for, 85 of 100: there are some sixty of each.
    @Test(arguments: Disguise.allCases, ["ar", "de", "en", "fr", "id", "ru", "ur"])
    func disguisedTextsKeepTheirScoresInEachLanguage(disguise: Disguise, language: String) throws {
        let (kept, positives) = try kept(disguise, language)
        #expect(Double(kept) >= 0.85 * Double(positives), "\(kept) of \(positives)")
    }

    private func kept(_ disguise: Disguise, _ language: String?) throws -> (kept: Int, positives: Int) {
        let evaluation = try evaluation([disguise], language)
        var (kept, positives) = (0, 0)
        for index in try ShippedModelTests.classifier.get().model.labels.indices {
            let count = evaluation[TextEvaluation.Group(label: index, disguise: disguise)]
            kept += count.kept
            positives += count.positives
        }
        return (kept, positives)
    }

    /// Ceilings on what harmless texts are taken for, by language: news and counter-speech, prayer, names, games.
    @Test(arguments: ["ar", "de", "en", "fr", "id", "ru", "ur"])
    func harmlessTextsStayBelowTheCeilings(language: String) throws {
        let classifier = try ShippedModelTests.classifier.get()
        let harmful: Set = ["violent-extremism", "threat", "hate"]
        let lines = try ShippedModelTests.heldOut.get().filter {
            $0.language == language && harmful.isDisjoint(with: $0.labels)
        }
        #expect(lines.count >= 70)
        for (index, label) in classifier.model.labels.enumerated() where harmful.contains(label) {
            let flagged = try lines.filter {
                try #require(classifier.classify($0.text)).scores[index] >= ShippedModelTests.threshold
            }
            let share = Double(flagged.count) / Double(lines.count)
            #expect(share <= 0.1, "\(label): \(flagged.map(\.text))")
        }
    }
}
