/// An outcome, and where it was read.
package struct OutcomeRecord: Sendable {
    package let outcome: Outcome
    package let place: RecordPlace
    /// The record's own timestamp.
    package let received: Timestamp

    package init(_ outcome: Outcome, at place: RecordPlace, received: Timestamp) {
        self.outcome = outcome
        self.place = place
        self.received = received
    }

    /// That of the verdict which the outcome comes to.
    package var verdictID: Digest128 { VerdictReference.id(event: outcome.verdict.event, input: place) }
}

extension VerdictWriter {
    /// Writes the verdict that a person's decision comes to: it takes the place of the one that was looked at.
    ///
    /// No policy and no detector had a part in it, so it names none; `outcome` says whose decision it is. Its bytes follow
    /// from the record alone.
    package func write(_ record: OutcomeRecord, for audience: Audience, to out: inout ByteWriter) {
        let outcome = record.outcome
        appendOpening(record.verdictID, decided: outcome.time, to: &out)
        out.appendJSON(outcome.verdict.subject)
        out.append(",\"data\":{\"event\":")
        out.appendJSON(outcome.verdict.event)
        out.append(",\"account\":")
        switch audience {
        case .enforcement: out.appendJSON(outcome.verdict.account)
        case .audit:
            var account = outcome.verdict.account
            account.withUTF8 { appendAccountHash(UnsafeRawBufferPointer($0), to: &out) }
        }
        out.appendDecision(outcome.action, preserve: outcome.preserve, labels: outcome.labels)
        out.append(",\"rule\":null,\"policy\":null,\"signals\":null,\"findings\":[],\"degraded\":[]")
        // What was looked at had been found by detectors.
        out.append(",\"automated\":{\"detection\":true,\"decision\":false},\"shadow\":[],\"fingerprints\":[]")
        out.append(",\"supersedes\":\"")
        out.appendHex(outcome.verdict.id)
        out.append("\",\"outcome\":{\"id\":")
        out.appendJSON(outcome.id)
        out.append(",\"ruling\":")
        out.appendJSON(outcome.ruling.rawValue)
        if let reviewer = outcome.reviewer {
            out.append(",\"reviewer\":")
            out.appendJSON(reviewer)
        }
        if let reason = outcome.reason {
            out.append(",\"reason\":")
            out.appendJSON(reason)
        }
        out.append("},\"input\":")
        out.appendPlace(record.place)
        out.append(",\"times\":{\"uploaded\":")
        out.appendJSON(outcome.verdict.uploaded)
        out.append(",\"received\":")
        out.appendJSON(record.received)
        out.append(",\"decided\":")
        out.appendJSON(outcome.time)
        out.append("}}}")
    }
}
