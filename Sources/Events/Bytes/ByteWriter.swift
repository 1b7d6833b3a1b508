/// Appends text and JSON to a growing array of bytes, without going through `String`.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8]

    package init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    package var count: Int { bytes.count }

    /// Keeps the storage.
    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    @inline(__always)
    package mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func append(_ byte: UInt8) { bytes.append(byte) }

    package mutating func append(_ source: UnsafeRawBufferPointer) { bytes.append(contentsOf: source) }

    /// Through a pointer: the array may be one that all threads share, and counting references to it would be what they
    /// wait for.
    @inline(__always)
    package mutating func append(_ source: [UInt8]) {
        source.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    package mutating func append(_ source: ArraySlice<UInt8>) { bytes.append(contentsOf: source) }

    /// Disfavoured, or every literal would be taken for a `String`, at three times the cost.
    @_disfavoredOverload
    package mutating func append(_ text: String) {
        // As one piece of memory where it is one, and Swift's own strings are.
        if text.utf8.withContiguousStorageIfAvailable({ bytes.append(contentsOf: $0) }) == nil {
            bytes.append(contentsOf: text.utf8)
        }
    }

    /// Decimal, without leading zeros.
    package mutating func append(_ number: Int64) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(number.magnitude)
    }

    package mutating func append(_ number: Int) { append(Int64(number)) }

    /// Decimal with leading zeros up to `width` digits.
    package mutating func append(_ number: UInt64, width: Int) {
        var divisor: UInt64 = 1
        for _ in 1..<width { divisor *= 10 }
        var rest = number
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(rest / divisor % 10))
            rest %= divisor
            divisor /= 10
        }
    }

    /// A fraction with at most `places` decimals, trailing zeros dropped; finite values only.
    package mutating func append(_ value: Double, places: Int) {
        var scale: Double = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = (value * scale).rounded()
        guard scaled.magnitude < 9e15 else {
            append(value.description)
            return
        }
        if scaled < 0 { bytes.append(UInt8(ascii: "-")) }
        // In integers: the quotient of two doubles may round up to the next whole number.
        let (whole, remainder) = UInt64(scaled.magnitude).quotientAndRemainder(dividingBy: UInt64(scale))
        var fraction = remainder
        appendDigits(whole)
        guard fraction > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        var width = places
        while fraction % 10 == 0 {
            fraction /= 10
            width -= 1
        }
        append(fraction, width: width)
    }

    private mutating func appendDigits(_ number: UInt64) {
        guard number >= 10 else {
            bytes.append(UInt8(ascii: "0") + UInt8(number))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = number
            var start = 20
            while rest > 0 {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start..<20]))
        }
    }

    /// Two lower-case hexadecimal digits a byte.
    package mutating func appendHex(_ source: some Sequence<UInt8>) {
        for byte in source {
            bytes.append(hexDigit(byte >> 4))
            bytes.append(hexDigit(byte & 15))
        }
    }

    /// The same in one piece.
    package mutating func appendHex(_ source: UnsafeRawBufferPointer) {
        appendPiece(of: source.count * 2) { digits in
            for index in 0..<source.count {
                digits[2 * index] = hexDigit(source[index] >> 4)
                digits[2 * index + 1] = hexDigit(source[index] & 15)
            }
        }
    }

    /// Appends `count` bytes that `fill` writes, all of them: one look at the array in place of one for each byte.
    @inline(__always)
    mutating func appendPiece(of count: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { piece in
            fill(piece)
            bytes.append(contentsOf: UnsafeBufferPointer(piece))
        }
    }
}

@inline(__always)
private func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

/// JSON text (RFC 8259).
extension ByteWriter {
    /// A string in quotes, escaped. The bytes must be UTF-8.
    package mutating func appendJSON(_ source: UnsafeRawBufferPointer) {
        bytes.append(UInt8(ascii: "\""))
        var copied = 0
        for index in 0..<source.count {
            let byte = source[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            append(UnsafeRawBufferPointer(rebasing: source[copied..<index]))
            copied = index + 1
            appendEscape(byte)
        }
        append(UnsafeRawBufferPointer(rebasing: source[copied...]))
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func appendJSON(_ text: String) {
        var text = text
        text.withUTF8 { appendJSON(UnsafeRawBufferPointer($0)) }
    }

    package mutating func appendJSON(_ flag: Bool) {
        if flag { append("true") } else { append("false") }
    }

    /// `["a","b"]`
    package mutating func appendJSON(_ list: [String]) {
        append("[")
        for (index, text) in list.enumerated() {
            if index > 0 { append(",") }
            appendJSON(text)
        }
        append("]")
    }

    private mutating func appendEscape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case UInt8(ascii: "\n"): append("\\n")
        case UInt8(ascii: "\r"): append("\\r")
        case UInt8(ascii: "\t"): append("\\t")
        default:
            append("\\u00")
            appendHex(CollectionOfOne(byte))
        }
    }
}
