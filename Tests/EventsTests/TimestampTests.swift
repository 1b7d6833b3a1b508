import Events
import Foundation
import TestSupport
import Testing

struct TimestampTests {
    /// From RFC 3339 sections 5.7 and 5.8, and the edges; the figures from Python's `datetime`.
    @Test(arguments: [
        ("2026-11-23T10:00:00Z", 1_795_428_000_000_000_000),
        ("2026-11-23t10:00:00z", 1_795_428_000_000_000_000),
        ("2026-11-23T10:00:00.000Z", 1_795_428_000_000_000_000),
        ("2026-11-23T10:00:00-00:00", 1_795_428_000_000_000_000),
        ("2026-11-23T10:00:00-23:59", 1_795_514_340_000_000_000),
        ("2024-02-29T23:59:59.999999999Z", 1_709_251_199_999_999_999),
        ("2024-02-29T23:59:59.9999999999999Z", 1_709_251_199_999_999_999),
        ("2024-02-29T23:59:59.1Z", 1_709_251_199_100_000_000),
        ("2000-02-29T00:00:00Z", 951_782_400_000_000_000),
        ("1900-03-01T00:00:00Z", -2_203_891_200_000_000_000),
        ("1985-04-12T23:20:50.52Z", 482_196_050_520_000_000),
        ("1996-12-19T16:39:57-08:00", 851_042_397_000_000_000),
        ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130_000_000),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("1970-01-01T00:00:00Z", 0),
        // Leap seconds take the count of the second that follows.
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000_000),
        ("1990-12-31T15:59:60-08:00", 662_688_000_000_000_000),
        ("1677-09-21T00:12:44Z", -9_223_372_036_000_000_000),
        ("1677-09-21T00:12:43.145224192Z", Int64.min),
        ("2262-04-11T23:47:16.854775807Z", Int64.max),
    ])
    func reads(text: String, nanoseconds: Int64) throws {
        #expect(try Timestamp(rfc3339: text).nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-11-23", "2026-11-23T10:00Z", "2026-11-23T10:00:00", "2026-11-23 10:00:00Z",
        "2026-11-23T10:00:00.Z", "2026-11-23T10:00:00,5Z", "2026-11-23T10:00:00ZZ", "2026-11-23T10:00:00Z ",
        " 2026-11-23T10:00:00Z", "2026-11-23T10:00:00+0100", "2026-11-23T10:00:00+01", "2026-11-23T10:00:00+01:0",
        "2026-11-23T10:00:00+24:00", "2026-11-23T10:00:00+01:60", "2026-11-23T10:00:00.5", "2026-11-23T10:00:00.",
        "2026-00-23T10:00:00Z", "2026-13-23T10:00:00Z", "2026-11-00T10:00:00Z", "2026-11-31T10:00:00Z",
        "2026-02-29T10:00:00Z", "1900-02-29T10:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T10:60:00Z",
        "2026-11-23T10:00:61Z", "2026-1a-23T10:00:00Z", "20260-11-23T10:00:00Z", "2026/11/23T10:00:00Z",
        "-026-11-23T10:00:00Z", "+026-11-23T10:00:00Z", "2026-11-23T1 :00:00Z", "٢٠٢٦-11-23T10:00:00Z",
        // A leap second anywhere but at the end of a day in UTC.
        "2026-11-23T10:00:60Z", "2016-12-31T23:58:60Z", "2016-12-31T23:59:60+01:00",
    ])
    func refusesWhatIsNoTime(text: String) {
        #expect(throws: Timestamp.Failure.format) { try Timestamp(rfc3339: text) }
    }

    @Test(arguments: [
        "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1677-09-21T00:12:43.145224191Z", "1677-09-21T00:12:42Z",
        "2262-04-11T23:47:16.854775808Z", "2262-04-11T23:47:17Z", "9999-12-31T23:59:59Z",
    ])
    func refusesWhatDoesNotFit(text: String) {
        #expect(throws: Timestamp.Failure.range) { try Timestamp(rfc3339: text) }
    }

    @Test(arguments: [
        (Int64.min, "1677-09-21T00:12:43.146Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (-1_000_000, "1969-12-31T23:59:59.999Z"), (-1_000_001, "1969-12-31T23:59:59.998Z"),
        (0, "1970-01-01T00:00:00.000Z"), (999_999, "1970-01-01T00:00:00.000Z"),
        (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"), (Int64.max, "2262-04-11T23:47:16.854Z"),
    ])
    func writesMillisecondsRoundedDownWithinTheRange(nanoseconds: Int64, text: String) {
        #expect(written(Timestamp(nanoseconds: nanoseconds)) == text)
    }

    @Test func millisecondsSaturateAndSecondsCount() {
        #expect(Timestamp(milliseconds: .max).nanoseconds == .max)
        #expect(Timestamp(milliseconds: .min).nanoseconds == .min)
        #expect(Timestamp(milliseconds: -1).nanoseconds == -1_000_000)
        #expect(Timestamp(nanoseconds: 0).seconds(since: Timestamp(nanoseconds: 1_999_999_999)) == -1)
        #expect(Timestamp(nanoseconds: .max).seconds(since: Timestamp(nanoseconds: .min)) == Int64.max / 1_000_000_000)
        #expect(Timestamp(nanoseconds: .min).seconds(since: Timestamp(nanoseconds: .max)) == Int64.min / 1_000_000_000)
    }

    /// Foundation's calendar is the model: any instant is written as it says.
    @Test(arguments: UInt64(1)...50)
    func writesWhatTheCalendarSays(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let calendar = try Self.calendar()
        for _ in 0..<40 {
            let nanoseconds = Int64.random(in: .min ... .max, using: &random)
            var milliseconds = nanoseconds / 1_000_000
            if milliseconds * 1_000_000 > nanoseconds { milliseconds -= 1 }
            var seconds = milliseconds / 1_000
            if seconds * 1_000 > milliseconds { seconds -= 1 }
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: Double(seconds)))
            let expected = String(
                format: "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.year ?? -1, parts.month ?? -1, parts.day ?? -1,
                parts.hour ?? -1, parts.minute ?? -1, parts.second ?? -1, Int(milliseconds - seconds * 1_000))
            #expect(written(Timestamp(nanoseconds: nanoseconds)) == expected)
        }
    }

    /// Any date, time, fraction and offset is read as the calendar says.
    @Test(arguments: UInt64(1)...50)
    func readsWhatTheCalendarSays(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let calendar = try Self.calendar()
        for _ in 0..<40 {
            var parts = DateComponents()
            parts.year = Int.random(in: 1678...2261, using: &random)
            parts.month = Int.random(in: 1...12, using: &random)
            parts.day = Int.random(in: 1...31, using: &random)
            parts.hour = Int.random(in: 0...23, using: &random)
            parts.minute = Int.random(in: 0...59, using: &random)
            parts.second = Int.random(in: 0...59, using: &random)
            let offset = Int.random(in: -1_439...1_439, using: &random)
            let places = Int.random(in: 0...12, using: &random)
            let digits = (0..<places).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
            let text =
                String(
                    format: "%04d-%02d-%02dT%02d:%02d:%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0,
                    parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0) + (places > 0 ? "." + digits : "")
                + String(format: "%@%02d:%02d", offset < 0 ? "-" : "+", abs(offset) / 60, abs(offset) % 60)
            guard parts.isValidDate(in: calendar) else {
                #expect(throws: Timestamp.Failure.format, "\(text)") { try Timestamp(rfc3339: text) }
                continue
            }
            let date = try #require(calendar.date(from: parts))
            let fraction = Int64((digits + "000000000").prefix(9)) ?? -1
            let expected = (Int64(date.timeIntervalSince1970) - Int64(offset) * 60) * 1_000_000_000 + fraction
            #expect(try Timestamp(rfc3339: text).nanoseconds == expected, "\(text)")
        }
    }

    @Test(arguments: UInt64(1)...20)
    func readsBackWhatItWrites(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<100 {
            let time = Timestamp(milliseconds: Int64.random(in: -9_223_372_036_854...9_223_372_036_854, using: &random))
            #expect(try Timestamp(rfc3339: written(time)) == time)
        }
    }

    private static func calendar() throws -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        return calendar
    }
}

/// As it stands in JSON, without the quotes.
func written(_ time: Timestamp) -> String {
    var out = ByteWriter()
    out.appendJSON(time)
    return String(decoding: out.bytes.dropFirst().dropLast(), as: UTF8.self)
}
