/// A small JSON object read member by member into Swift values: for signals, outcomes and other records that
/// people and tools write, not for the stream of uploads.
package struct JSONObject: Sendable {
    package indirect enum Value: Sendable, Equatable {
        case text(String), number(Double), integer(Int64), boolean(Bool), null, list([Value]), object([String: Value])
    }

    package let members: [String: Value]

    /// - Throws: `JSONFailure`, or `DecodeError` with `field-duplicate`.
    package init(_ text: UnsafeRawBufferPointer, reader: JSONReader) throws {
        guard try reader.begin(text) == .object else { throw JSONFailure.type }
        members = try JSONObject.object(reader)
        try reader.finish()
    }

    private static func object(_ reader: JSONReader) throws -> [String: Value] {
        var members: [String: Value] = [:]
        try reader.enter()
        while let (kind, key) = try reader.next() {
            let name = String(decoding: key, as: UTF8.self)
            guard members.updateValue(try value(kind, reader), forKey: name) == nil else {
                throw DecodeError(.fieldDuplicate, "\(named(name)): stands twice")
            }
        }
        return members
    }

    /// Members that nobody knows may be called anything, at any length.
    private static func named(_ name: String) -> String {
        let isWord = name.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
        return isWord && (1...32).contains(name.utf8.count) ? name : "a member"
    }

    private static func value(_ kind: JSONKind, _ reader: JSONReader) throws -> Value {
        switch kind {
        case .string: return .text(String(decoding: try reader.string(), as: UTF8.self))
        case .number:
            let (integer, value) = try reader.number()
            return integer.map(Value.integer) ?? .number(value)
        case .boolean: return .boolean(try reader.boolean())
        case .null: return .null
        case .object: return .object(try object(reader))
        case .array:
            var items: [Value] = []
            try reader.enter()
            while let (kind, _) = try reader.next() { items.append(try value(kind, reader)) }
            return .list(items)
        }
    }
}
