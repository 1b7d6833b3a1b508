/// Reads outcomes; each must be a CloudEvent in structured mode.
package final class OutcomeReader {
    private let limits: DecodeLimits
    private let reader: JSONReader

    package init(limits: DecodeLimits = DecodeLimits()) {
        self.limits = limits
        reader = JSONReader(maximumDepth: limits.nesting)
    }

    /// - Parameter value: of the record; nil for a null.
    package func read(_ value: UnsafeRawBufferPointer?) throws(DecodeError) -> Outcome {
        guard let value else { throw DecodeError(.nullValue, "the record has no value") }
        let event = try MemberReader(record: value, reader: reader, limits: limits)
        guard try event.text("type") == "weir.outcome.v1" else {
            throw DecodeError(.typeUnknown, "type: must be weir.outcome.v1")
        }
        if let version = try event.optionalText("specversion"), version != "1.0" {
            throw DecodeError(.specversionUnknown, .specversion, "only CloudEvents 1.0 is read")
        }
        let data = try event.object("data")
        guard let ruling = Outcome.Ruling(rawValue: try data.text("ruling")) else {
            throw DecodeError(.fieldValue, "data.ruling: must be confirm or retract")
        }
        var outcome = Outcome(
            id: try event.text("id"), time: try event.time("time"),
            verdict: try VerdictReference(id: try data.verdictID("verdict"), of: event, data: data), ruling: ruling,
            action: try action(data, ruling))
        outcome.preserve = try data.optionalBoolean("preserve") ?? false
        outcome.labels = try data.texts("labels", most: OutcomeLimits.labels, bytes: OutcomeLimits.labelBytes)
        outcome.reviewer = try data.optionalCode("reviewer", most: OutcomeLimits.codeBytes)
        outcome.reason = try data.optionalCode("reason", most: OutcomeLimits.codeBytes)
        return outcome
    }

    /// A retraction that says no more allows the content. A confirmation must say what is in force: what the verdict
    /// asked for may have been to let a person decide.
    private func action(_ data: MemberReader, _ ruling: Outcome.Ruling) throws(DecodeError) -> Action {
        guard let name = try data.optionalText("action") else {
            if ruling == .retract { return .allow }
            throw DecodeError(.fieldMissing, "data.action: is required to confirm: what is in force from now on")
        }
        guard let action = Action(name: name) else { throw DecodeError(.fieldValue, "data.action: is no action") }
        return action
    }
}
