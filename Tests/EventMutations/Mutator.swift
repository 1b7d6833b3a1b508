internal import TestSupport

/// Spoils texts in the ways that readers trip over. The same seed gives the same texts.
struct Mutator {
    private var random: SplitMix64

    /// What is put in at random places.
    private static let tokens: [String] = [
        "\"", "\\", "\\u", "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\u0000", "{", "}", "[", "]", ",", ":", "null",
        "true",
        "tru", "0", "-", "-0", "01", "1.", "1e", "1e999", "-1e-999", "9223372036854775807", "9223372036854775808",
        "-9223372036854775809", "99999999999999999999999", "0.00000000000000000001", "{\"a\":", "\"id\":\"x\",", "[{}]",
        "\"data\":{}", "\u{FEFF}", "\u{0}", "\u{7F}", "\u{2028}", "é", "😀", "2026-02-30T24:00:60Z",
        "0000-00-00T00:00:00Z", " ",
        "\n", "\t", "*a", "&a", "!!binary ", "- ", ": ", "? ", "|\n", "%YAML 9.9\n", "--- ",
    ]

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func number(below bound: Int) -> Int { Int.random(in: 0..<max(bound, 1), using: &random) }

    /// One to three changes of `text`; `others` are there to be spliced in.
    mutating func mutate(_ text: [UInt8], with others: [[UInt8]]) -> [UInt8] {
        var text = text
        for _ in 0...min(number(below: 4), number(below: 4)) { change(&text, with: others) }
        return text
    }

    private mutating func change(_ text: inout [UInt8], with others: [[UInt8]]) {
        let place = number(below: text.count + 1)
        let range = place..<min(place + number(below: 24), text.count)
        switch number(below: 18) {
        case 0 where place < text.count: text[place] ^= 1 << UInt8(number(below: 8))
        case 1, 13, 14, 15: text.replaceSubrange(place..<min(place + 1, text.count), with: [UInt8(number(below: 256))])
        case 2: text.insert(contentsOf: (0...number(below: 8)).map { _ in UInt8(number(below: 256)) }, at: place)
        case 3, 4: text.insert(contentsOf: Self.tokens[number(below: Self.tokens.count)].utf8, at: place)
        case 5: text.removeSubrange(range)
        case 6: text.removeSubrange(place...)
        case 7: text.insert(contentsOf: Array(text[range]), at: number(below: text.count + 1))
        case 8:
            let other = others[number(below: others.count)]
            text = Array(text[..<place]) + other[number(below: other.count + 1)...]
        case 9: replaceNumber(&text, near: place)
        case 10: nest(&text, at: place)
        case 11: text.replaceSubrange(range, with: Self.tokens[number(below: Self.tokens.count)].utf8)
        case 12 where number(below: 20) == 0:
            text.insert(contentsOf: [UInt8](repeating: UInt8(ascii: "x"), count: number(below: 80_000)), at: place)
        case 16: swapHalves(&text, at: place)
        default: text.insert(UInt8(ascii: " ") + UInt8(number(below: 95)), at: place)
        }
    }

    /// A run of digits becomes another number.
    private mutating func replaceNumber(_ text: inout [UInt8], near place: Int) {
        func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
        guard let start = text[place...].firstIndex(where: isDigit) else { return }
        let end = text[start...].firstIndex { !isDigit($0) } ?? text.endIndex
        let numbers = ["0", "-1", "00", "1.5", "1e3", "4294967296", "9223372036854775808", "1e400", "60", "2262"]
        text.replaceSubrange(start..<end, with: numbers[number(below: numbers.count)].utf8)
    }

    /// Brackets in numbers around the limit, closed or not.
    private mutating func nest(_ text: inout [UInt8], at place: Int) {
        let depth = [1, 2, 30, 31, 32, 33, 1_025, 5_000][number(below: 8)]
        let closed = number(below: 2) == 0
        let (opening, closing) = number(below: 2) == 0 ? ("[", "]") : ("{\"k\":", "}")
        let nested =
            String(repeating: opening, count: depth) + (closed ? "1" + String(repeating: closing, count: depth) : "")
        text.insert(contentsOf: nested.utf8, at: place)
    }

    private func swapHalves(_ text: inout [UInt8], at place: Int) {
        text = Array(text[place...]) + text[..<place]
    }
}
