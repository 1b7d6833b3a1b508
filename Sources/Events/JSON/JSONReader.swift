internal import CSimdjson

/// Why a text is not the JSON that was asked for.
package enum JSONFailure: Error, Sendable, Equatable {
    case syntax, truncated, encoding, escape, controlCharacter, depth, trailing, number, range, type, memory

    init(_ code: Int32) {
        switch Int(code) {
        case WEIR_JSON_TRUNCATED: self = .truncated
        case WEIR_JSON_UTF8: self = .encoding
        case WEIR_JSON_ESCAPE: self = .escape
        case WEIR_JSON_CONTROL: self = .controlCharacter
        case WEIR_JSON_DEPTH: self = .depth
        case WEIR_JSON_TRAILING: self = .trailing
        case WEIR_JSON_NUMBER_FORM: self = .number
        case WEIR_JSON_RANGE: self = .range
        case WEIR_JSON_TYPE: self = .type
        case WEIR_JSON_MEMORY: self = .memory
        default: self = .syntax
        }
    }
}

package enum JSONKind: Sendable, Equatable {
    case object, array, string, number, boolean, null

    init(_ code: Int32) throws(JSONFailure) {
        switch Int(code) {
        case WEIR_JSON_OBJECT: self = .object
        case WEIR_JSON_ARRAY: self = .array
        case WEIR_JSON_STRING: self = .string
        case WEIR_JSON_NUMBER: self = .number
        case WEIR_JSON_BOOLEAN: self = .boolean
        case WEIR_JSON_NULL: self = .null
        default: throw JSONFailure(code)
        }
    }
}

/// Walks JSON texts one after another, each front to back, without building a tree.
///
/// What the caller passes over is checked all the same, so `finish()` vouches for the whole text.
/// Buffers it returns live until the next `begin`.
package final class JSONReader {
    private let reader: OpaquePointer
    private var text: UnsafeMutableRawPointer
    private var capacity: Int

    /// - Parameter maximumDepth: containers that may be open at once.
    package init(maximumDepth: Int) {
        guard let reader = weir_json_create(maximumDepth) else { fatalError("out of memory") }
        self.reader = reader
        capacity = 8_192
        text = .allocate(byteCount: capacity + Int(WEIR_JSON_PADDING), alignment: 64)
    }

    deinit {
        weir_json_destroy(reader)
        text.deallocate()
    }

    /// Starts on a copy of `source`, since the parser reads a little beyond the end.
    package func begin(_ source: UnsafeRawBufferPointer) throws(JSONFailure) -> JSONKind {
        if source.count > capacity {
            capacity = source.count * 2
            text.deallocate()
            text = .allocate(byteCount: capacity + Int(WEIR_JSON_PADDING), alignment: 64)
        }
        if let base = source.baseAddress { text.copyMemory(from: base, byteCount: source.count) }
        (text + source.count).initializeMemory(as: UInt8.self, repeating: 0x20, count: Int(WEIR_JSON_PADDING))
        return try JSONKind(weir_json_begin(reader, text.assumingMemoryBound(to: UInt8.self), source.count))
    }

    /// Goes into the object or array that was returned last.
    package func enter() throws(JSONFailure) {
        try check(weir_json_enter(reader))
    }

    /// The next child of the innermost open container with its name (empty in arrays); nil closes the container.
    package func next() throws(JSONFailure) -> (kind: JSONKind, key: UnsafeRawBufferPointer)? {
        var key: UnsafePointer<UInt8>?
        var count = 0
        let code = weir_json_next(reader, &key, &count)
        if Int(code) == WEIR_JSON_END { return nil }
        return (try JSONKind(code), UnsafeRawBufferPointer(start: key, count: count))
    }

    /// The value returned last, unescaped.
    package func string() throws(JSONFailure) -> UnsafeRawBufferPointer {
        var start: UnsafePointer<UInt8>?
        var count = 0
        try check(weir_json_string(reader, &start, &count))
        return UnsafeRawBufferPointer(start: start, count: count)
    }

    /// The value returned last; `integer` is nil for numbers with a fraction or an exponent.
    package func number() throws(JSONFailure) -> (integer: Int64?, value: Double) {
        var isInteger = false
        var integer: Int64 = 0
        var value: Double = 0
        try check(weir_json_number(reader, &isInteger, &integer, &value))
        return (isInteger ? integer : nil, value)
    }

    package func boolean() throws(JSONFailure) -> Bool {
        var value = false
        try check(weir_json_bool(reader, &value))
        return value
    }

    /// Checks the rest of the text and that nothing follows it.
    package func finish() throws(JSONFailure) {
        try check(weir_json_finish(reader))
    }

    package static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        return weir_json_is_utf8(base.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    private func check(_ code: Int32) throws(JSONFailure) {
        if code < 0 { throw JSONFailure(code) }
    }
}
