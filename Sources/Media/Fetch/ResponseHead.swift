/// What a response's header lines say, as far as it matters here. Names and sizes are not believed: types are sniffed
/// and bytes counted.
package struct ResponseHead: Sendable {
    package static let largest = 32 << 10

    /// 0 until all lines are there; those of interim responses (RFC 9110, section 15.2) are passed over.
    package private(set) var status = 0
    /// The first one's value.
    private(set) var location: [UInt8]?
    /// Whether what comes is not the file itself, but something that it could be made of (RFC 9110, section 8.4; RFC
    /// 9112, section 6.1).
    package private(set) var isEncoded = false
    private var byteCount = 0

    package init() {}

    /// - Parameter status: that of the response whose line this is.
    /// - Returns: why nothing more is wanted.
    package mutating func take(_ line: UnsafeRawBufferPointer, status: @autoclosure () -> Int) -> FetchFailure? {
        byteCount += line.count
        guard byteCount <= ResponseHead.largest else { return .headers }
        // What comes behind chunks is counted and no more.
        guard self.status == 0 else { return nil }
        if line.allSatisfy({ $0 == 0x0D || $0 == 0x0A }) { return end(status()) }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let value = ResponseHead.value(line[(colon + 1)...])
        let name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        if name.isAlike("location") {
            if location == nil, !value.isEmpty { location = value }
        } else if name.isAlike("content-encoding") || name.isAlike("transfer-encoding") {
            let isChunked = name.count == "transfer-encoding".utf8.count
            value.withUnsafeBytes {
                // An empty one may be continued on the next line.
                if !$0.isAlike("identity"), !(isChunked && $0.isAlike("chunked")) { isEncoded = true }
            }
        }
        return nil
    }

    private mutating func end(_ status: Int) -> FetchFailure? {
        if (100..<200).contains(status), status != 101 {
            location = nil
            isEncoded = false
            return nil
        }
        self.status = status
        return status == 200 && isEncoded ? .encoding : nil
    }

    /// Where a redirect leads; nil for all other responses.
    package var redirect: [UInt8]? { [301, 302, 303, 307, 308].contains(status) ? location : nil }

    /// Without the blanks around it.
    private static func value(_ bytes: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return Array(bytes[first...last])
    }
}

extension UnsafeRawBufferPointer {
    /// Whether it is this text, in letters of any case.
    fileprivate func isAlike(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount
            && text.withUTF8Buffer { text in
                zip(self, text).allSatisfy { byte, letter in
                    byte == letter || (byte | 0x20 == letter && (0x61...0x7A).contains(letter))
                }
            }
    }
}
