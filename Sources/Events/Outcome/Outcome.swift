/// A person's decision on a verdict (type `weir.outcome.v1`; key = content id): it confirms the verdict, or
/// retracts it and with it what was done.
package struct Outcome: Sendable, Equatable {
    package enum Ruling: String, Sendable, CaseIterable { case confirm, retract }

    package var id: String
    package var time: Timestamp
    /// The content.
    package var subject: String
    /// The verdict that was looked at.
    package var verdict: String
    package var ruling: Ruling
    /// What takes the verdict's place, where that is not plainly `allow`.
    package var action: Action?
    package var labels: [String] = []
    /// A pseudonym, never a name.
    package var reviewer: String?
    /// From a fixed list of the platform's own.
    package var reason: String?

    package init(id: String, time: Timestamp, subject: String, verdict: String, ruling: Ruling) {
        self.id = id
        self.time = time
        self.subject = subject
        self.verdict = verdict
        self.ruling = ruling
    }
}

/// Reads outcomes; each must be a CloudEvent in structured mode.
package final class OutcomeReader {
    private let limits = DecodeLimits()
    private let reader: JSONReader

    package init() { reader = JSONReader(maximumDepth: limits.nesting) }

    package func read(_ value: UnsafeRawBufferPointer) throws(DecodeError) -> Outcome {
        let members: [String: JSONObject.Value]
        guard value.count <= limits.recordBytes else {
            throw DecodeError(
                .recordTooLarge, "the value has \(value.count) bytes; at most \(limits.recordBytes) are read")
        }
        do {
            members = try JSONObject(value, reader: reader).members
        } catch let error as DecodeError {
            throw error
        } catch let error as JSONFailure {
            throw DecodeError(error, limits: limits)
        } catch {
            throw DecodeError(.jsonSyntax, "\(error)")
        }
        guard try text("type", members) == "weir.outcome.v1" else {
            throw DecodeError(.typeUnknown, "type: must be weir.outcome.v1")
        }
        if let version = try optional("specversion", members, ""), version != "1.0" {
            throw DecodeError(.specversionUnknown, .specversion, "only CloudEvents 1.0 is read")
        }
        let data: [String: JSONObject.Value]
        switch members["data"] {
        case nil, .null: throw DecodeError(.fieldMissing, "data: is required")
        case .object(let object): data = object
        default: throw DecodeError(.fieldType, "data: expected an object")
        }
        guard let ruling = Outcome.Ruling(rawValue: try text("ruling", data, "data.")) else {
            throw DecodeError(.fieldValue, "data.ruling: must be confirm or retract")
        }
        var outcome = Outcome(
            id: try text("id", members), time: try time(members), subject: try text("subject", members),
            verdict: try text("verdict", data, "data."), ruling: ruling)
        if let name = try optional("action", data) {
            guard let action = Action(name: name) else { throw DecodeError(.fieldValue, "data.action: is no action") }
            outcome.action = action
        }
        outcome.labels = try labels(data)
        outcome.reviewer = try optional("reviewer", data)
        outcome.reason = try optional("reason", data)
        return outcome
    }

    private func time(_ members: [String: JSONObject.Value]) throws(DecodeError) -> Timestamp {
        let text = try text("time", members)
        do throws(Timestamp.Failure) {
            return try Timestamp(rfc3339: text)
        } catch {
            switch error {
            case .format: throw DecodeError(.timeFormat, .time, "is not an RFC 3339 time")
            case .range: throw DecodeError(.timeRange, .time, "lies outside the years 1678 to 2261")
            }
        }
    }

    private func labels(_ data: [String: JSONObject.Value]) throws(DecodeError) -> [String] {
        let wrong = DecodeError(.fieldType, "data.labels: expected a list of texts")
        switch data["labels"] {
        case nil, .null: return []
        case .list(let items):
            var labels: [String] = []
            for item in items {
                guard case .text(let label) = item else { throw wrong }
                labels.append(label)
            }
            return labels
        default: throw wrong
        }
    }

    private func text(
        _ name: String, _ members: [String: JSONObject.Value], _ path: String = ""
    ) throws(DecodeError) -> String {
        guard let text = try optional(name, members, path), !text.isEmpty else {
            throw DecodeError(.fieldMissing, "\(path)\(name): is required")
        }
        return text
    }

    private func optional(
        _ name: String, _ members: [String: JSONObject.Value], _ path: String = "data."
    ) throws(DecodeError) -> String? {
        switch members[name] {
        case nil, .null: return nil
        case .text(let text):
            guard text.utf8.count <= limits.identifierBytes else {
                throw DecodeError(
                    .fieldTooLong,
                    "\(path)\(name): has \(text.utf8.count) bytes; at most \(limits.identifierBytes) are allowed")
            }
            return text
        default: throw DecodeError(.fieldType, "\(path)\(name): expected text")
        }
    }
}

extension ByteWriter {
    package mutating func append(_ outcome: Outcome, source: String) {
        append("{\"specversion\":\"1.0\",\"type\":\"weir.outcome.v1\",\"source\":")
        appendJSON(source)
        append(",\"id\":")
        appendJSON(outcome.id)
        append(",\"time\":")
        appendJSON(outcome.time)
        append(",\"subject\":")
        appendJSON(outcome.subject)
        append(",\"data\":{\"verdict\":")
        appendJSON(outcome.verdict)
        append(",\"ruling\":")
        appendJSON(outcome.ruling.rawValue)
        if let action = outcome.action {
            append(",\"action\":\"")
            append(action.name)
            append("\"")
        }
        append(",\"labels\":")
        appendJSON(outcome.labels)
        for (name, text) in [("reviewer", outcome.reviewer), ("reason", outcome.reason)] {
            guard let text else { continue }
            append(",")
            appendJSON(name)
            append(":")
            appendJSON(text)
        }
        append("}}")
    }
}
