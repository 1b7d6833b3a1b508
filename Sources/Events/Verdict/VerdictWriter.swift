/// One upload with all that was found and decided, ready to be written.
package struct Judgement {
    package let batch: EventBatch
    /// Position in `EventBatch.events`.
    package let event: Int
    package let decision: Decision
    package let shadow: [ShadowDecision]
    /// In `Finding.precedes` order.
    package let findings: ArraySlice<Finding>
    package let unavailable: ArraySlice<Unavailable>
    package let fingerprints: ArraySlice<Fingerprint>
    package let decided: Timestamp

    package init(
        batch: EventBatch, event: Int, decision: Decision, shadow: [ShadowDecision] = [],
        findings: ArraySlice<Finding> = [], unavailable: ArraySlice<Unavailable> = [],
        fingerprints: ArraySlice<Fingerprint> = [], decided: Timestamp
    ) {
        self.batch = batch
        self.event = event
        self.decision = decision
        self.shadow = shadow
        self.findings = findings
        self.unavailable = unavailable
        self.fingerprints = fingerprints
        self.decided = decided
    }
}

/// Says that the same event was delivered before; its value is the offset of the first. The verdict then refers to the
/// first one's.
package let duplicateFact: Code = "duplicate"

/// Writes verdicts as CloudEvents in structured mode (interface, "Verdict").
///
/// There is no way to put text, links, networks or devices of an upload in: audit carries none (V7).
package struct VerdictWriter: Sendable {
    /// Findings beyond this are counted, not written, so that no upload can make its verdict unwritable.
    package static let mostFindings = 64

    /// As JSON.
    package let source: [UInt8]
    private let policy: [UInt8]
    private let signals: [UInt8]
    /// `"detector":"…","version":"…"` for each detector.
    private let detectors: [[UInt8]]
    private let detectorNames: [[UInt8]]
    private let accountKey: HMAC

    /// - Parameters:
    ///   - group: the consumer group; the verdicts' `source` is `weir/<group>`.
    ///   - policy: name and version, as in `tvec-default@…`.
    ///   - signals: which ones were known.
    ///   - accountKey: what accounts are hashed with on the audit topic.
    package init(group: String, policy: String, signals: String, detectors: [DetectorIdentity], accountKey: [UInt8]) {
        source = json("weir/\(group)")
        self.policy = json(policy)
        self.signals = json(signals)
        self.detectors = detectors.map { identity in
            var out = ByteWriter()
            out.append("\"detector\":")
            out.appendJSON(identity.name)
            out.append(",\"version\":")
            out.appendJSON(identity.version)
            return out.bytes
        }
        detectorNames = detectors.map { json($0.name) }
        self.accountKey = HMAC(key: accountKey)
    }

    /// Who a copy of the verdict is for.
    package enum Audience {
        /// Names the account as the platform does.
        case enforcement
        /// Names the account by its keyed hash.
        case audit
    }

    package func write(_ judgement: Judgement, id: Digest128, for audience: Audience, to out: inout ByteWriter) {
        let batch = judgement.batch
        let event = batch.events[judgement.event]
        batch.bytes.withUnsafeBytes { bytes in
            func text(_ range: ByteRange) -> UnsafeRawBufferPointer {
                UnsafeRawBufferPointer(rebasing: bytes[range.range])
            }
            appendOpening(id, decided: judgement.decided, to: &out)
            out.appendJSON(text(event.subject))
            out.append(",\"data\":{\"event\":")
            out.appendJSON(text(event.id))
            out.append(",\"account\":")
            switch audience {
            case .enforcement: out.appendJSON(text(event.accountID))
            case .audit: appendAccountHash(text(event.accountID), to: &out)
            }
            appendDecision(judgement.decision, to: &out)
            appendFindings(judgement, event, text, to: &out)
            appendShadow(judgement.shadow, to: &out)
            appendFingerprints(judgement, event, text, to: &out)
            if let first = judgement.findings.lazy.filter({ $0.fact == duplicateFact }).compactMap(\.value).first {
                // The same event, and so the same id.
                let ids = VerdictID(topic: batch.topic, partition: batch.partition)
                out.append(",\"duplicateOf\":\"")
                out.appendHex(ids.digest(offset: first, event: text(event.id)))
                out.append("\"")
            }
            out.append(",\"supersedes\":null,\"input\":")
            out.appendPlace(batch.topic, batch.partition, event.offset)
            out.append(",\"times\":{\"uploaded\":")
            out.appendJSON(event.time)
            out.append(",\"received\":")
            out.appendJSON(event.received)
            out.append(",\"decided\":")
            out.appendJSON(judgement.decided)
            out.append("}}}")
        }
    }

    /// Up to the content's id.
    func appendOpening(_ id: Digest128, decided: Timestamp, to out: inout ByteWriter) {
        out.append("{\"specversion\":\"1.0\",\"type\":\"weir.verdict.v1\",\"source\":")
        out.append(source)
        out.append(",\"id\":\"")
        out.appendHex(id)
        out.append("\",\"time\":")
        out.appendJSON(decided)
        out.append(",\"subject\":")
    }

    /// The first 128 bits of HMAC-SHA-256: the same account can be followed, not named, without the key.
    func appendAccountHash(_ account: UnsafeRawBufferPointer, to out: inout ByteWriter) {
        out.append("\"")
        out.appendHex(accountKey.code(for: account).firstHalf)
        out.append("\"")
    }

    func appendDecision(_ decision: Decision, to out: inout ByteWriter) {
        out.appendDecision(decision.action, preserve: decision.preserve, labels: decision.labels)
        out.append(",\"rule\":")
        if let rule = decision.rule { out.appendJSON(rule) } else { out.append("null") }
        if let action = decision.softenedFrom {
            out.append(",\"softenedFrom\":\"")
            out.append(action.name)
            out.append("\"")
        }
        out.append(",\"policy\":")
        out.append(policy)
        out.append(",\"signals\":")
        out.append(signals)
    }

    private func appendFindings(
        _ judgement: Judgement, _ event: UploadEvent, _ text: (ByteRange) -> UnsafeRawBufferPointer,
        to out: inout ByteWriter
    ) {
        out.append(",\"findings\":[")
        for (index, finding) in judgement.findings.prefix(VerdictWriter.mostFindings).enumerated() {
            if index > 0 { out.append(",") }
            append(finding, judgement.batch, event, text, to: &out)
        }
        out.append("]")
        if judgement.findings.count > VerdictWriter.mostFindings {
            out.append(",\"findingsOmitted\":")
            out.append(judgement.findings.count - VerdictWriter.mostFindings)
        }
        out.append(",\"degraded\":[")
        for (index, item) in judgement.unavailable.prefix(VerdictWriter.mostFindings).enumerated() {
            out.append(index > 0 ? ",{\"detector\":" : "{\"detector\":")
            out.append(detectorNames[Int(item.detector.index)])
            if let media = item.media {
                out.append(",\"media\":")
                appendName(ofMedia: media, judgement.batch, event, text, to: &out)
            }
            out.append(",\"reason\":\"")
            out.append(item.reason.text)
            out.append("\"}")
        }
        out.append("]")
        if judgement.unavailable.count > VerdictWriter.mostFindings {
            out.append(",\"degradedOmitted\":")
            out.append(judgement.unavailable.count - VerdictWriter.mostFindings)
        }
        out.append(",\"automated\":{\"detection\":true,\"decision\":")
        out.appendJSON(judgement.decision.action.isAutomated)
        out.append("}")
    }

    private func append(
        _ finding: Finding, _ batch: EventBatch, _ event: UploadEvent,
        _ text: (ByteRange) -> UnsafeRawBufferPointer, to out: inout ByteWriter
    ) {
        out.append("{")
        out.append(detectors[Int(finding.detector.index)])
        if let media = finding.media {
            out.append(",\"media\":")
            appendName(ofMedia: media, batch, event, text, to: &out)
        }
        if let link = finding.link {
            out.append(",\"link\":")
            out.append(link)
        }
        if let signal = finding.signal { appendSignal(signal, to: &out) }
        if let fact = finding.fact {
            out.append(",\"fact\":\"")
            out.append(fact.text)
            out.append("\"")
        }
        if let language = finding.language {
            out.append(",\"language\":\"")
            out.append(language.text)
            out.append("\"")
        }
        if let label = finding.label {
            out.append(",\"model\":")
            out.appendJSON(label.model)
        }
        if let score = finding.score {
            out.append(",\"score\":")
            out.append(score, places: 4)
        }
        if let value = finding.value {
            out.append(",\"value\":")
            out.append(value)
        }
        if let distance = finding.distance {
            out.append(",\"distance\":")
            out.append(distance)
        }
        if let threshold = finding.threshold {
            out.append(",\"threshold\":")
            out.append(threshold)
        }
        if finding.view.orientation != .original {
            out.append(",\"transform\":\"")
            out.append(finding.view.orientation.rawValue)
            out.append("\"")
        }
        if finding.view.isOverWhite { out.append(",\"background\":\"white\"") }
        if let coverage = finding.coverage {
            out.append(",\"coverage\":")
            out.append(coverage, places: 4)
        }
        if let coverage = finding.coverageOfText {
            out.append(",\"coverageOfText\":")
            out.append(coverage, places: 4)
        }
        if let view = finding.textView {
            out.append(",\"view\":\"")
            out.append(view.rawValue)
            out.append("\"")
        }
        if !finding.textContext.isEmpty {
            out.append(",\"context\":")
            out.appendJSON(finding.textContext.names)
        }
        if let span = finding.span {
            out.append(span.field == .title ? ",\"field\":\"title\",\"start\":" : ",\"field\":\"body\",\"start\":")
            out.append(span.start)
            out.append(",\"end\":")
            out.append(span.end)
        }
        if let signal = finding.signal {
            out.append(",\"labels\":")
            out.appendJSON(signal.labels)
        } else if let label = finding.label {
            out.append(",\"labels\":[")
            out.appendJSON(label.label)
            out.append("]")
        }
        out.append("}")
    }

    func appendSignal(_ signal: MatchedSignal, to out: inout ByteWriter) {
        out.append(",\"signal\":")
        out.appendJSON(signal.reference)
        if let id = signal.id {
            out.append(",\"signalId\":")
            out.appendJSON(id)
        }
        if let source = signal.source {
            out.append(",\"source\":")
            out.appendJSON(source)
        }
        out.append(",\"opinion\":\"")
        out.append(signal.opinion.rawValue)
        out.append("\"")
    }

    /// The item's id, or its place among the event's items (`#0`) where it has none.
    private func appendName(
        ofMedia media: Int, _ batch: EventBatch, _ event: UploadEvent,
        _ text: (ByteRange) -> UnsafeRawBufferPointer, to out: inout ByteWriter
    ) {
        let id = batch.media[media].id
        if id.isPresent {
            out.appendJSON(text(id))
        } else {
            out.append("\"#")
            out.append(media - event.media.lowerBound)
            out.append("\"")
        }
    }

    private func appendShadow(_ shadow: [ShadowDecision], to out: inout ByteWriter) {
        out.append(",\"shadow\":[")
        for (index, trial) in shadow.enumerated() {
            out.append(index > 0 ? ",{\"policy\":" : "{\"policy\":")
            out.appendJSON(trial.policy)
            out.append(",\"action\":\"")
            out.append(trial.decision.action.name)
            out.append("\",\"rule\":")
            if let rule = trial.decision.rule { out.appendJSON(rule) } else { out.append("null") }
            out.append("}")
        }
        out.append("]")
    }

    private func appendFingerprints(
        _ judgement: Judgement, _ event: UploadEvent, _ text: (ByteRange) -> UnsafeRawBufferPointer,
        to out: inout ByteWriter
    ) {
        out.append(",\"fingerprints\":[")
        var first = true
        for fingerprint in judgement.fingerprints
        where fingerprint.pdq != nil || fingerprint.sha256 != nil || !fingerprint.linkingKeys.isEmpty {
            out.append(first ? "{\"media\":" : ",{\"media\":")
            first = false
            appendName(ofMedia: fingerprint.media, judgement.batch, event, text, to: &out)
            if let pdq = fingerprint.pdq {
                out.append(",\"pdq\":\"")
                out.appendHex(pdq)
                out.append("\"")
            }
            if let sha256 = fingerprint.sha256 {
                out.append(",\"sha256\":\"")
                out.appendHex(sha256)
                out.append("\"")
            }
            if !fingerprint.linkingKeys.isEmpty { appendKeys(fingerprint.linkingKeys, to: &out) }
            out.append("}")
        }
        out.append("]")
    }
}

private func appendKeys(_ keys: [LinkingKey], to out: inout ByteWriter) {
    for (index, key) in keys.enumerated() {
        out.append(index == 0 ? ",\"linkingKeys\":{\"" : ",\"")
        out.append(key.kind.name)
        out.append("\":\"")
        withUnsafeBytes(of: key.hash.bigEndian) { out.appendHex($0) }
        out.append("\"")
    }
    out.append("}")
}

private func json(_ text: String) -> [UInt8] {
    var out = ByteWriter()
    out.appendJSON(text)
    return out.bytes
}
