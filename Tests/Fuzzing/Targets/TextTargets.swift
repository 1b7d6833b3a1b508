internal import Configuration
internal import Detection
internal import Events
internal import Signals
internal import TextDetection

/// Texts of uploads, and what is looked for in them.
let textTargets = [
    FuzzTarget("folding", .text) { try checkFolding($0) },
    FuzzTarget(concurrent: "terms", .text) { try await checkTerms($0) },
    FuzzTarget(concurrent: "combinations", .text) { try await checkCombinations($0) },
    FuzzTarget(concurrent: "text-links", .text) { try await checkLinks($0) },
    FuzzTarget("text-language", .text) { try checkLanguage($0) },
    FuzzTarget("text-model", .binary) { try checkModel($0) },
    FuzzTarget("evaluation", .json) { try checkEvaluationLine($0) },
]

/// Any bytes may come; spans lie inside of them, and at the edges of characters if they are text.
private func checkFolding(_ bytes: UnsafeRawBufferPointer) throws {
    guard let folded = FoldedText(bytes) else { throw Broken(description: "a text can't be folded") }
    let isText = JSONReader.isUTF8(bytes)
    try folded.bytes.withUnsafeBytes { output in
        try require(JSONReader.isUTF8(output) || !isText, "a text folds to what is none")
    }
    if isText { try checkEdits(of: folded, bytes) }
    try checkSpans(of: folded, bytes, isText)
    guard isText, bytes.count <= 64, !folded.edits.contains(where: { $0.cause == .turned }) else { return }
    // In longer ones marks may be sorted in parts.
    let again = folded.bytes.withUnsafeBytes { FoldedText($0) }
    try require(again?.bytes == folded.bytes, "what is folded folds to something else")
}

/// Between two edits as much was copied as stands there, where nothing was turned.
private func checkEdits(of folded: FoldedText, _ bytes: UnsafeRawBufferPointer) throws {
    guard !folded.edits.contains(where: { $0.cause == .turned }) else { return }
    var place = (source: 0, folded: 0)
    for edit in folded.edits {
        try require(
            edit.source >= place.source && edit.folded >= place.folded, "edits overlap or stand in the wrong order")
        try require(Int(edit.source) - place.source == Int(edit.folded) - place.folded, "a copy of another length")
        place = (Int(edit.source + edit.sourceCount), Int(edit.folded) + Int(edit.foldedCount))
    }
    try require(
        bytes.count - place.source == folded.bytes.count - place.folded, "what follows the last edit has another length"
    )
}

private func checkSpans(of folded: FoldedText, _ bytes: UnsafeRawBufferPointer, _ isText: Bool) throws {
    func isEdge(_ place: Int) -> Bool { place == bytes.count || bytes[place] & 0xC0 != 0x80 }
    func isFoldedEdge(_ place: Int) -> Bool { place == folded.bytes.count || folded.bytes[place] & 0xC0 != 0x80 }
    let count = folded.bytes.count
    for start in stride(from: 0, through: count, by: 1 + count / 64) {
        for end in [start, min(start + 1, count), min(start + 7, count), count] {
            let span = folded.sourceRange(of: start..<end)
            try require(span.lowerBound >= 0 && span.upperBound <= bytes.count, "a span reaches beyond its text")
            guard isText, isFoldedEdge(start), isFoldedEdge(end) else { continue }
            try require(isEdge(span.lowerBound) && isEdge(span.upperBound), "a span cuts a character")
        }
    }
}

/// Any bytes have one language or none, wherever they lie; what is sure in the first stretch, so.
private func checkLanguage(_ bytes: UnsafeRawBufferPointer) throws {
    let answer = languageOfText(bytes)
    try require(answer.among.count != 1 || answer.among == [answer.tag], "one language, and not called so")
    // Elsewhere in memory, and with something behind it.
    let copy = Array("de".utf8) + bytes + Array("og et".utf8)
    let again = copy.withUnsafeBytes { languageOfText(UnsafeRawBufferPointer(rebasing: $0[2..<2 + bytes.count])) }
    try require(answer == again, "what stands around a text decides")
    let identified = identifiedLanguage(of: bytes)
    let identifiedAgain = copy.withUnsafeBytes {
        identifiedLanguage(of: UnsafeRawBufferPointer(rebasing: $0[2..<2 + bytes.count]))
    }
    try require(identified == identifiedAgain, "what stands around a text decides for the identifier")
}

