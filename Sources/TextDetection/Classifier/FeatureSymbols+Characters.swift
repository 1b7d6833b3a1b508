/// What single characters are read as.
extension FeatureSymbols {
    /// Of each byte: letters and digits as themselves, what may be a letter and what is not ASCII with the highest bit
    /// set, all else as space.
    nonisolated(unsafe) static let meanings: UnsafePointer<UInt8> = {
        // One for the process, written before anybody has it.
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        for code in 0..<256 { (table + code).initialize(to: code < 0x80 ? meaning(ofASCII: code) : 0xFF) }
        return UnsafePointer(table)
    }()

    private static func meaning(ofASCII code: Int) -> UInt8 {
        switch UInt8(code) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "2"), UInt8(ascii: "8"), UInt8(ascii: "9"): UInt8(code)
        // The folded text has no capitals.
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt8(code) | 0x20
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "@"), UInt8(ascii: "$"), UInt8(ascii: "*"),
            UInt8(ascii: "%"), UInt8(ascii: "_"), UInt8(ascii: "."):
            UInt8(code) | 0x80
        default: 0x20
        }
    }

    /// A digit or sign that may stand for a letter.
    @inline(never)
    mutating func meaning(of code: UInt32, _ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> UInt32 {
        let last = symbols[count - 1]
        switch UInt8(code) {
        case UInt8(ascii: "*"), UInt8(ascii: "%"), UInt8(ascii: "_"), UInt8(ascii: "."):
            guard FeatureSymbols.isLetter(last), place + 1 < text.count else { return FeatureSymbols.space }
            let (next, length) = FeatureSymbols.character(text, place + 1)
            guard FeatureSymbols.isLetter(next) else { return FeatureSymbols.space }
            // Between letters that stand alone it separates: "a.t.t.a.c.k".
            let isBehindTwo = count >= 2 && FeatureSymbols.isLetter(symbols[count - 2])
            let after = place + 1 + length
            let isBeforeTwo = after < text.count && FeatureSymbols.isLetter(FeatureSymbols.character(text, after).code)
            return isBehindTwo || isBeforeTwo ? FeatureSymbols.mask : FeatureSymbols.space
        default:
            var neighbour = last
            if !FeatureSymbols.isLetter(last) {
                var next = place + 1
                let end = min(text.count, place + FeatureSymbols.farthest)
                while next < end, FeatureSymbols.isSubstitute(text[next]) { next += 1 }
                neighbour = next < text.count ? FeatureSymbols.character(text, next).code : FeatureSymbols.space
            }
            if let letter = FeatureSymbols.letter(UInt8(code), beside: neighbour) {
                substitutes += neighbour < 0x400 ? 1 : 0
                return letter
            }
            if readsSignsAlone, let letter = FeatureSymbols.letter(UInt8(code), beside: 0x61) { return letter }
            return (0x30...0x39).contains(code) ? code : FeatureSymbols.space
        }
    }

    private static func isSubstitute(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "@")
            || byte == UInt8(ascii: "$")
    }

    private static func letter(_ code: UInt8, beside neighbour: UInt32) -> UInt32? {
        if (0x61...0x7A).contains(neighbour) || (0xC0...0x24F).contains(neighbour) {
            switch code {
            case UInt8(ascii: "0"): return UInt32(UInt8(ascii: "o"))
            case UInt8(ascii: "1"): return UInt32(UInt8(ascii: "i"))
            case UInt8(ascii: "3"): return UInt32(UInt8(ascii: "e"))
            case UInt8(ascii: "4"), UInt8(ascii: "@"): return UInt32(UInt8(ascii: "a"))
            case UInt8(ascii: "5"), UInt8(ascii: "$"): return UInt32(UInt8(ascii: "s"))
            case UInt8(ascii: "7"): return UInt32(UInt8(ascii: "t"))
            default: return nil
            }
        }
        guard (0x400...0x4FF).contains(neighbour) else { return nil }
        switch code {
        case UInt8(ascii: "0"): return 0x43E
        case UInt8(ascii: "3"): return 0x437
        case UInt8(ascii: "4"): return 0x447
        case UInt8(ascii: "6"): return 0x431
        default: return nil
        }
    }

    static func isLetter(_ code: UInt32) -> Bool {
        (0x61...0x7A).contains(code) || code >= 0x80 && !separates(code)
    }

    /// Of what is not ASCII: signs and punctuation by blocks, the same few everywhere.
    @inline(__always)
    static func separates(_ code: UInt32) -> Bool {
        if code < 0x600 {
            return code < 0xC0 && code != 0xAA && code != 0xB5 && code != 0xBA || code == 0xD7 || code == 0xF7
        }
        if code < 0x2000 {
            return code == 0x60C || code == 0x61B || code == 0x61F || (0x66A...0x66D).contains(code) || code == 0x6D4
        }
        return code < 0x2070 || (0x2E00...0x2E7F).contains(code) || (0x3000...0x303F).contains(code) || code == 0xFFFD
    }

    /// The code point at a place and its length in bytes; U+FFFD and one byte for what is no UTF-8.
    @inline(__always)
    static func character(_ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> (code: UInt32, length: Int) {
        let lead = UInt32(text[place])
        func trail(_ index: Int) -> UInt32 { UInt32(text[place + index] & 0x3F) }
        if lead < 0x80 { return (lead, 1) }
        if lead >= 0xC2, lead < 0xE0, place + 1 < text.count { return ((lead & 0x1F) << 6 | trail(1), 2) }
        if lead >= 0xE0, lead < 0xF0, place + 2 < text.count {
            return ((lead & 0x0F) << 12 | trail(1) << 6 | trail(2), 3)
        }
        if lead >= 0xF0, lead < 0xF5, place + 3 < text.count {
            return ((lead & 0x07) << 18 | trail(1) << 12 | trail(2) << 6 | trail(3), 4)
        }
        return (0xFFFD, 1)
    }
}
