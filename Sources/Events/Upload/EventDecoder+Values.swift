extension EventDecoder {
    enum Scalar {
        case text(ByteRange)
        case time(Timestamp)
        case integer(Int64)
        case boolean(Bool)
        case type(UploadKind)
        case digest256(Digest256)
        case digest128(Digest128)
        case action(AccountAction?)
        case weight(Int64?)
        case nothing
    }

    func scalar(
        _ kind: JSONKind, _ leaf: EventShape.Leaf, of shape: EventShape, into batch: inout EventBatch.Builder
    ) throws(DecodeError) -> Scalar {
        let field = leaf.field
        switch field.content {
        case .text(let length):
            if kind == .number, shape.acceptsNumbersAsText { return .text(decimal(try integer(field), into: &batch)) }
            guard kind == .string else { throw wrongType(field, "text", kind) }
            return .text(batch.append(try text(field, length)))
        case .time:
            guard leaf.time == .rfc3339 else {
                guard kind == .number else { throw wrongType(field, "a number", kind) }
                return .time(try time(epoch: try integer(field), leaf.time, field))
            }
            guard kind == .string else { throw wrongType(field, "a time", kind) }
            return .time(try time(try text(field, .label), field))
        case .integer:
            guard kind == .number else { throw wrongType(field, "a whole number", kind) }
            let value = try integer(field)
            guard value >= 0 else { throw DecodeError(.fieldRange, field, "must not be negative") }
            return .integer(value)
        case .boolean:
            guard kind == .boolean else { throw wrongType(field, "true or false", kind) }
            do throws(JSONFailure) { return .boolean(try reader.boolean()) } catch { throw failure(error) }
        case .type:
            guard kind == .string else { throw wrongType(field, "text", kind) }
            return .type(try type(try text(field, .label), shape))
        case .specversion:
            guard kind == .string else { throw wrongType(field, "text", kind) }
            try specversion(try text(field, .label))
            return .nothing
        case .digest256:
            guard kind == .string else { throw wrongType(field, "text", kind) }
            guard let digest = Digest256(hex: try text(field, .label)) else {
                throw DecodeError(.fieldValue, field, "must be 64 hexadecimal digits")
            }
            return .digest256(digest)
        case .digest128:
            guard kind == .string else { throw wrongType(field, "text", kind) }
            guard let digest = Digest128(hex: try text(field, .label)) else {
                throw DecodeError(.fieldValue, field, "must be 32 hexadecimal digits")
            }
            return .digest128(digest)
        case .action:
            guard kind == .string else { return .action(nil) }
            do throws(JSONFailure) { return .action(AccountAction(name: try reader.string())) } catch {
                throw failure(error)
            }
        case .weight:
            guard kind == .number else { return .weight(nil) }
            do throws(JSONFailure) { return .weight(try reader.number().integer) } catch {
                // Nothing behind it can be read then.
                if error == .range { throw DecodeError(.fieldRange, field, "does not fit 64 bits") }
                throw failure(error)
            }
        }
    }

    func integer(_ field: EventField) throws(DecodeError) -> Int64 {
        let number: Int64?
        do throws(JSONFailure) {
            number = try reader.number().integer
        } catch {
            if error == .range { throw DecodeError(.fieldRange, field, "does not fit 64 bits") }
            throw failure(error)
        }
        guard let number else { throw DecodeError(.fieldType, field, "expected a whole number, found a fraction") }
        return number
    }

    func text(
        _ field: EventField, _ length: DecodeLimits.Length
    ) throws(DecodeError) -> UnsafeRawBufferPointer {
        let text: UnsafeRawBufferPointer
        do throws(JSONFailure) { text = try reader.string() } catch { throw failure(error) }
        try check(text.count, field, length)
        return text
    }

    func decimal(_ number: Int64, into batch: inout EventBatch.Builder) -> ByteRange {
        var digits = String(number)
        return digits.withUTF8 { batch.append(UnsafeRawBufferPointer($0)) }
    }

    func check(
        _ count: Int, _ field: EventField, _ length: DecodeLimits.Length
    ) throws(DecodeError) {
        let most = limits.bytes(length)
        guard count > most else { return }
        let code: DecodeError.Code =
            switch length {
            case .text: .textTooLong
            case .url: .urlTooLong
            default: .fieldTooLong
            }
        throw DecodeError(code, field, "has \(count) bytes; at most \(most) are allowed")
    }

    func type(_ text: UnsafeRawBufferPointer, _ shape: EventShape) throws(DecodeError) -> UploadKind {
        for kind in UploadKind.allCases where text.elementsEqual(bytes(of: kind.typeName)) { return kind }
        if !shape.types.isEmpty, let kind = shape.types[String(decoding: text, as: UTF8.self)] { return kind }
        throw DecodeError(.typeUnknown, .type, "is none of the types that Weir reads")
    }

    func specversion(_ text: UnsafeRawBufferPointer) throws(DecodeError) {
        guard text.elementsEqual(bytes(of: "1.0")) else {
            throw DecodeError(.specversionUnknown, .specversion, "only CloudEvents 1.0 is read")
        }
    }

    func time(_ text: UnsafeRawBufferPointer, _ field: EventField) throws(DecodeError) -> Timestamp {
        do throws(Timestamp.Failure) {
            return try Timestamp(rfc3339: text)
        } catch {
            switch error {
            case .format: throw DecodeError(.timeFormat, field, "is not an RFC 3339 time")
            case .range: throw DecodeError(.timeRange, field, "lies outside the years 1678 to 2261")
            }
        }
    }

    func time(
        epoch value: Int64, _ format: EventShape.TimeFormat, _ field: EventField
    ) throws(DecodeError) -> Timestamp {
        let unit: Int64 = format == .epochSeconds ? 1_000_000_000 : 1_000_000
        let (nanoseconds, overflow) = value.multipliedReportingOverflow(by: unit)
        if overflow { throw DecodeError(.timeRange, field, "lies outside the years 1678 to 2261") }
        return Timestamp(nanoseconds: nanoseconds)
    }

    func assign(
        _ value: Scalar, to field: EventField, into batch: inout EventBatch.Builder, _ present: inout Presence
    ) {
        switch value {
        case .text(let range): assign(range, to: field, into: &batch, &present)
        case .time(let time):
            switch field {
            case .time: batch.event.time = time
            case .accountCreatedAt: batch.event.accountCreatedAt = time
            default: batch.event.streamStartedAt = time
            }
        case .integer(let number):
            switch field {
            case .accountFollowers: batch.event.accountFollowers = number
            case .mediaBytes: batch.item.byteCount = number
            default: batch.event.streamSequence = number
            }
        case .boolean(let flag): batch.event.accountVerified = flag
        case .type(let type):
            batch.event.type = type
            present.type = true
        case .digest256(let digest):
            if field == .mediaPDQ { batch.item.pdq = digest } else { batch.item.sha256 = digest }
        case .digest128(let digest): batch.item.md5 = digest
        case .action(let action): present.action.set(action)
        case .weight(let weight): present.action.set(weight: weight)
        case .nothing: break
        }
    }

    func assign(
        _ range: ByteRange, to field: EventField, into batch: inout EventBatch.Builder, _ present: inout Presence
    ) {
        switch field {
        case .source: batch.event.source = range
        case .id: batch.event.id = range
        case .subject: batch.event.subject = range
        case .accountID: batch.event.accountID = range
        case .accountAvatar: batch.event.accountAvatar = range
        case .accountProfile: batch.event.accountProfile = range
        case .accountName: batch.event.accountName = range
        case .kind: batch.event.kind = range
        case .textTitle:
            batch.event.title = range
            present.text = true
        case .textBody:
            batch.event.body = range
            present.text = true
        case .textLanguage: batch.event.language = range
        case .mediaID: batch.item.id = range
        case .mediaURL: batch.item.url = range
        case .mediaContentType: batch.item.contentType = range
        case .mediaInline: batch.item.inline = range
        case .clientNetwork: batch.event.network = range
        case .clientDevice: batch.event.device = range
        case .parentID: batch.event.parentID = range
        case .parentKind: batch.event.parentKind = range
        case .streamID: batch.event.streamID = range
        default: break
        }
    }
}
