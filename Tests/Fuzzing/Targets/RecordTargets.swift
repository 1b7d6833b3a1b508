internal import Events
internal import Signals
internal import TextDetection

/// Smaller records, which people and tools write.
let recordTargets = [
    FuzzTarget("signals", .json, seeds: ["topology/examples/signals.jsonl"]) { try checkSignals($0) },
    FuzzTarget("signal-records", .json) { try checkSignalRecords($0) },
    FuzzTarget("outcome", .json, seeds: ["topology/examples/outcome.json"]) { try checkOutcome($0) },
    FuzzTarget(
        "verdict", .json,
        seeds: ["topology/examples/verdict-enforcement.json", "topology/examples/verdict-superseding.json"]
    ) { try checkVerdict($0) },
    FuzzTarget("timestamp", .text) { try checkTimestamp($0) },
]

private func checkSignals(_ bytes: UnsafeRawBufferPointer) throws {
    let file = SignalFile(Array(bytes), check: textProblem)
    for line in file.rejected {
        try require(
            !line.error.isEmpty && line.error.utf8.count < 1_000, "a line is refused in too many words, or none")
    }
    for signal in file.signals {
        var out = ByteWriter()
        out.append(signal)
        let again = try out.bytes.withUnsafeBytes { try SignalLineReader().read($0) }
        var second = ByteWriter()
        second.append(again)
        try require(out.bytes == second.bytes, "a signal is not read back")
    }
    let set = SignalSet(file.signals)
    for (position, signal) in set.signals.enumerated() {
        _ = set.match(Int32(position), at: Timestamp(milliseconds: 0))
        try require(signal.labels.count <= SignalLimits.joinedLabels, "sources together give too many labels")
    }
    // Whatever spellings and sources there are, an address that the set holds is found.
    var scratch: [UInt8] = []
    for signal in file.signals where signal.type == .url && !signal.deleted {
        let withdrawn = file.signals.contains { $0.deleted && $0.type == .url }
        var found: [SignalType] = []
        var value = signal.value
        value.withUTF8 { utf8 in
            set.links.forEachMatch(of: UnsafeRawBufferPointer(utf8), scratch: &scratch) { position, how in
                if how == .whole { found.append(set.signals[Int(position)].type) }
            }
        }
        let hasHost = withoutBreaks(signal.value).withUnsafeBytes { Link($0) != nil }
        try require(found.contains(.url) || withdrawn || !hasHost, "an address is not found that is a signal")
    }
}

/// Lines by turns are the key and the value of a record; an empty one is no value.
private func checkSignalRecords(_ bytes: UnsafeRawBufferPointer) throws {
    let lines = Array(bytes).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
    var decoder = SignalTopicDecoder()
    var changes: [SignalChange] = []
    for place in stride(from: 0, to: lines.count - 1, by: 2) {
        let (key, value) = (lines[place], lines[place + 1])
        do {
            let change = try key.withUnsafeBytes { key in
                guard !value.isEmpty else { return try decoder.read(key: key, value: nil) }
                return try value.withUnsafeBytes { try decoder.read(key: key, value: $0) }
            }
            if let change { changes.append(change) }
        } catch let rejection as SignalTopicDecoder.Rejection {
            try require(rejection.description.utf8.count < 1_000, "a record is refused in too many words")
        }
    }
    // One change after the other comes to what all at once come to.
    var stage = SignalStage(.topic)
    for change in changes { stage.add(change) }
    let whole = SignalSet.empty.replacing(stage, version: SignalVersion())
    var set = SignalSet.empty
    for start in stride(from: 0, to: changes.count, by: 3) {
        set = set.applying(
            changes[start..<min(start + 3, changes.count)], from: .topic, version: SignalVersion())
    }
    let types = Set(SignalType.allCases)
    let (a, b) = (set.signals(of: types).map(\.signal), whole.signals(of: types).map(\.signal))
    try require(a.map(\.opinion) == b.map(\.opinion) && a.map(\.labels) == b.map(\.labels), "signals differ")
    try require(a.elementsEqual(b) { $0.type == $1.type && $0.source == $1.source }, "signals differ")
    try require(set.count == whole.count, "the counts differ")
}

private func checkOutcome(_ bytes: UnsafeRawBufferPointer) throws {
    let outcome: Outcome
    do {
        outcome = try OutcomeReader().read(bytes)
    } catch {
        try require(!error.message.isEmpty && error.message.utf8.count < 500, "a message too long or empty")
        // A member that stands twice is named, whatever it is called.
        try require(error.code == .fieldDuplicate || !holdsContent(error.message), "a message holds content")
        return
    }
    var out = ByteWriter()
    out.append(outcome, source: "x")
    let again = try out.bytes.withUnsafeBytes { try OutcomeReader().read($0) }
    var second = ByteWriter()
    second.append(again, source: "x")
    try require(out.bytes == second.bytes, "an outcome is not read back")
    let place = RecordPlace(topic: "outcomes", partition: 0, offset: 7)
    let record = OutcomeRecord(outcome, at: place, received: Timestamp(milliseconds: 1))
    for audience in [VerdictWriter.Audience.audit, .enforcement] {
        var verdict = ByteWriter()
        verdictWriter.write(record, for: audience, to: &verdict)
        try requireObject(verdict.bytes)
        // A person may decide on it once more.
        guard case .enforcement = audience else { continue }
        let summary = try verdict.bytes.withUnsafeBytes { try VerdictSummary($0) }
        try require(summary.reference.id == record.verdictID, "a verdict is read as another one")
    }
}

private func checkVerdict(_ bytes: UnsafeRawBufferPointer) throws {
    let summary: VerdictSummary
    do {
        summary = try VerdictSummary(bytes)
    } catch {
        try require(!error.message.isEmpty && error.message.utf8.count < 500, "a message too long or empty")
        return
    }
    let outcome = Outcome(
        id: "o-1", time: Timestamp(milliseconds: 1), verdict: summary.reference, ruling: .retract, action: .allow)
    var out = ByteWriter()
    out.append(outcome, source: "x")
    let again = try out.bytes.withUnsafeBytes { try OutcomeReader().read($0) }
    try require(again.verdict.id == summary.reference.id, "a decision is on another verdict")
}

private func checkTimestamp(_ bytes: UnsafeRawBufferPointer) throws {
    guard let time = try? Timestamp(rfc3339: bytes) else { return }
    var out = ByteWriter()
    out.appendJSON(time)
    try require(out.count == 26, "a time is not written in 24 characters")
    let again = try? Timestamp(rfc3339: String(decoding: out.bytes.dropFirst().dropLast(), as: UTF8.self))
    try require(again?.milliseconds == written(time), "a time is not read back")
}

/// The milliseconds that a time is written with: the first of the range is not a whole one.
func written(_ time: Timestamp) -> Int64 { max(time.milliseconds, Int64.min / 1_000_000) }
