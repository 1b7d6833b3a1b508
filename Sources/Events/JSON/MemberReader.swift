/// Takes the members of a JSON object out one by one, each with its type and its bound; errors name the member.
struct MemberReader {
    private let members: [String: JSONObject.Value]
    private let limits: DecodeLimits
    /// What stands before a member's name in errors: nothing, or `data.`.
    let path: String

    /// - Parameter record: a record's whole value.
    init(record: UnsafeRawBufferPointer, reader: JSONReader, limits: DecodeLimits) throws(DecodeError) {
        guard record.count <= limits.recordBytes else {
            throw DecodeError(
                .recordTooLarge, "the value has \(record.count) bytes; at most \(limits.recordBytes) are read")
        }
        do {
            members = try JSONObject(record, reader: reader).members
        } catch let error as DecodeError {
            throw error
        } catch let error as JSONFailure {
            throw DecodeError(error, limits: limits)
        } catch {
            throw DecodeError(.jsonSyntax, "\(error)")
        }
        self.limits = limits
        path = ""
    }

    private init(_ members: [String: JSONObject.Value], limits: DecodeLimits, path: String) {
        self.members = members
        self.limits = limits
        self.path = path
    }

    func object(_ name: String) throws(DecodeError) -> MemberReader {
        switch members[name] {
        case nil, .null: throw missing(name)
        case .object(let object): return MemberReader(object, limits: limits, path: "\(path)\(name).")
        default: throw wrong(name, "an object")
        }
    }

    /// Not empty.
    func text(_ name: String) throws(DecodeError) -> String {
        guard let text = try optionalText(name), !text.isEmpty else { throw missing(name) }
        return text
    }

    func optionalText(_ name: String) throws(DecodeError) -> String? {
        switch members[name] {
        case nil, .null: return nil
        case .text(let text):
            try bound(text, name, limits.identifierBytes)
            return text
        default: throw wrong(name, "text")
        }
    }

    /// A word that stands in a list somewhere: ASCII letters, digits and `-._:@/` only.
    func optionalCode(_ name: String, most: Int) throws(DecodeError) -> String? {
        guard let code = try optionalText(name) else { return nil }
        try bound(code, name, most)
        let isCode = code.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "-")...UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isCode else {
            throw DecodeError(.fieldValue, "\(path)\(name): may hold letters, digits and -._:@/ only, never a sentence")
        }
        return code
    }

    func optionalBoolean(_ name: String) throws(DecodeError) -> Bool? {
        switch members[name] {
        case nil, .null: return nil
        case .boolean(let value): return value
        default: throw wrong(name, "true or false")
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(DecodeError) -> Int64 {
        switch members[name] {
        case nil, .null: throw missing(name)
        case .integer(let value):
            guard range.contains(value) else {
                throw DecodeError(
                    .fieldRange, "\(path)\(name): must be \(range.lowerBound)…\(range.upperBound)")
            }
            return value
        default: throw wrong(name, "a whole number")
        }
    }

    func texts(_ name: String, most: Int, bytes: Int) throws(DecodeError) -> [String] {
        switch members[name] {
        case nil, .null: return []
        case .list(let items):
            guard items.count <= most else {
                throw DecodeError(
                    .fieldTooLong, "\(path)\(name): has \(items.count) entries; at most \(most) are allowed")
            }
            var texts: [String] = []
            for item in items {
                guard case .text(let text) = item else { throw wrong(name, "a list of texts") }
                try bound(text, name, bytes)
                texts.append(text)
            }
            return texts
        default: throw wrong(name, "a list of texts")
        }
    }

    func time(_ name: String) throws(DecodeError) -> Timestamp {
        let text = try text(name)
        do throws(Timestamp.Failure) {
            return try Timestamp(rfc3339: text)
        } catch {
            switch error {
            case .format: throw DecodeError(.timeFormat, "\(path)\(name): is not an RFC 3339 time")
            case .range: throw DecodeError(.timeRange, "\(path)\(name): lies outside the years 1678 to 2261")
            }
        }
    }

    func verdictID(_ name: String) throws(DecodeError) -> Digest128 {
        var text = try text(name)
        guard let id = text.withUTF8({ Digest128(hex: UnsafeRawBufferPointer($0)) }) else {
            throw DecodeError(.fieldValue, "\(path)\(name): is no verdict's id, which has 32 hex digits")
        }
        return id
    }

    private func bound(_ text: String, _ name: String, _ most: Int) throws(DecodeError) {
        guard text.utf8.count <= most else {
            throw DecodeError(
                .fieldTooLong, "\(path)\(name): has \(text.utf8.count) bytes; at most \(most) are allowed")
        }
    }

    private func missing(_ name: String) -> DecodeError { DecodeError(.fieldMissing, "\(path)\(name): is required") }

    private func wrong(_ name: String, _ expected: String) -> DecodeError {
        DecodeError(.fieldType, "\(path)\(name): expected \(expected)")
    }
}
