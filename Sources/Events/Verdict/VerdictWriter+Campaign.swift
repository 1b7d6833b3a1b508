/// A verdict that takes the place of an earlier one, since what was uploaded turned out to be part of a campaign, or its
/// account to be one that was removed.
package struct SupersedingVerdict: Sendable {
    package let superseded: Digest128
    package let subject: String
    package let event: String
    package let account: String
    package let uploaded: Timestamp
    package let decided: Timestamp
    /// Of the record that brought it about.
    package let place: RecordPlace
    package let received: Timestamp
    package let decision: Decision
    /// The campaign's; nil where there is no type of signal for its thing.
    package let signal: MatchedSignal?
    package let fact: Code
    package let value: Int

    package init(
        superseded: Digest128, subject: String, event: String, account: String, uploaded: Timestamp,
        decided: Timestamp, place: RecordPlace, received: Timestamp, decision: Decision, signal: MatchedSignal?,
        fact: Code, value: Int
    ) {
        self.superseded = superseded
        self.subject = subject
        self.event = event
        self.account = account
        self.uploaded = uploaded
        self.decided = decided
        self.place = place
        self.received = received
        self.decision = decision
        self.signal = signal
        self.fact = fact
        self.value = value
    }

    package var id: Digest128 { VerdictReference.id(event: event, input: place) }
}

extension VerdictWriter {
    /// Its bytes follow from the sightings alone: the policy names what is done, and no clock is asked.
    package func write(_ verdict: SupersedingVerdict, for audience: Audience, to out: inout ByteWriter) {
        appendOpening(verdict.id, decided: verdict.decided, to: &out)
        out.appendJSON(verdict.subject)
        out.append(",\"data\":{\"event\":")
        out.appendJSON(verdict.event)
        out.append(",\"account\":")
        switch audience {
        case .enforcement: out.appendJSON(verdict.account)
        case .audit:
            var account = verdict.account
            account.withUTF8 { appendAccountHash(UnsafeRawBufferPointer($0), to: &out) }
        }
        appendDecision(verdict.decision, to: &out)
        out.append(",\"findings\":[{\"detector\":\"metadata.sightings\",\"version\":\"1\"")
        if let signal = verdict.signal { appendSignal(signal, to: &out) }
        out.append(",\"fact\":\"")
        out.append(verdict.fact.text)
        out.append("\",\"value\":")
        out.append(verdict.value)
        if verdict.signal != nil { out.append(",\"labels\":[]") }
        out.append("}],\"degraded\":[],\"automated\":{\"detection\":true,\"decision\":")
        out.appendJSON(verdict.decision.action.isAutomated)
        out.append("},\"shadow\":[],\"fingerprints\":[],\"supersedes\":\"")
        out.appendHex(verdict.superseded)
        out.append("\",\"input\":")
        out.appendPlace(verdict.place)
        out.append(",\"times\":{\"uploaded\":")
        out.appendJSON(verdict.uploaded)
        out.append(",\"received\":")
        out.appendJSON(verdict.received)
        out.append(",\"decided\":")
        out.appendJSON(verdict.decided)
        out.append("}}}")
    }
}
