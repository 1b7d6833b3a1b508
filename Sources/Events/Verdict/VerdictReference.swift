/// Where a record stands.
package struct RecordPlace: Sendable, Hashable {
    package var topic: String
    package var partition: Int32
    package var offset: Int64

    package init(topic: String, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }
}

/// A verdict as a decision on it names it, with all that the verdict that takes its place must say of the upload.
package struct VerdictReference: Sendable, Equatable {
    package var id: Digest128
    /// The content's id.
    package var subject: String
    /// The upload event's id.
    package var event: String
    /// As the platform names it.
    package var account: String
    /// The record that the verdict was made from.
    package var input: RecordPlace
    package var uploaded: Timestamp

    package init(
        id: Digest128, subject: String, event: String, account: String, input: RecordPlace, uploaded: Timestamp
    ) {
        self.id = id
        self.subject = subject
        self.event = event
        self.account = account
        self.input = input
        self.uploaded = uploaded
    }

    /// The id that a verdict on this event from this record has.
    package static func id(event: String, input: RecordPlace) -> Digest128 {
        var event = event
        return event.withUTF8 {
            VerdictID(topic: input.topic, partition: input.partition)
                .digest(offset: input.offset, event: UnsafeRawBufferPointer($0))
        }
    }

    /// From members that stand alike in verdicts and in outcomes.
    /// - Throws: also if the id is not the one that follows from the rest: a decision on another upload's verdict must
    ///   not come about by a slip in copying.
    init(id: Digest128, of record: MemberReader, data: MemberReader) throws(DecodeError) {
        let input = try data.object("input")
        self.init(
            id: id, subject: try record.text("subject"), event: try data.text("event"),
            account: try data.text("account"),
            input: RecordPlace(
                topic: try input.text("topic"),
                partition: Int32(try input.integer("partition", in: 0...Int64(Int32.max))),
                offset: try input.integer("offset", in: 0...Int64.max)),
            uploaded: try data.object("times").time("uploaded"))
        guard id == VerdictReference.id(event: event, input: self.input) else {
            throw DecodeError(
                .fieldValue, "\(data.path)event, \(data.path)input: are not those of the verdict; copy all from it")
        }
    }
}

/// What a person who decides on a verdict needs to know of it.
package struct VerdictSummary: Sendable, Equatable {
    package let reference: VerdictReference
    package let action: Action
    package let preserve: Bool
    package let labels: [String]

    /// - Parameter text: a verdict as it stands on `enforcement` or `review`.
    package init(_ text: UnsafeRawBufferPointer, limits: DecodeLimits = DecodeLimits()) throws(DecodeError) {
        let reader = JSONReader(maximumDepth: limits.nesting)
        let event = try MemberReader(record: text, reader: reader, limits: limits)
        guard try event.text("type") == "weir.verdict.v1" else {
            throw DecodeError(.typeUnknown, "type: must be weir.verdict.v1")
        }
        let data = try event.object("data")
        reference = try VerdictReference(id: try event.verdictID("id"), of: event, data: data)
        let name = try data.text("action")
        guard let action = Action(name: name) else { throw DecodeError(.fieldValue, "data.action: is no action") }
        self.action = action
        preserve = try data.optionalBoolean("preserve") ?? false
        labels = try data.texts("labels", most: .max, bytes: .max)
    }
}
