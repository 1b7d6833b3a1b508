/// Bounds on what a record may hold. Each has its own dead-letter code.
package struct DecodeLimits: Sendable {
    /// Bytes of a record's value.
    package var recordBytes = 1 << 20
    /// Objects and arrays open at once.
    package var nesting = 32
    /// Bytes of a title, a body or a profile.
    package var textBytes = 64 << 10
    package var media = 16
    package var links = 64
    /// Bytes of ids, of `source`, and of an account's name.
    package var identifierBytes = 512
    package var urlBytes = 4_096
    /// Bytes of `kind`, `language`, `contentType` and the like.
    package var labelBytes = 256
    package var headers = 64
    /// Bytes of all header names and values together.
    package var headerBytes = 64 << 10

    package init() {}

    enum Length { case identifier, label, text, url, inline }

    func bytes(_ length: Length) -> Int {
        switch length {
        case .identifier: identifierBytes
        case .label: labelBytes
        case .text: textBytes
        case .url: urlBytes
        case .inline: recordBytes
        }
    }
}
