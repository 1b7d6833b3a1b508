extension ValueFormat where Value == Duration {
    /// `20ms`, `5s`, `3m`, `24h`, `7d`.
    package static var duration: Self {
        Self(
            scalar: "duration", expectation: "a duration such as 250ms, 5s, 3m, 24h or 7d",
            decode: { parseDuration($0) }, render: { formatDuration($0) })
    }

    /// A duration within bounds.
    package static func duration(_ range: ClosedRange<Duration>) -> Self {
        let bounds = "\(formatDuration(range.lowerBound))…\(formatDuration(range.upperBound))"
        return Self(
            scalar: "duration \(bounds)", expectation: "a duration \(bounds), such as 250ms, 5s, 3m, 24h or 7d",
            decode: { text in parseDuration(text).flatMap { range.contains($0) ? $0 : nil } },
            render: { formatDuration($0) })
    }
}

/// A number of bytes.
package struct ByteSize: Sendable, Equatable, Comparable {
    package let bytes: Int

    package init(bytes: Int) {
        self.bytes = bytes
    }

    package static func < (a: Self, b: Self) -> Bool { a.bytes < b.bytes }
}

extension ValueFormat where Value == ByteSize {
    /// `512B`, `64KiB`, `64MiB`, `1GiB`, within bounds.
    package static func byteSize(_ range: ClosedRange<Int>) -> Self {
        let bounds = "\(formatByteSize(range.lowerBound))…\(formatByteSize(range.upperBound))"
        return Self(
            scalar: "size \(bounds)", expectation: "a size \(bounds), such as 512B, 64KiB, 8MiB or 1GiB",
            decode: { text in parseByteSize(text).flatMap { range.contains($0) ? ByteSize(bytes: $0) : nil } },
            render: { formatByteSize($0.bytes) })
    }
}

private let durationUnits: [(suffix: String, milliseconds: Int64)] = [
    ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
]

package func parseDuration(_ text: String) -> Duration? {
    for unit in durationUnits where text.hasSuffix(unit.suffix) {
        guard let count = wholeNumber(text.dropLast(unit.suffix.count)) else { continue }
        let (product, overflow) = Int64(count).multipliedReportingOverflow(by: unit.milliseconds)
        return overflow ? nil : .milliseconds(product)
    }
    return nil
}

package func formatDuration(_ duration: Duration) -> String {
    let parts = duration.components
    let milliseconds = parts.seconds * 1_000 + parts.attoseconds / 1_000_000_000_000_000
    for unit in durationUnits.reversed() where milliseconds != 0 && milliseconds % unit.milliseconds == 0 {
        return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
    }
    return "\(milliseconds)ms"
}

private let sizeUnits: [(suffix: String, bytes: Int)] = [
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1),
]

package func parseByteSize(_ text: String) -> Int? {
    for unit in sizeUnits where text.hasSuffix(unit.suffix) {
        guard let count = wholeNumber(text.dropLast(unit.suffix.count)) else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
        return overflow ? nil : product
    }
    return nil
}

package func formatByteSize(_ bytes: Int) -> String {
    for unit in [sizeUnits[2], sizeUnits[1], sizeUnits[0]] where bytes != 0 && bytes % unit.bytes == 0 {
        return "\(bytes / unit.bytes)\(unit.suffix)"
    }
    return "\(bytes)B"
}

private func wholeNumber(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
        return nil
    }
    return Int(text)
}
