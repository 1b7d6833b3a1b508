import Events
import Foundation
import TestSupport
import Testing

struct ByteWriterTests {
    private func text(_ write: (inout ByteWriter) -> Void) -> String {
        var out = ByteWriter()
        write(&out)
        return String(decoding: out.bytes, as: UTF8.self)
    }

    @Test func escapesWhatJSONMustEscapeAndNothingElse() {
        #expect(text { $0.appendJSON("") } == "\"\"")
        #expect(
            text { $0.appendJSON("a\"b\\c\n\r\t\u{0}\u{1F}\u{7F}/é😀") } == #""a\"b\\c\n\r\t\u0000\u001f"#
                + "\u{7F}/é😀\"")
        #expect(text { $0.appendJSON(["a", "\""]) } == #"["a","\""]"#)
        #expect(text { $0.appendJSON([]) } == "[]")
        #expect(text { $0.appendJSON(true) } + text { $0.appendJSON(false) } == "truefalse")
    }

    @Test(arguments: UInt64(1)...50)
    func foundationReadsBackEveryString(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let strings = (0..<40).map { _ in randomText(upTo: 30, using: &random) }
        let read = try JSONSerialization.jsonObject(with: Data(text { $0.appendJSON(strings) }.utf8)) as? [String]
        // By code points: Swift would call strings equal that only look the same.
        #expect(read?.map { Array($0.utf8) } == strings.map { Array($0.utf8) })
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, -1, -10, Int64.max, Int64.min])
    func writesIntegers(number: Int64) {
        #expect(text { $0.append(number) } == String(number))
    }

    @Test(arguments: UInt64(1)...20)
    func writesRandomIntegers(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for shift in UInt64(0)..<64 {
            let number = Int64(bitPattern: random.next() >> shift)
            #expect(text { $0.append(number) } == String(number))
        }
    }

    @Test func padsWithZeros() {
        #expect(text { $0.append(UInt64(7), width: 3) } == "007")
        #expect(text { $0.append(UInt64(0), width: 1) } == "0")
        #expect(text { $0.append(UInt64(2_026), width: 4) } == "2026")
    }

    @Test(
        arguments: [
            (0, 4, "0"), (-0.0, 4, "0"), (1, 4, "1"), (0.5, 4, "0.5"), (0.12345, 4, "0.1235"), (-0.12344, 4, "-0.1234"),
            (-0.00001, 4, "0"), (0.9999, 4, "0.9999"), (0.99999, 4, "1"), (123.456, 2, "123.46"), (12.01, 2, "12.01"),
            (2.5, 0, "3"), (1e15, 4, "1000000000000000.0"), (899_999_999_999.9999, 4, "899999999999.9999"),
        ] as [(Double, Int, String)])
    func writesFractions(value: Double, places: Int, expected: String) {
        #expect(text { $0.append(value, places: places) } == expected)
    }

    /// Against Foundation's number formatting, up to the largest values that have decimals at all.
    @Test(arguments: UInt64(1)...50)
    func writesRandomFractions(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<40 {
            let places = Int.random(in: 0...6, using: &random)
            let size = pow(10.0, Double.random(in: -3...15.9, using: &random) - Double(places))
            let value = Double.random(in: -1...1, using: &random) * size
            let read = try #require(Double(text { $0.append(value, places: places) }))
            let step = pow(10.0, -Double(places))
            #expect(abs(read - value) <= step * 0.5000001 + abs(value) * 1e-15, "\(value) with \(places)")
        }
    }

    @Test func writesHexadecimalInLowerCase() {
        #expect(text { $0.appendHex([0, 1, 0xAB, 0xFF]) } == "0001abff")
    }
}

/// Valid UTF-8 with a liking for what needs escaping.
/// (No byte order mark: Foundation's own reader drops it from strings.)
func randomText(upTo length: Int, using random: inout SplitMix64) -> String {
    var scalars = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...length, using: &random) {
        let value: UInt32 =
            switch Int.random(in: 0..<6, using: &random) {
            case 0: UInt32.random(in: 0..<0x20, using: &random)
            case 1: [0x22, 0x5C, 0x2F, 0x7F, 0x2028, 0x2029].randomElement(using: &random) ?? 0x22
            case 2: UInt32.random(in: 0x80..<0xD800, using: &random)
            case 3: UInt32.random(in: 0xE000...0x10FFFF, using: &random)
            default: UInt32.random(in: 0x20..<0x7F, using: &random)
            }
        if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
    }
    return String(scalars)
}
