/// Base64 (RFC 4648, section 4), as media are carried in events.
///
/// Strict, so that one file has one form: the standard alphabet, padding required, no line ends, and no bits left over
/// in the last digit. All encoders of common platforms write this form unless told not to.
package enum Base64 {
    /// How many bytes `count` digits stand for, at most.
    package static func byteCount(ofDigits count: Int) -> Int { count / 4 * 3 }

    /// nil if `text` is anything else than the strict form. Bounds on its length are the caller's.
    package static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        if text.isEmpty { return [] }
        let padding = text[text.count - 1] != pad ? 0 : text[text.count - 2] != pad ? 1 : 2
        let size = byteCount(ofDigits: text.count) - padding
        var isValid = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { out, count in
            isValid = values.withUnsafeBufferPointer { values in
                decode(text, padding: padding, values, into: out)
            }
            count = isValid ? size : 0
        }
        return isValid ? bytes : nil
    }

    package static func encode(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let size = (bytes.count + 2) / 3 * 4
        return [UInt8](unsafeUninitializedCapacity: size) { out, count in
            digits.withUTF8Buffer { digits in
                var position = 0
                for start in stride(from: 0, to: bytes.count, by: 3) {
                    let left = min(3, bytes.count - start)
                    var group = UInt32(bytes[start]) << 16
                    if left > 1 { group |= UInt32(bytes[start + 1]) << 8 }
                    if left > 2 { group |= UInt32(bytes[start + 2]) }
                    for digit in 0..<4 {
                        out.initializeElement(
                            at: position + digit,
                            to: digit <= left ? digits[Int(group >> (18 - 6 * UInt32(digit)) & 63)] : pad)
                    }
                    position += 4
                }
            }
            count = size
        }
    }

    package static func encode(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { encode($0) } }

    private static let pad = UInt8(ascii: "=")
    private static let digits: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    /// By digit; the top bit marks what is none, so that one test covers four of them.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0x80, count: 256)
        digits.withUTF8Buffer { digits in
            for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        }
        return values
    }()

    /// - Parameters:
    ///   - text: a positive multiple of four digits, of which the last `padding` are padding.
    ///   - values: 256 of them.
    ///   - out: room for exactly the bytes of `text`; all of it is filled if the answer is true.
    private static func decode(
        _ text: UnsafeRawBufferPointer, padding: Int, _ values: UnsafeBufferPointer<UInt8>,
        into out: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        let whole = padding == 0 ? text.count : text.count - 4
        var invalid: UInt8 = 0
        var position = 0
        for start in stride(from: 0, to: whole, by: 4) {
            let (a, b) = (values[Int(text[start])], values[Int(text[start + 1])])
            let (c, d) = (values[Int(text[start + 2])], values[Int(text[start + 3])])
            invalid |= a | b | c | d
            out.initializeElement(at: position, to: a << 2 | b >> 4)
            out.initializeElement(at: position + 1, to: b << 4 | c >> 2)
            out.initializeElement(at: position + 2, to: c << 6 | d)
            position += 3
        }
        guard padding > 0 else { return invalid & 0x80 == 0 }
        let (a, b) = (values[Int(text[whole])], values[Int(text[whole + 1])])
        invalid |= a | b
        out.initializeElement(at: position, to: a << 2 | b >> 4)
        if padding == 2 { return invalid & 0x80 == 0 && b & 0x0F == 0 }
        let c = values[Int(text[whole + 2])]
        invalid |= c
        out.initializeElement(at: position + 1, to: b << 4 | c >> 2)
        return invalid & 0x80 == 0 && c & 0x03 == 0
    }
}
