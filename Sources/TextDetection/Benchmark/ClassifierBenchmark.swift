/// Scoring of a folded text: the classifier's own share.
package enum ClassifierBenchmark {
    /// - Parameter repeated: calls the function it is given until the time is up, and returns the seconds it took.
    /// - Returns: how often the text was scored.
    package static func run(
        _ text: String, _ model: ClassifierModel, _ repeated: (() -> Void) -> Double
    ) -> (n: Int, seconds: Double) {
        guard let folded = FoldedText(text) else { return (0, 0) }
        let workspace = ClassifierWorkspace()
        var n = 0
        let seconds = folded.bytes.withUnsafeBufferPointer { text in
            _ = workspace.scoreFolded(text, by: model)  // once before, so that buffers exist
            return repeated {
                for _ in 0..<256 { precondition(workspace.scoreFolded(text, by: model) != nil, "it was scored") }
                n += 256
            }
        }
        return (n, seconds)
    }
}
