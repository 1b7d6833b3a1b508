internal import Events
internal import Glibc
internal import Synchronization

/// Scores texts by a model. Shared by all tasks.
package final class TextClassifier: Sendable {
    package let model: ClassifierModel
    /// Workspaces that nobody uses: as many as ever ran at once, but no more than there are processors.
    private let idle = Mutex<[ClassifierWorkspace]>([])
    private let mostIdle = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    package init(_ model: ClassifierModel) {
        self.model = model
        // Made here and not under the first batch's deadline.
        _ = FoldTable.shared
    }

    /// A text's scores, with what weighed most.
    package struct Classification: Sendable, Equatable {
        package struct Evidence: Sendable, Equatable {
            package let label: String
            /// Bytes of the original text.
            package let span: Range<Int>
            /// Share in the score's logit.
            package let weight: Double
        }

        /// 0…1, in the order of the model's labels; all 0 for a text without letters.
        package var scores: [Double]
        /// By label, the heaviest first.
        package var evidence: [Evidence]
    }

    /// - Parameter thresholds: for each label the score from which on evidence is worked out; none without one.
    /// - Returns: nil if the text is too long to be folded.
    package func classify(_ text: UnsafeRawBufferPointer, thresholds: [Double] = []) -> Classification? {
        guard let folded = text.withMemoryRebound(to: UInt8.self, { FoldedTexts($0) }), let body = folded.texts.first
        else { return nil }
        let edits = folded.edits[body.edits]
        return withWorkspace { workspace in
            let count = model.labels.count
            guard let score = workspace.score(text, folded: folded.bytes(of: body), edits, by: model) else {
                return Classification(scores: Array(repeating: 0, count: count), evidence: [])
            }
            var classification = Classification(scores: [], evidence: [])
            for lane in 0..<count {
                let probability = TextClassifier.logistic(score.logits[lane])
                classification.scores.append(probability)
                guard lane < thresholds.count, probability >= thresholds[lane] else { continue }
                for span in workspace.evidence(lane, score.windows[lane], edits, by: model) {
                    classification.evidence.append(
                        Classification.Evidence(label: model.labels[lane], span: span.bytes, weight: span.weight))
                }
            }
            return classification
        }
    }

    package func classify(_ text: String, thresholds: [Double] = []) -> Classification? {
        var text = text
        return text.withUTF8 { classify(UnsafeRawBufferPointer($0), thresholds: thresholds) }
    }

    static func logistic(_ logit: Double) -> Double { 1 / (1 + exp(-logit)) }

    /// A workspace for as long as `body` runs. Nothing waits: where all are in use, one more is made.
    func withWorkspace<Result>(_ body: (ClassifierWorkspace) -> Result) -> Result {
        let workspace = idle.withLock { $0.popLast() } ?? ClassifierWorkspace()
        defer { idle.withLock { if $0.count < mostIdle { $0.append(workspace) } } }
        return body(workspace)
    }
}

/// Buffers for one text at a time.
final class ClassifierWorkspace: @unchecked Sendable {
    // Sendable, although nothing here is: the pool gives one away before anybody else can have it.
    private var scan = ClassifierScan()

    deinit { scan.deallocate() }

    /// nil if there are neither letters nor digits.
    func score(
        _ text: UnsafeRawBufferPointer, folded: UnsafeBufferPointer<UInt8>,
        _ edits: ContiguousArray<FoldEdit>.SubSequence, by model: ClassifierModel
    ) -> ClassifierScan.Score? {
        scan.score(folded, by: model) { place in
            let source = edits.sourceRange(of: place..<place + 1)
            return source.count > 1 && text[source].count { $0 & 0xC0 != 0x80 } > 1
        }
    }

    /// Spans in the original text, the heaviest first.
    func evidence(
        _ lane: Int, _ window: Int32, _ edits: ContiguousArray<FoldEdit>.SubSequence, by model: ClassifierModel
    ) -> [ClassifierEvidence.Span] {
        ClassifierEvidence.spans(of: lane, in: scan, from: window, by: model).map { span in
            ClassifierEvidence.Span(bytes: edits.sourceRange(of: span.bytes), weight: span.weight)
        }
    }

    /// For measuring, without folding.
    func scoreFolded(_ text: UnsafeBufferPointer<UInt8>, by model: ClassifierModel) -> ClassifierScan.Score? {
        scan.score(text, by: model)
    }
}
