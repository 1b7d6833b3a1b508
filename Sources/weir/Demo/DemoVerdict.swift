import Events

/// What the table shows of a record that came out: of a verdict, or of a dead letter.
struct DemoVerdict: Sendable {
    enum Kind: Sendable { case verdict, deadLetter }

    var kind = Kind.verdict
    var content = ""
    var action = ""
    var rule = ""
    /// What was found, and what could not be looked at.
    var evidence: [String] = []
    /// Of the samples that show what texts are taken for.
    var text: DemoText?
    var detectors: [String] = []
    /// Whether it takes the place of one that was given before a campaign was known.
    var isOfCampaign = false
    /// When the record was written that it rests on.
    var received: Timestamp?
    /// Seconds from the record's own time to when its committed verdict was read.
    var latency = 0.0

    /// From the audit topic; nil if it is no verdict.
    init?(verdict bytes: [UInt8], readAt now: Timestamp, with reader: JSONReader) {
        guard
            let members = try? bytes.withUnsafeBytes({ try JSONObject($0, reader: reader).members }),
            case .text(let content)? = members["subject"], case .object(let data)? = members["data"],
            case .text(let action)? = data["action"]
        else { return nil }
        self.content = content
        self.action = action
        text = DemoText.named(content)
        if case .text(let rule)? = data["rule"] { self.rule = rule }
        if case .object(let outcome)? = data["outcome"], case .text(let ruling)? = outcome["ruling"],
            case .text(let superseded)? = data["supersedes"]
        {
            rule = "person: \(ruling)"
            if case .text(let reason)? = outcome["reason"] { evidence.append(reason) }
            evidence.append("in place of \(superseded.prefix(8))…")
        }
        if rule == "campaigns", case .text(let superseded)? = data["supersedes"] {
            isOfCampaign = true
            evidence.append("in place of \(superseded.prefix(8))…")
        }
        if case .list(let findings)? = data["findings"] {
            for case .object(let finding) in findings {
                guard case .text(let detector)? = finding["detector"] else { continue }
                detectors.append(detector)
                evidence.append(words(detector, finding))
            }
        }
        if case .list(let degraded)? = data["degraded"] {
            for case .object(let item) in degraded {
                guard case .text(let detector)? = item["detector"], case .text(let reason)? = item["reason"] else {
                    continue
                }
                evidence.append("\(detector) could not look: \(reason)")
            }
        }
        if case .object(let times)? = data["times"], case .text(let text)? = times["received"],
            let received = try? Timestamp(rfc3339: text)
        {
            self.received = received
            latency = Double(now.nanoseconds - received.nanoseconds) / 1e9
        }
    }

    /// From the dead-letter topic.
    init(deadLetter headers: [(name: String, value: [UInt8]?)]) {
        func header(_ name: String) -> String {
            headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        kind = .deadLetter
        content = "offset \(header("weir.source.offset"))"
        action = "dead letter"
        rule = header("weir.error.code")
        evidence = [header("weir.error.message")]
    }

    private func words(_ detector: String, _ finding: [String: JSONObject.Value]) -> String {
        var out = detector
        if case .text(let fact)? = finding["fact"] { out += " \(fact)" }
        if case .text(let signal)? = finding["signal"] {
            out += " \(signal.count > 30 ? "\(signal.prefix(27))…" : signal)"
        }
        if case .integer(let distance)? = finding["distance"] { out += " (\(distance) bits apart)" }
        if let text, case .integer(let start)? = finding["start"], case .integer(let end)? = finding["end"],
            let excerpt = text.excerpt(Int(start), Int(end))
        {
            if case .text(let view)? = finding["view"] { out += ", \(view)" }
            out += ": “\(DemoText.shown(excerpt))”"
        }
        if case .text(let opinion)? = finding["opinion"], opinion != "positive" { out += " [\(opinion)]" }
        return out
    }
}
