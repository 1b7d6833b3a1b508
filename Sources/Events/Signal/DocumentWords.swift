/// A document as its words' hashes: what a `document` signal may hold in place of the text.
///
/// Written as `weirdoc1:` and base64url without padding (RFC 4648, section 5) of: one byte, the version of the folding
/// that the words went through; then two bytes a word, the lower first. One document has one form.
///
/// This is no secret: who has a good guess at a sentence can see whether it is there.
package struct DocumentWords: Sendable, Equatable {
    package static let prefix = "weirdoc1:"
    /// Fewer say too little: the guarantee of winnowing begins here (`Winnowing`). A shorter text is a phrase.
    package static let least = 12
    /// As many as places in the index can be told apart, and as a value has room for.
    package static let most = 24_000

    package let folding: UInt8
    package let hashes: [UInt16]

    package init(folding: UInt8, hashes: [UInt16]) {
        self.folding = folding
        self.hashes = hashes
    }

    package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// Whether a value is of this form, or means to be.
    package static func isWritten(_ value: String) -> Bool { value.utf8.starts(with: prefix.utf8) }

    /// - Throws: what is wrong with a value that begins with `prefix`.
    package init(_ value: String) throws(Failure) {
        var value = value
        guard let words = value.withUTF8({ DocumentWords(written: UnsafeRawBufferPointer($0)) }) else {
            throw Failure(
                description:
                    "is not \(DocumentWords.prefix) and base64url of a folding and 16 bits a word, without padding")
        }
        guard (DocumentWords.least...DocumentWords.most).contains(words.hashes.count) else {
            throw Failure(
                description:
                    "has \(words.hashes.count) words; a document has \(DocumentWords.least) to \(DocumentWords.most)")
        }
        self = words
    }

    /// The version of the folding that a value of this form states, without reading the rest.
    package static func folding(of value: String) -> UInt8? {
        var value = value
        return value.withUTF8 { bytes in
            guard bytes.count >= prefix.utf8.count + 2 else { return nil }
            let beginning = UnsafeRawBufferPointer(bytes)[prefix.utf8.count..<prefix.utf8.count + 2]
            // Two digits have four bits more than the byte.
            let digits = beginning.map { Base64URL.value(ofDigit: $0) }
            guard let high = digits[0], let low = digits[1] else { return nil }
            return high << 2 | low >> 4
        }
    }

    package var value: String {
        var bytes: [UInt8] = [folding]
        bytes.reserveCapacity(1 + 2 * hashes.count)
        for hash in hashes {
            bytes.append(UInt8(truncatingIfNeeded: hash))
            bytes.append(UInt8(truncatingIfNeeded: hash >> 8))
        }
        return DocumentWords.prefix + Base64URL.encode(bytes)
    }

    private init?(written value: UnsafeRawBufferPointer) {
        let count = DocumentWords.prefix.utf8.count
        guard value.count > count, value.prefix(count).elementsEqual(DocumentWords.prefix.utf8),
            let bytes = Base64URL.decode(UnsafeRawBufferPointer(rebasing: value[count...])), bytes.count % 2 == 1
        else { return nil }
        folding = bytes[0]
        hashes = stride(from: 1, to: bytes.count, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
    }
}
