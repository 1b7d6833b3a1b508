/// Counts what a classifier gets right, by label, language, functionality and disguise.
package struct TextEvaluation: Sendable {
    /// What a count is about; nil: all of them.
    package struct Group: Sendable, Hashable, Comparable {
        package var label: Int
        package var disguise: Disguise?
        package var language: String?
        package var functionality: String?

        /// Clean before disguised, all before single ones, then by name.
        package static func < (a: Group, b: Group) -> Bool { a.key.lexicographicallyPrecedes(b.key) }

        private var key: [String] {
            let order = disguise.flatMap { Disguise.allCases.firstIndex(of: $0) }.map { "\($0 + 100)" }
            return [order ?? "", functionality ?? "", language == nil ? "" : "x", "\(label)", language ?? ""]
        }
    }

    package struct Count: Sendable, Equatable {
        package var truePositives = 0
        package var falsePositives = 0
        package var trueNegatives = 0
        package var falseNegatives = 0
        /// Positives that keep at least `TextEvaluation.keeps` of their clean score.
        package var kept = 0
        /// Positives that were found clean; their disguised counterparts are the true positives.
        package var foundClean = 0

        package var positives: Int { truePositives + falseNegatives }
        package var negatives: Int { falsePositives + trueNegatives }
        package var precision: WilsonInterval? { WilsonInterval(truePositives, of: truePositives + falsePositives) }
        package var recall: WilsonInterval? { WilsonInterval(truePositives, of: positives) }
        package var falsePositiveRate: WilsonInterval? { WilsonInterval(falsePositives, of: negatives) }
        package var keptShare: WilsonInterval? { WilsonInterval(kept, of: positives) }
    }

    /// Share of the clean score that a disguised text should keep.
    package static let keeps = 0.9

    private let classifier: TextClassifier
    private let threshold: Double
    private let disguises: [Disguise]
    private var counts: [Group: Count] = [:]

    package init(_ classifier: TextClassifier, threshold: Double, disguises: [Disguise] = Disguise.allCases) {
        self.classifier = classifier
        self.threshold = threshold
        self.disguises = disguises
    }

    /// - Returns: false if the text is too long to be folded; nothing is counted then.
    package mutating func add(_ line: EvaluationLine) -> Bool {
        guard let clean = classifier.classify(line.text)?.scores else { return false }
        count(line, clean, clean: clean, nil)
        for disguise in disguises {
            // A disguise that changes nothing says nothing.
            guard let text = disguise.apply(to: line.text) else { continue }
            guard let scores = classifier.classify(text)?.scores else { return false }
            count(line, scores, clean: clean, disguise)
        }
        return true
    }

    private mutating func count(
        _ line: EvaluationLine, _ scores: [Double], clean: [Double], _ disguise: Disguise?
    ) {
        for (index, label) in classifier.model.labels.enumerated() {
            let isPositive = line.labels.contains(label)
            let isFound = scores[index] >= threshold
            var groups = [
                Group(label: index, disguise: disguise),
                Group(label: index, disguise: disguise, language: line.language),
            ]
            if disguise == nil { groups.append(Group(label: index, functionality: line.functionality)) }
            for group in groups {
                switch (isPositive, isFound) {
                case (true, true): counts[group, default: Count()].truePositives += 1
                case (true, false): counts[group, default: Count()].falseNegatives += 1
                case (false, true): counts[group, default: Count()].falsePositives += 1
                case (false, false): counts[group, default: Count()].trueNegatives += 1
                }
                guard isPositive else { continue }
                if scores[index] >= TextEvaluation.keeps * clean[index] { counts[group, default: Count()].kept += 1 }
                if clean[index] >= threshold { counts[group, default: Count()].foundClean += 1 }
            }
        }
    }

    /// In a fixed order.
    package var results: [(group: Group, count: Count)] {
        counts.keys.sorted().map { ($0, counts[$0] ?? Count()) }
    }

    package subscript(_ group: Group) -> Count { counts[group] ?? Count() }

    package func label(of group: Group) -> String { classifier.model.labels[group.label] }
}
