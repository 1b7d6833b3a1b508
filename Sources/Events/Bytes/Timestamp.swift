/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted. Spans 1677 to 2262.
package struct Timestamp: Sendable, Hashable, Comparable, BitwiseCopyable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Saturates at the ends of the range.
    package init(milliseconds: Int64) {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        nanoseconds = overflow ? (milliseconds < 0 ? .min : .max) : product
    }

    /// The range begins within a millisecond, of which this is the end.
    fileprivate static let firstMillisecond = Int64.min / 1_000_000

    /// Rounded down.
    package var milliseconds: Int64 {
        let quotient = nanoseconds / 1_000_000
        return nanoseconds % 1_000_000 < 0 ? quotient - 1 : quotient
    }

    package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }

    /// Seconds from `earlier` to here, rounded toward zero; negative if `earlier` is later.
    package func seconds(since earlier: Timestamp) -> Int64 {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return (overflow ? (nanoseconds < 0 ? .min : .max) : difference) / 1_000_000_000
    }
}

/// RFC 3339 section 5.6.
extension Timestamp {
    package enum Failure: Error { case format, range }

    /// Reads `date-time`: up to nanoseconds (further digits are dropped), any offset, `T` and `Z` in either case.
    /// A leap second ends a day in UTC (section 5.7) and counts as the second after it.
    package init(rfc3339 text: UnsafeRawBufferPointer) throws(Failure) {
        guard text.count >= 20, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] | 0x20 == UInt8(ascii: "t"), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            let year = digits(text, 0, 4), let month = digits(text, 5, 2), let day = digits(text, 8, 2),
            let hour = digits(text, 11, 2), let minute = digits(text, 14, 2), let second = digits(text, 17, 2)
        else { throw .format }
        guard (1...12).contains(month), day >= 1, day <= daysInMonth(year, month),
            hour < 24, minute < 60, second <= 60
        else { throw .format }

        var at = 19
        var fraction: Int64 = 0
        if text[at] == UInt8(ascii: ".") {
            at += 1
            let start = at
            var unit: Int64 = 100_000_000
            while at < text.count, let digit = digits(text, at, 1) {
                fraction += digit * unit
                unit /= 10
                at += 1
            }
            if at == start { throw .format }
        }
        guard at < text.count else { throw .format }
        var offset: Int64 = 0
        if text[at] | 0x20 == UInt8(ascii: "z") {
            at += 1
        } else {
            let sign = text[at]
            guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), text.count == at + 6,
                text[at + 3] == UInt8(ascii: ":"), let hours = digits(text, at + 1, 2),
                let minutes = digits(text, at + 4, 2), hours < 24, minutes < 60
            else { throw .format }
            offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -60 : 60)
            at += 6
        }
        guard at == text.count else { throw .format }

        var seconds = daysSinceEpoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
        if second == 60, seconds % 86_400 != 0 { throw .format }
        if seconds < 0, fraction > 0 {
            // Both of one sign, or the first second of the range would overflow on its way.
            seconds += 1
            fraction -= 1_000_000_000
        }
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflow2) = whole.addingReportingOverflow(fraction)
        if overflow || overflow2 { throw .range }
        nanoseconds = sum
    }

    package init(rfc3339 text: String) throws(Failure) {
        let bytes = Array(text.utf8)
        self = try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in
            try Timestamp(rfc3339: UnsafeRawBufferPointer(bytes))
        }
    }
}

extension ByteWriter {
    /// `"2026-11-23T10:00:00.000Z"` in quotes, rounded down to milliseconds; what is written can be read.
    package mutating func appendJSON(_ time: Timestamp) {
        let milliseconds = max(time.milliseconds, Timestamp.firstMillisecond)
        // All positive from here on, in 32 bits: what divides by constants is a multiplication then.
        let shifted = UInt64(milliseconds + Int64(daysBeforeEpoch) * 86_400_000)
        let rest = UInt32(truncatingIfNeeded: shifted % 86_400_000)
        let (year, month, day) = civil(daysSinceEra: UInt32(truncatingIfNeeded: shifted / 86_400_000))
        appendPiece(of: 26) { text in
            text[0] = UInt8(ascii: "\"")
            put(year / 100, in: text, at: 1)
            put(year % 100, in: text, at: 3)
            text[5] = UInt8(ascii: "-")
            put(month, in: text, at: 6)
            text[8] = UInt8(ascii: "-")
            put(day, in: text, at: 9)
            text[11] = UInt8(ascii: "T")
            put(rest / 3_600_000, in: text, at: 12)
            text[14] = UInt8(ascii: ":")
            put(rest / 60_000 % 60, in: text, at: 15)
            text[17] = UInt8(ascii: ":")
            put(rest / 1_000 % 60, in: text, at: 18)
            text[20] = UInt8(ascii: ".")
            text[21] = UInt8(ascii: "0") + UInt8(rest % 1_000 / 100)
            put(rest % 100, in: text, at: 22)
            text[24] = UInt8(ascii: "Z")
            text[25] = UInt8(ascii: "\"")
        }
    }
}

/// Two decimal digits.
@inline(__always)
private func put(_ number: UInt32, in text: UnsafeMutableBufferPointer<UInt8>, at place: Int) {
    text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10)
    text[place + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
}

private func digits(_ text: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> Int64? {
    var value: Int64 = 0
    for index in start..<start + count {
        let digit = text[index] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        value = value * 10 + Int64(digit)
    }
    return value
}

private func daysInMonth(_ year: Int64, _ month: Int64) -> Int64 {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
}

/// Proleptic Gregorian calendar; years begin in March here, so that the leap day comes last
/// (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
private func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - Int64(daysBeforeEpoch)
}

/// From the first day of year 0, which is a March 1st here, to the epoch.
private let daysBeforeEpoch = 719_468

@inline(__always)
private func civil(daysSinceEra days: UInt32) -> (year: UInt32, month: UInt32, day: UInt32) {
    let era = days / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
}