/// Terms one a line (`~` before those that match inside of words, other signs before those that are looked for in a view),
/// an empty line, the text.
private func checkTerms(_ bytes: [UInt8]) async throws {
    let (terms, text) = bytes.withUnsafeBytes { bytes in
        let (head, rest) = bytes.split(at: "\n\n")
        return (head.text.split(separator: "\n").prefix(8).map(String.init), (rest ?? head).text)
    }
    let signals = terms.map { term in
        let views: [Character: TermMatch] = [
            "~": .substring, "^": .leet, "|": .despaced, "*": .masked, "=": .edit1,
        ]
        let match = term.first.flatMap { views[$0] }
        var signal = Signal(type: .term, value: match == nil ? term : String(term.dropFirst()))
        signal.match = match ?? .word
        return signal
    }
    .filter { (try? SignalValue.normalized($0.value, $0.type)) != nil && $0.value.utf8.count <= 256 }
    let set = SignalSet(signals)
    let matcher = try TermMatcher(set)
    guard let found = matcher.occurrences(in: text), let folded = FoldedText(text) else {
        throw Broken(description: "a text can't be looked through")
    }
    let source = Array(text.utf8)
    for occurrence in found {
        let range = occurrence.range
        try require(range.lowerBound >= 0 && range.upperBound <= source.count, "a span reaches beyond its text")
        for edge in [range.lowerBound, range.upperBound] where edge < source.count {
            try require(source[edge] & 0xC0 != 0x80, "a span cuts a character")
        }
    }
    // Inside of words there is nothing to know but the bytes.
    for (position, signal) in set.signals.enumerated() where signal.match == .substring {
        guard termProblem(signal) == nil, let term = FoldedText(signal.value) else { continue }
        let count = places(of: trimmed(term.bytes), in: folded.bytes)
        let known = found.count { Int($0.signal) == position }
        try require(
            count == known || found.count >= 100_000, "\(known) occurrences of a term that occurs \(count) times")
    }
    let views = Set(found.map { "\($0.signal) \($0.view?.rawValue ?? "")" })
    try await checkFindings(set, text, views.count)
}

/// The detector says the same of an event with that body.
private func checkFindings(_ set: SignalSet, _ text: String, _ expected: Int) async throws {
    guard text.utf8.count <= DecodeLimits().textBytes, !text.isEmpty else { return }
    let findings = try await findings("text.terms", set, text)
    try require(findings.count == expected, "\(findings.count) findings of \(expected) terms")
}

/// What a detector finds in an event with that body.
func findings(_ detector: String, _ set: SignalSet, _ text: String) async throws -> [Finding] {
    var event = ByteWriter()
    event.append(
        "{\"type\":\"weir.upload.created.v1\",\"source\":\"s\",\"id\":\"e\",\"data\":{\"account\":{\"id\":\"a\"}")
    event.append(",\"text\":{\"body\":")
    event.appendJSON(text)
    event.append("}}}")
    let batch = makeBatch(event.bytes, .standard)
    guard let registration = textDetectors.first(where: { $0.identity.name == detector }) else {
        throw Broken(description: "no detector \(detector)")
    }
    let detector = try registration.make(
        DetectorContext(signals: set, settings: Settings(known: registration.settings)))
    let findings = try await detector.inspect(
        Inspection(batch: batch, selection: .all(1), media: MediaFacts(unreadCount: 0)))
    try require(findings.unavailable.isEmpty, "an event can't be looked at")
    for finding in findings.found {
        guard let span = finding.span else {
            try require(finding.signal == nil, "a finding without a span")
            continue
        }
        try require(
            span.start >= 0 && span.start <= span.end && span.end <= text.utf8.count, "a span reaches beyond its text")
    }
    return findings.found
}

/// Whatever stands around a known link, it is found, and spans lie at the edges of characters.
private func checkLinks(_ bytes: [UInt8]) async throws {
    let text = bytes.withUnsafeBytes { $0.text }
    guard text.utf8.count <= DecodeLimits().textBytes - 64, !text.isEmpty else { return }
    var site = Signal(type: .url, value: "http://site.example/page")
    site.match = .prefix
    let set = SignalSet([site, Signal(type: .domain, value: "known.example"), Signal(type: .urlmd5, value: zeros)])
    let source = Array(text.utf8)
    for finding in try await findings("text.links", set, text) {
        guard let span = finding.span else { continue }
        for edge in [span.start, span.end] where edge < source.count {
            try require(source[edge] & 0xC0 != 0x80, "a span cuts a character")
        }
    }
    let extended = "https://a.known.example/x \(text)\nsite[.]example/page/7"
    let found = try await findings("text.links", set, extended)
    if found.contains(where: { $0.fact == "many-links" }) { return }
    for type in [SignalType.domain, .url] {
        try require(found.contains { $0.signal?.type == type }, "a known \(type.rawValue) is not found")
    }
}

