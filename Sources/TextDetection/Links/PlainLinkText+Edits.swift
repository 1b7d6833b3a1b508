internal import Events

extension PlainLinkText {
    /// What stands for one byte, or for none.
    struct Replaced {
        let range: Range<Int>
        let byte: UInt8?
    }

    /// Whether something may begin here that stands for something else.
    static func mayBeEdited(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
        switch text[at] {
        case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "{"), UInt8(ascii: "%"): return true
        case 0xC2, 0xE2, 0xE3, 0xEA, 0xEF: return character(text, at) != nil
        case UInt8(ascii: " "):
            guard at + 1 < text.count else { return false }
            switch text[at + 1] {
            case UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "{"), UInt8(ascii: " "):
                return true
            // `dot`
            case UInt8(ascii: "d"), UInt8(ascii: "D"):
                return at + 2 < text.count && text[at + 2] | 0x20 == UInt8(ascii: "o")
            default: return false
            }
        default: return false
        }
    }

    static func edit(_ text: UnsafeRawBufferPointer, _ at: Int) -> Replaced? {
        switch text[at] {
        case UInt8(ascii: "["): bracketed(text, at, closing: UInt8(ascii: "]"))
        case UInt8(ascii: "("): bracketed(text, at, closing: UInt8(ascii: ")"))
        case UInt8(ascii: "{"): bracketed(text, at, closing: UInt8(ascii: "}"))
        case UInt8(ascii: " "): spaced(text, at)
        case UInt8(ascii: "%"): escaped(text, at)
        default: character(text, at)
        }
    }

    /// `[.]`, `[dot]`, `[:]`, `[/]`, with spaces around and inside.
    private static func bracketed(_ text: UnsafeRawBufferPointer, _ at: Int, closing: UInt8) -> Replaced? {
        var end = behindSpaces(text, at + 1)
        guard end < text.count else { return nil }
        let byte: UInt8
        switch text[end] {
        case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"):
            byte = text[end]
            end += 1
        default:
            guard isDot(text, end) else { return nil }
            byte = UInt8(ascii: ".")
            end += 3
        }
        end = behindSpaces(text, end)
        guard end < text.count, text[end] == closing else { return nil }
        end += 1
        // A part of a list: [.] by itself is no link's.
        let next = behindSpaces(text, end)
        return Replaced(range: at..<(next < text.count && isHostByte(text[next]) ? next : end), byte: byte)
    }

    /// ` . `, ` .`, ` dot ` and ` [.]` between what may be labels.
    private static func spaced(_ text: UnsafeRawBufferPointer, _ at: Int) -> Replaced? {
        guard at > 0, isHostByte(text[at - 1]) else { return nil }
        let mark = behindSpaces(text, at)
        guard mark < text.count else { return nil }
        var end: Int
        switch text[mark] {
        case UInt8(ascii: "."): end = mark + 1
        case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "{"):
            guard let inner = edit(text, mark), inner.byte == UInt8(ascii: ".") else { return nil }
            return Replaced(range: at..<inner.range.upperBound, byte: inner.byte)
        default:
            guard isDot(text, mark), mark + 3 < text.count, text[mark + 3] == UInt8(ascii: " ") else { return nil }
            end = mark + 3
        }
        end = behindSpaces(text, end)
        guard end < text.count, isHostByte(text[end]) else { return nil }
        return Replaced(range: at..<end, byte: UInt8(ascii: "."))
    }

    private static func escaped(_ text: UnsafeRawBufferPointer, _ at: Int) -> Replaced? {
        guard at + 2 < text.count, let high = hexValue(text[at + 1]), let low = hexValue(text[at + 2]) else {
            return nil
        }
        let byte = high << 4 | low
        guard [UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":")].contains(byte) else { return nil }
        return Replaced(range: at..<(at + 3), byte: byte)
    }

    private static func character(_ text: UnsafeRawBufferPointer, _ at: Int) -> Replaced? {
        let size = text[at] < 0xE0 ? 2 : 3
        guard at + size <= text.count else { return nil }
        let last = text[at + size - 1]
        let code: UInt32
        if size == 2 {
            code = UInt32(text[at] & 0x1F) << 6 | UInt32(last & 0x3F)
        } else {
            code = UInt32(text[at] & 0x0F) << 12 | UInt32(text[at + 1] & 0x3F) << 6 | UInt32(last & 0x3F)
        }
        let range = at..<(at + size)
        switch code {
        // Soft hyphen; zero-width space, joiners and directional marks; word joiner and invisible operators; the mark of
        // byte order: Default_Ignorable_Code_Point, or drawn as nothing.
        case 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069, 0xFEFF: return Replaced(range: range, byte: nil)
        // What UTS #46 takes for a full stop, and what looks like one.
        case 0x3002, 0xFF61, 0x2024, 0xB7, 0x2027, 0x2219, 0x30FB:
            return Replaced(range: range, byte: UInt8(ascii: "."))
        case 0x2044, 0x2215, 0x29F8: return Replaced(range: range, byte: UInt8(ascii: "/"))
        case 0x2236, 0xA789: return Replaced(range: range, byte: UInt8(ascii: ":"))
        case 0xFF01...0xFF5E: return Replaced(range: range, byte: UInt8(truncatingIfNeeded: code - 0xFEE0))
        default: return nil
        }
    }

    private static func isDot(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
        at + 3 <= text.count && zip(text[at..<(at + 3)], "dot".utf8).allSatisfy { $0 | 0x20 == $1 }
    }

    /// A few: more are a layout, and nobody's link.
    private static func behindSpaces(_ text: UnsafeRawBufferPointer, _ at: Int) -> Int {
        var end = at
        while end < text.count, end < at + 3, text[end] == UInt8(ascii: " ") { end += 1 }
        return end
    }

    /// Of a label, if only as browsers map it; or a percent sign that spells one.
    @inline(__always)
    static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "%"), 0x80...:
            true
        default: false
        }
    }
}
