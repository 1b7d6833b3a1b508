import Configuration
import Detection
import Events
import Signals
import Testing

@testable import TextDetection

@Suite struct ClassifierDetectorTests {
    /// "turnip" weighs for the first label, "kale" for the third, whose threshold is its own.
    private func detector(threshold: Double = 0.8, reportThreshold: Double = 0.8) throws -> ClassifierDetector {
        var made = MadeModel()
        made.weights = made.weights.map { _ in [0, 0, 0, 0] }
        made.labels = ["violent-extremism", "threat", counterSpeechLabel, ""]
        made.slopes = [1, 1, 1, 0]
        made.intercepts = [-6, -6, -6, 0]
        for (word, lane) in [("turnip", 0), ("kale", 2)] {
            let hash = Array(word.unicodeScalars).reduce(FeatureHash.wordStart) { FeatureHash.extend($0, $1.value) }
            made.weights[1 << 9 + Int(FeatureHash.word(hash) >> 24)][lane] = 127
        }
        return ClassifierDetector(
            TextClassifier(try made.model()), threshold: threshold, reportThreshold: reportThreshold)
    }

    private func findings(_ detector: ClassifierDetector, _ posts: [Post]) throws -> [Finding] {
        let batch = try batch(posts)
        let findings = detector.inspect(
            Inspection(batch: batch, selection: .all(batch.count), media: MediaFacts(unreadCount: batch.media.count)))
        #expect(findings.unavailable.isEmpty)
        return findings.found
    }

    private func words(_ finding: Finding) -> String {
        let span = finding.span.map { " \($0.field) \($0.start)..<\($0.end)" } ?? ""
        return "\(finding.event) \(finding.label?.label ?? "")\(span)"
    }

    @Test func findingsNameLabelScoreModelAndSpan() throws {
        let found = try findings(
            try detector(), [Post("a turnip here"), Post("nothing"), Post("kale!", title: "Turnip")])
        #expect(
            found.map(words) == [
                "0 violent-extremism body 2..<8", "2 violent-extremism title 0..<6",
                "2 counter-speech-or-report body 0..<4",
            ])
        for finding in found {
            #expect(finding.label?.model.hasPrefix("made-1+") == true)
            #expect(try #require(finding.score) >= 0.8 && finding.signal == nil && finding.fact == nil)
        }
    }

    /// Of title and body the one of the higher score; one finding for a label.
    @Test func theHigherOfTitleAndBodyCounts() throws {
        let both = try findings(try detector(), [Post("turnip", title: "there is a turnip on the table")])
        #expect(both.map(words) == ["0 violent-extremism body 0..<6"])
        let turned = try findings(try detector(), [Post("there is a turnip on the table", title: "turnip")])
        #expect(turned.map(words) == ["0 violent-extremism title 0..<6"])
    }

    @Test func thresholdsDecide() throws {
        let post = [Post("turnip and kale")]
        #expect(try findings(try detector(threshold: 1, reportThreshold: 1), post).isEmpty)
        #expect(
            try findings(try detector(threshold: 1, reportThreshold: 0.1), post).map(words)
                == ["0 counter-speech-or-report body 11..<15"])
    }

    @Test func settingsNameTheModel() throws {
        let registration = ClassifierDetector.registration
        let settings = Settings(known: registration.settings)
        let made = try registration.make(
            DetectorContext(signals: SignalSet.empty, settings: settings, locate: { Repository.path($0) }))
        #expect(made is ClassifierDetector)
        #expect(throws: InvalidConfiguration.self) {
            try registration.make(
                DetectorContext(signals: SignalSet.empty, settings: settings, locate: { "/nowhere/\($0)" }))
        }
    }
}
