/// Base64 with the alphabet for URLs and without padding (RFC 4648, section 5), as it stands in values of signals.
///
/// Strict, so that one content has one form: no bits left over in the last digit.
package enum Base64URL {
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let left = min(3, bytes.count - start)
            var group = UInt32(bytes[start]) << 16
            if left > 1 { group |= UInt32(bytes[start + 1]) << 8 }
            if left > 2 { group |= UInt32(bytes[start + 2]) }
            for digit in 0...left { text.append(digits[Int(group >> (18 - 6 * UInt32(digit)) & 63)]) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// nil if `text` is anything else than the strict form.
    package static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        let size = text.count * 3 / 4
        var isValid = true
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { out, count in
            var group: UInt32 = 0
            var bits: UInt32 = 0
            for byte in text {
                let value = values[Int(byte)]
                isValid = isValid && value < 64
                group = group << 6 | UInt32(value & 63)
                bits += 6
                if bits >= 8 {
                    bits -= 8
                    out.initializeElement(at: count, to: UInt8(truncatingIfNeeded: group >> bits))
                    count += 1
                }
            }
            isValid = isValid && group & (1 << bits - 1) == 0
        }
        return isValid ? bytes : nil
    }

    /// nil for what is none.
    package static func value(ofDigit digit: UInt8) -> UInt8? {
        let value = values[Int(digit)]
        return value < 64 ? value : nil
    }

    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()
}
