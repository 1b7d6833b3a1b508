extension EventDecoder {
    /// Reads `ce_` headers. True if the record is a CloudEvent in binary mode, whose value is `data` alone.
    func attributes(
        _ headers: some HeaderSource, into batch: inout EventBatch.Builder, _ present: inout Presence
    ) throws(DecodeError) -> Bool {
        var count = 0
        var total = 0
        var binary = false
        var wrong: DecodeError?
        headers.forEach { name, value in
            count += 1
            total += name.count + (value?.count ?? 0)
            guard count <= limits.headers, total <= limits.headerBytes else {
                wrong = DecodeError(
                    .headersTooLarge, "more than \(limits.headers) headers or \(limits.headerBytes) bytes of them")
                return false
            }
            guard name.count > 3, name.starts(with: bytes(of: "ce_")), let value else { return true }
            do throws(DecodeError) {
                let attribute = UnsafeRawBufferPointer(rebasing: name[3...])
                binary = try self.attribute(attribute, value, into: &batch, &present) || binary
                return true
            } catch {
                wrong = error
                return false
            }
        }
        if let wrong { throw wrong }
        return binary
    }

    /// True if the attribute is one that marks a CloudEvent (`ce_specversion`).
    private func attribute(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer,
        into batch: inout EventBatch.Builder, _ present: inout Presence
    ) throws(DecodeError) -> Bool {
        guard let field = EventField.attributes.first(where: { name.elementsEqual(bytes(of: $0.path)) }) else {
            return false
        }
        guard JSONReader.isUTF8(value) else { throw DecodeError(.jsonEncoding, field, "is not UTF-8") }
        switch field {
        case .specversion:
            try specversion(value)
            return true
        case .type:
            batch.event.type = try type(value, .standard)
            present.type = true
        case .time: batch.event.time = try time(value, field)
        default:
            try check(value, field, .identifier)
            assign(batch.append(value), to: field, into: &batch, &present)
        }
        return false
    }
}

extension EventField {
    static let attributes: [EventField] = [.specversion, .type, .source, .id, .time, .subject]
}
