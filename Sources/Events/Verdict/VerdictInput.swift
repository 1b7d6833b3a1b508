internal import Glibc

/// Finds in verdicts, without reading the rest of them, the record that each was made from.
///
/// Of verdicts as Weir itself writes them (`VerdictWriter`): near their end stands `,"input":{"topic":"…","partition":0,"offset":0}`.
/// Within a JSON string the quotes would be escaped, so nothing that a user writes can look like it.
package struct VerdictInput: Sendable {
    private let head: [UInt8]
    private static let middle = Array(",\"offset\":".utf8)

    /// - Parameter topic: of the input; verdicts on other topics' records are passed over.
    package init(topic: String) {
        var head = ByteWriter()
        head.append(",\"input\":{\"topic\":")
        head.appendJSON(topic)
        head.append(",\"partition\":")
        self.head = head.bytes
    }

    /// Where the record stands; nil if the verdict is of another topic's, or is none of Weir's.
    package func place(in verdict: UnsafeRawBufferPointer) -> (partition: Int32, offset: Int64)? {
        guard let start = lastHead(in: verdict) else { return nil }
        var rest = verdict[start...]
        guard let partition = VerdictInput.number(&rest), rest.starts(with: VerdictInput.middle) else { return nil }
        rest = rest.dropFirst(VerdictInput.middle.count)
        guard let offset = VerdictInput.number(&rest), rest.first == UInt8(ascii: "}") else { return nil }
        return Int32(exactly: partition).map { ($0, offset) }
    }

    private static let identifier = Array(",\"id\":\"".utf8)

    /// The verdict's own id, which stands near its beginning.
    package static func id(of verdict: UnsafeRawBufferPointer) -> Digest128? {
        var start = 0
        while start + identifier.count + 32 <= verdict.count {
            let rest = verdict[start...]
            if rest.starts(with: identifier) {
                let digits = start + identifier.count
                return Digest128(hex: UnsafeRawBufferPointer(rebasing: verdict[digits..<digits + 32]))
            }
            start += 1
        }
        return nil
    }

    /// The index behind it.
    private func lastHead(in verdict: UnsafeRawBufferPointer) -> Int? {
        guard let base = verdict.baseAddress, verdict.count >= head.count else { return nil }
        for start in stride(from: verdict.count - head.count, through: 0, by: -1)
        where verdict[start] == head[0] && memcmp(base + start, head, head.count) == 0 {
            return start + head.count
        }
        return nil
    }

    private static func number(_ rest: inout Slice<UnsafeRawBufferPointer>) -> Int64? {
        var value: Int64?
        while let digit = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
            let (product, overflow) = (value ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            if overflow || carry { return nil }
            value = sum
            rest = rest.dropFirst()
        }
        return value
    }
}
