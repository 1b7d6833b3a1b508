internal import Configuration
internal import Detection
internal import Events
internal import Signals

/// `text.classifier`: a linear model's scores of titles and bodies (`ClassifierModel`).
///
/// One finding for each label whose score reaches its threshold in a title or body; in both, that of the higher score.
/// It names the label, the score, the model, and as `span` the words that weighed most. It rests on no signal, so no
/// policy can remove by it alone.
struct ClassifierDetector: Detector {
    static let registration = DetectorRegistration(
        name: "text.classifier", version: "1",
        summary: "A linear model's scores of titles and bodies, for the order in which people look.", uses: [],
        preparation: FoldedTexts.preparation, settings: [model, threshold, reportThreshold]
    ) { context in
        ClassifierDetector(
            TextClassifier(try ClassifierDetector.load(context.locate(context.settings[model]))),
            threshold: context.settings[threshold], reportThreshold: context.settings[reportThreshold])
    }

    static let model = Setting(
        "model", .string, standard: shippedModel, "The model's file; docs/text.md says how to train one.")
    static let threshold = Setting(
        "threshold", .number(0...1), standard: 0.6, "Score from which on a label is reported.")
    static let reportThreshold = Setting(
        "reportThreshold", .number(0...1), standard: 0.6,
        "The same for counter-speech-or-report, which speaks for an upload.")

    private let classifier: TextClassifier
    private let thresholds: [Double]
    /// What findings share: a label of this model.
    private let labels: [ClassifiedLabel]

    init(_ classifier: TextClassifier, threshold: Double, reportThreshold: Double) {
        self.classifier = classifier
        thresholds = classifier.model.labels.map { $0 == counterSpeechLabel ? reportThreshold : threshold }
        labels = classifier.model.labels.map { ClassifiedLabel($0, model: classifier.model.version) }
    }

    func inspect(_ inspection: Inspection) -> Findings {
        let folded = inspection.foldedTexts
        var findings = Findings()
        for event in folded.tooLong {
            findings.unavailable.append(Unavailable(event: event, reason: "text-too-long"))
        }
        classifier.withWorkspace { workspace in
            // Where the findings of the event begin.
            var (event, first) = (-1, 0)
            for (number, text) in folded.texts.enumerated() {
                if number % 16 == 15, Task.isCancelled { break }
                if text.event != event { (event, first) = (text.event, findings.found.count) }
                guard let score = score(text, of: folded, inspection.batch, workspace) else { continue }
                add(score, text, of: folded, workspace, from: first, &findings)
            }
        }
        return findings
    }

    /// nil if there are neither letters nor digits.
    private func score(
        _ text: FoldedTexts.Text, of folded: FoldedTexts, _ batch: EventBatch, _ workspace: ClassifierWorkspace
    ) -> ClassifierScan.Score? {
        batch.withText(text.field, of: text.event) { original in
            workspace.score(
                original, folded: folded.bytes(of: text), folded.edits[text.edits], by: classifier.model)
        }
    }

    private func add(
        _ score: ClassifierScan.Score, _ text: FoldedTexts.Text, of folded: FoldedTexts,
        _ workspace: ClassifierWorkspace, from first: Int, _ findings: inout Findings
    ) {
        for lane in labels.indices {
            let probability = TextClassifier.logistic(score.logits[lane])
            guard probability >= thresholds[lane] else { continue }
            var finding = Finding(event: text.event, label: labels[lane], score: probability)
            if let span = workspace.evidence(
                lane, score.windows[lane], folded.edits[text.edits], by: classifier.model
            ).first {
                finding.span = TextSpan(field: text.field, start: span.bytes.lowerBound, end: span.bytes.upperBound)
            }
            guard let known = findings.found[first...].firstIndex(where: { $0.label === labels[lane] }) else {
                findings.found.append(finding)
                continue
            }
            if findings.found[known].score ?? 0 < probability { findings.found[known] = finding }
        }
    }

    private static func load(_ path: String) throws(InvalidConfiguration) -> ClassifierModel {
        do throws(FileError) {
            return try loadClassifier(path)
        } catch {
            let problem = Problem(
                file: path, place: nil, key: "text.classifier", message: "the model can't be used: \(error.reason)")
            throw InvalidConfiguration([problem])
        }
    }
}
