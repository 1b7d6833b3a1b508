internal import Events
internal import Signals
internal import TextDetection

/// Documents that are known, and texts that may repeat them.
let knownDocumentTargets = [
    FuzzTarget("documents", .text) { try checkDocuments($0) }
]

/// Values of `document` signals one a line, an empty line, the text.
private func checkDocuments(_ bytes: UnsafeRawBufferPointer) throws {
    let (head, rest) = bytes.split(at: "\n\n")
    let text = (rest ?? head).text
    var signals: [Signal] = []
    for value in head.text.split(separator: "\n").prefix(8).map(String.init) {
        try checkValue(value)
        guard let value = try? SignalValue.normalized(value, .document) else { continue }
        signals.append(Signal(type: .document, value: value))
    }
    let matcher = DocumentMatcher(SignalSet(signals))
    guard let (found, isComplete) = matcher.documents(in: text) else {
        throw Broken(description: "a text can't be looked through")
    }
    try require(isComplete || text.utf8.count > DocumentMatcher.mostChecks, "too much to look at in a short text")
    try require(Set(found.map(\.signal)).count == found.count, "a document is found twice")
    let source = Array(text.utf8)
    for document in found {
        let range = document.range
        try require(!range.isEmpty && range.upperBound <= source.count, "a span is empty or reaches beyond its text")
        for edge in [range.lowerBound, range.upperBound] where edge < source.count {
            try require(source[edge] & 0xC0 != 0x80, "a span cuts a character")
        }
        for coverage in [document.coverageOfText, document.coverageOfDocument] {
            try require(coverage > 0 && coverage <= 1, "a coverage of \(coverage)")
        }
    }
    try checkCopies(signals, matcher)
}

/// One value has one form, and what is read can be written.
private func checkValue(_ value: String) throws {
    guard DocumentWords.isWritten(value), let words = try? DocumentWords(value) else { return }
    try require(words.value == value, "words of a document have two forms")
    try require(
        (DocumentWords.least...DocumentWords.most).contains(words.hashes.count), "\(words.hashes.count) words are read")
}

/// Who repeats a whole document is found, unless more than five hold its passages.
private func checkCopies(_ signals: [Signal], _ matcher: DocumentMatcher) throws {
    guard signals.count <= 5 else { return }
    for signal in signals where !DocumentWords.isWritten(signal.value) && documentProblem(signal) == nil {
        guard let (found, isComplete) = matcher.documents(in: signal.value) else { continue }
        let isFound = found.contains { matcher.signal(of: $0)?.value == signal.value && $0.coverageOfDocument > 0 }
        try require(isFound || !isComplete, "a copy is not found")
    }
}