private let zeros = String(repeating: "0", count: 32)

private func trimmed(_ bytes: [UInt8]) -> [UInt8] {
    let space = UInt8(ascii: " ")
    return Array(bytes.drop { $0 == space }.reversed().drop { $0 == space }.reversed())
}

private func places(of term: [UInt8], in text: [UInt8]) -> Int {
    guard text.count >= term.count else { return 0 }
    return (0...text.count - term.count).count { text[$0..<$0 + term.count].elementsEqual(term) }
}

/// The beginning of a model's file, with as many weights as it says behind it; checksums are not looked at, as whoever
/// makes a file on purpose has right ones. Then a text (behind the header) is scored by it.
private func checkModel(_ bytes: UnsafeRawBufferPointer) throws {
    let headerCount = 288
    var file = Array(bytes.prefix(headerCount))
    let rest = bytes.dropFirst(headerCount).map { $0 }
    if file.count == headerCount {
        func bits(_ place: Int) -> Int { (0..<4).reduce(0) { $0 | Int(file[place + $1]) << (8 * $1) } }
        let (grams, words) = (bits(8), bits(12))
        // As large as a file may be said to be, but no larger than is quickly made.
        if (8...12).contains(grams), (8...12).contains(words) {
            let count = 4 * (1 << grams + 1 << words)
            file += (0..<count).map { rest.isEmpty ? 0 : rest[$0 % rest.count] }
            // The text's beginning is the vocabulary, as long as the header says.
            file += rest.prefix(bits(280))
            file += [UInt8](repeating: 0, count: 32)
        } else {
            file += rest
        }
    }
    let model: ClassifierModel
    do {
        model = try file.withUnsafeBytes { try ClassifierModel.read($0, checksum: false) }
    } catch let refusal as ClassifierRefusal {
        try require(!refusal.reason.isEmpty && refusal.reason.utf8.count < 500, "a reason too long or empty")
        return
    }
    let text = String(decoding: rest, as: UTF8.self)
    let classifier = TextClassifier(model)
    guard let result = classifier.classify(text, thresholds: model.labels.map { _ in 0.5 }) else {
        throw Broken(description: "a text can't be scored")
    }
    try require(result.scores.count == model.labels.count, "not as many scores as labels")
    try require(result.scores.allSatisfy { (0...1).contains($0) }, "a score beyond 0…1")
    let source = Array(text.utf8)
    for evidence in result.evidence {
        try require(evidence.weight > 0, "evidence that does not speak for its label")
        try require(
            evidence.span.lowerBound < evidence.span.upperBound && evidence.span.upperBound <= source.count,
            "a span reaches beyond its text")
        for edge in [evidence.span.lowerBound, evidence.span.upperBound] where edge < source.count {
            try require(source[edge] & 0xC0 != 0x80, "a span cuts a character")
        }
    }
}

private let evaluationModel = Result {
    // As small as a model can be: it weighs nothing.
    var file = Array("WEIRCLS2".utf8) + [8, 0, 0, 0, 8, 0, 0, 0] + [UInt8](repeating: 0, count: 72)
    file += Array("first".utf8) + [UInt8](repeating: 0, count: 27 + 96) + Array("m".utf8)
    file += [UInt8](repeating: 0, count: 63 + 8 + 4 * 512 + 32)
    return try file.withUnsafeBytes { try ClassifierModel.read($0, checksum: false) }
}

/// A labelled line, and its text in every disguise.
private func checkEvaluationLine(_ bytes: UnsafeRawBufferPointer) throws {
    let line: EvaluationLine
    do throws(EvaluationLine.Rejection) {
        line = try EvaluationLine(bytes, known: ["first"], reader: JSONReader(maximumDepth: 4))
    } catch {
        try require(!holdsContent(error.description), "a message quotes the text")
        return
    }
    guard line.text.utf8.count < 2_000 else { return }
    var evaluation = TextEvaluation(TextClassifier(try evaluationModel.get()), threshold: 0.5)
    try require(evaluation.add(line), "a text can't be scored")
    for disguise in Disguise.allCases {
        let once = disguise.apply(to: line.text)
        try require(once.map { Array($0.utf8) } == disguise.apply(to: line.text).map { Array($0.utf8) }, "not the same")
    }
}
