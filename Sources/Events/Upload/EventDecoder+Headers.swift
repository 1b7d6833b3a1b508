extension EventDecoder {
    /// Reads `ce_` headers. True if the record is a CloudEvent in binary mode, whose value is `data` alone.
    func attributes(
        _ headers: some HeaderSource, into batch: inout EventBatch.Builder, _ present: inout Presence
    ) throws(DecodeError) -> Bool {
        guard try isBinary(headers) else { return false }
        seen = 0
        var wrong: DecodeError?
        headers.forEach { name, value in
            guard name.count > 3, name.starts(with: bytes(of: "ce_")), let value else { return true }
            do throws(DecodeError) {
                try attribute(UnsafeRawBufferPointer(rebasing: name[3...]), value, into: &batch, &present)
                return true
            } catch {
                wrong = error
                return false
            }
        }
        if let wrong { throw wrong }
        return true
    }

    /// An event is binary if `ce_specversion` is there, unless its content type says that the value holds the whole:
    /// then headers only repeat it (Kafka Protocol Binding 1.0.2, sections 3 and 3.3.3).
    private func isBinary(_ headers: some HeaderSource) throws(DecodeError) -> Bool {
        var count = 0
        var total = 0
        var marked = false
        var structured = false
        headers.forEach { name, value in
            count += 1
            total += name.count + (value?.count ?? 0)
            guard let value else { return true }
            if name.elementsEqual(bytes(of: "ce_specversion")) { marked = true }
            if name.elementsEqual(bytes(of: "content-type")) { structured = isCloudEvents(contentType: value) }
            return count <= limits.headers && total <= limits.headerBytes
        }
        guard count <= limits.headers, total <= limits.headerBytes else {
            throw DecodeError(
                .headersTooLarge, "more than \(limits.headers) headers or \(limits.headerBytes) bytes of them")
        }
        return marked && !structured
    }

    private func isCloudEvents(contentType: UnsafeRawBufferPointer) -> Bool {
        let name = bytes(of: "application/cloudevents")
        // Media types know no case (RFC 9110 section 8.3.1); setting the bit leaves `/` as it is.
        return contentType.count >= name.count && zip(contentType, name).allSatisfy { $0 | 0x20 == $1 }
    }

    private func attribute(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer,
        into batch: inout EventBatch.Builder, _ present: inout Presence
    ) throws(DecodeError) {
        guard let field = EventField.attributes.first(where: { name.elementsEqual(bytes(of: $0.path)) }) else { return }
        let bit = UInt64(1) << UInt64(field.rawValue)
        guard seen & bit == 0 else { throw DecodeError(.fieldDuplicate, field, "stands twice") }
        seen |= bit
        guard JSONReader.isUTF8(value) else { throw DecodeError(.jsonEncoding, field, "is not UTF-8") }
        switch field {
        case .specversion: try specversion(value)
        case .type:
            batch.event.type = try type(value, .standard)
            present.type = true
        case .time: batch.event.time = try time(value, field)
        default:
            try check(value.count, field, .identifier)
            assign(batch.append(value), to: field, into: &batch, &present)
        }
    }
}

extension EventField {
    static let attributes: [EventField] = [.specversion, .type, .source, .id, .time, .subject]
}
