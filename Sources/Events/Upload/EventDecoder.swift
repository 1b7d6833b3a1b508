/// A record as it came in. The pointers live for the duration of one `decode`.
package struct RecordView {
    package let value: UnsafeRawBufferPointer?
    package let offset: Int64
    package let timestamp: Timestamp

    package init(value: UnsafeRawBufferPointer?, offset: Int64, timestamp: Timestamp) {
        self.value = value
        self.offset = offset
        self.timestamp = timestamp
    }
}

/// Headers of a record, walked without copying.
package protocol HeaderSource {
    /// Calls `body` with each name and value until it returns false.
    func forEach(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) -> Bool)
}

package struct NoHeaders: HeaderSource {
    package init() {}
    package func forEach(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Bool) {}
}

/// Turns records into events: CloudEvents in structured and binary mode (CloudEvents 1.0.2, Kafka Protocol
/// Binding 1.0.2), or a platform's own JSON through a shape. Confluent's five-byte framing is stripped.
///
/// One decoder belongs to one task.
package final class EventDecoder {
    let limits: DecodeLimits
    let shape: EventShape
    let reader: JSONReader
    /// Nodes of the shape that this event, and this item, had already.
    var seen: UInt64 = 0

    package init(limits: DecodeLimits = DecodeLimits(), shape: EventShape = .standard) {
        self.limits = limits
        self.shape = shape
        reader = JSONReader(maximumDepth: limits.nesting)
    }

    /// Appends the event to `batch`, or says why it can't be one; then `batch` is as before.
    package func decode(
        _ record: RecordView, headers: some HeaderSource, into batch: inout EventBatch.Builder
    ) -> DecodeError? {
        batch.beginEvent()
        do throws(DecodeError) {
            try read(record, headers: headers, into: &batch)
            batch.keepEvent()
            return nil
        } catch {
            batch.discardEvent()
            return error
        }
    }

    private func read(
        _ record: RecordView, headers: some HeaderSource, into batch: inout EventBatch.Builder
    ) throws(DecodeError) {
        batch.event.offset = record.offset
        batch.event.received = record.timestamp
        batch.event.time = record.timestamp
        var present = Presence()
        let binary = try attributes(headers, into: &batch, &present)
        guard let value = record.value else { throw DecodeError(.nullValue, "the record has no value") }
        guard value.count <= limits.recordBytes else {
            throw DecodeError(
                .recordTooLarge, "the value has \(value.count) bytes; at most \(limits.recordBytes) are read")
        }
        seen = 0
        do throws(JSONFailure) {
            guard try reader.begin(unframed(value)) == .object else { throw .type }
        } catch {
            throw failure(error)
        }
        let shape = binary ? .standard : shape
        try object(binary ? shape.data : 0, of: shape, into: &batch, &present)
        do throws(JSONFailure) {
            try reader.finish()
        } catch {
            throw failure(error)
        }
        try complete(&batch, present, shape: shape)
    }

    /// Confluent's wire format: a zero byte and the schema's id in four bytes before the JSON.
    private func unframed(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard value.count > 5, value[0] == 0 else { return value }
        return UnsafeRawBufferPointer(rebasing: value[5...])
    }

    struct Presence {
        var type = false
        var text = false
        var action = AccountActionFields()
    }

    private func complete(
        _ batch: inout EventBatch.Builder, _ present: Presence, shape: EventShape
    ) throws(DecodeError) {
        if let type = shape.constantType {
            batch.event.type = type
        } else if !present.type {
            throw DecodeError(.fieldMissing, .type, "is required")
        }
        if let source = shape.constantSource {
            batch.event.source = source.withUnsafeBytes { batch.append($0) }
        }
        try require(batch.event.source, .source)
        try require(batch.event.id, .id)
        try require(batch.event.accountID, .accountID)
        if !batch.event.subject.isPresent || batch.event.subject.isEmpty { batch.event.subject = batch.event.id }
        let hasContent = present.text || batch.mediaCount > 0 || batch.linkCount > 0
        if batch.event.type == .accountAction {
            try present.action.check(hasContent: hasContent)
            (batch.event.action, batch.event.actionWeight) = (present.action.action, present.action.weight)
        } else if !hasContent {
            throw DecodeError(.fieldMissing, "data: one of text, media and links is required")
        }
    }

    private func require(_ range: ByteRange, _ field: EventField) throws(DecodeError) {
        guard range.isPresent, !range.isEmpty else { throw DecodeError(.fieldMissing, field, "is required") }
    }

    func failure(_ failure: JSONFailure) -> DecodeError { DecodeError(failure, limits: limits) }
}

func bytes(of text: StaticString) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
}
