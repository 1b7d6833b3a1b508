internal import Events
internal import Signals
internal import TextDetection

/// Combinations one a line, an empty line, the text: values are refused or read, and what is found lies in the text.
func checkCombinations(_ bytes: [UInt8]) async throws {
    let (values, text) = bytes.withUnsafeBytes { bytes in
        let (head, rest) = bytes.split(at: "\n\n")
        return (head.text.split(separator: "\n").prefix(8).map(String.init), (rest ?? head).text)
    }
    var signals: [Signal] = []
    for value in values where value.utf8.count <= 512 {
        guard let combination = try? Combination(value) else { continue }
        let count = combination.parts.count
        try require((2...Combination.mostParts).contains(count), "a combination of \(count) parts")
        try require(combination.parts.allSatisfy { !$0.isEmpty && !$0.contains("") }, "a part without terms")
        signals.append(Signal(type: .combination, value: value))
    }
    let set = SignalSet(signals)
    guard text.utf8.count <= 4_096, !text.isEmpty else { return }
    guard let found = try CombinationFinder(set).occurrences(in: text) else { return }
    let source = Array(text.utf8)
    for occurrence in found {
        let range = occurrence.range
        try require(range.lowerBound >= 0 && range.upperBound <= source.count, "a span reaches beyond its text")
        for edge in [range.lowerBound, range.upperBound] where edge < source.count {
            try require(source[edge] & 0xC0 != 0x80, "a span cuts a character")
        }
    }
    let findings = try await findings("text.combinations", set, text)
    try require(findings.count == found.count, "\(findings.count) findings of \(found.count) combinations")
}
