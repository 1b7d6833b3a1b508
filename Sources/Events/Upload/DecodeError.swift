/// Why a record is no upload event. Carries names and sizes, never content.
package struct DecodeError: Error, Sendable, Equatable {
    /// What dead letters are filtered and counted by (`weir.error.code`).
    package enum Code: String, Sendable, CaseIterable {
        case nullValue = "null-value"
        case recordTooLarge = "record-too-large"
        case headersTooLarge = "headers-too-large"
        case jsonSyntax = "json-syntax"
        case jsonTruncated = "json-truncated"
        case jsonEncoding = "json-encoding"
        case jsonEscape = "json-escape"
        case jsonControlCharacter = "json-control-character"
        case jsonTrailing = "json-trailing"
        case jsonNumber = "json-number"
        case nestingTooDeep = "nesting-too-deep"
        case fieldMissing = "field-missing"
        case fieldDuplicate = "field-duplicate"
        case fieldType = "field-type"
        case fieldValue = "field-value"
        case fieldRange = "field-range"
        case fieldTooLong = "field-too-long"
        case textTooLong = "text-too-long"
        case urlTooLong = "url-too-long"
        case mediaTooMany = "media-too-many"
        case linksTooMany = "links-too-many"
        case timeFormat = "time-format"
        case timeRange = "time-range"
        case typeUnknown = "type-unknown"
        case specversionUnknown = "specversion-unknown"
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    init(_ code: Code, _ field: EventField, _ message: String) {
        self.init(code, "\(field.path): \(message)")
    }

    package init(_ failure: JSONFailure, limits: DecodeLimits) {
        switch failure {
        case .syntax: self.init(.jsonSyntax, "the value is not JSON")
        case .type: self.init(.fieldType, "the value is not a JSON object")
        case .truncated: self.init(.jsonTruncated, "the value ends before the JSON does")
        case .encoding: self.init(.jsonEncoding, "the value is not UTF-8")
        case .escape: self.init(.jsonEscape, "a string has a broken escape or a lone surrogate")
        case .controlCharacter: self.init(.jsonControlCharacter, "a string has an unescaped control character")
        case .depth: self.init(.nestingTooDeep, "nested deeper than \(limits.nesting) levels")
        case .trailing: self.init(.jsonTrailing, "something follows the JSON object")
        case .number: self.init(.jsonNumber, "a number is malformed")
        case .range: self.init(.fieldRange, "a number does not fit 64 bits")
        case .memory: self.init(.recordTooLarge, "the value does not fit the parser")
        }
    }
}
