internal import Glibc

/// The hashtags of a text: `#` and what follows of letters, digits, `_` and everything beyond ASCII, of which one
/// thing is no digit. A `#` within a word or an address begins none (`a#b`, `/#top`), one behind another hashtag does.
enum Hashtags {
    /// Bytes of one that count.
    static let longest = 64

    private static let isWord = table {
        (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 >= 0x80
    }
    /// What a `#` may not stand behind.
    private static let binds = table {
        (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x5F || "&/=".utf8.contains(UInt8($0))
    }

    /// - Parameters:
    ///   - scratch: room for `longest` bytes.
    ///   - body: given the letters without `#`, those of ASCII in small; false for no more.
    static func forEach(
        in text: UnsafeRawBufferPointer, _ scratch: UnsafeMutableRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) -> Bool
    ) {
        guard let start = text.baseAddress else { return }
        var place = 0
        var lastEnd = -1
        while place < text.count {
            guard let found = memchr(start + place, Int32(UInt8(ascii: "#")), text.count - place) else { return }
            let mark = UnsafeRawPointer(found) - start
            place = mark + 1
            guard mark == 0 || mark == lastEnd || !contains(binds, text[mark - 1]) else { continue }
            var end = place
            var isNumber = true
            while end < text.count, contains(isWord, text[end]) {
                if !(0x30...0x39).contains(text[end]) { isNumber = false }
                end += 1
            }
            guard !isNumber else { continue }
            let count = min(end - place, longest)
            for index in 0..<count {
                let byte = text[place + index]
                scratch[index] = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            }
            guard body(UnsafeRawBufferPointer(rebasing: scratch[..<count])) else { return }
            (place, lastEnd) = (end, end)
        }
    }

    private typealias Table = (UInt64, UInt64, UInt64, UInt64)

    @inline(__always)
    private static func contains(_ table: Table, _ byte: UInt8) -> Bool {
        let words = byte < 128 ? (byte < 64 ? table.0 : table.1) : (byte < 192 ? table.2 : table.3)
        return words >> UInt64(byte & 63) & 1 != 0
    }

    private static func table(_ has: (Int) -> Bool) -> Table {
        func word(_ first: Int) -> UInt64 {
            (0..<64).reduce(0) { $0 | (has(first + $1) ? 1 << UInt64($1) : 0) }
        }
        return (word(0), word(64), word(128), word(192))
    }
}

/// How many different hashtags an event has, of as many as are told apart.
struct EventHashtags {
    /// Different ones, for the event alone.
    static let most = 64
    /// Hashtags of one event that are looked at, so that a text full of them costs no more than that.
    static let mostLooked = 256

    private var known: InlineArray<64, UInt32> = InlineArray(repeating: 0)
    private(set) var count = 0
    private var looked = 0

    var isEmpty: Bool { looked == 0 }
    var isFull: Bool { looked == EventHashtags.mostLooked }

    /// - Returns: whether another may follow.
    mutating func add(_ hash: UInt32) -> Bool {
        looked += 1
        if count < EventHashtags.most, !(0..<count).contains(where: { known[$0] == hash }) {
            known[count] = hash
            count += 1
        }
        return !isFull
    }
}
