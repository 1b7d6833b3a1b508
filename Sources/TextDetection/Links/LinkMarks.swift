/// Finds the few places of a text that can make a link of it, sixteen bytes at a time: most texts have none.
///
/// A name has a dot before one of its letters (a joint), a scheme a colon before a slash; and what stands for something
/// else begins with one of a few characters (`PlainLinkText.mayBeEdited`). In a text without any of these `LinkScanner`
/// finds nothing.
enum LinkMarks {
    /// The first place at or behind `start` where a link may be joined or, if `editsToo`, something may stand for
    /// something else; the text's end if there is none.
    @inline(__always)
    static func next(in text: UnsafeRawBufferPointer, from start: Int, editsToo: Bool) -> Int {
        guard let base = text.baseAddress else { return 0 }
        var place = start
        // Each place is looked at with the two behind it.
        while place &+ SixteenBytes.count &+ 2 <= text.count {
            let here = SixteenBytes(base, place)
            let next = SixteenBytes(base, place &+ 1)
            var marks = joints(here, next)
            if editsToo { marks = marks | edits(here, next, SixteenBytes(base, place &+ 2)) }
            if marks.isAny {
                let halves = marks.highBits
                for half in 0..<2 {
                    var left = halves[half]
                    while left != 0 {
                        let found = place &+ 8 &* half &+ left.trailingZeroBitCount / 8
                        if isMark(text, found, editsToo) { return found }
                        left &= left &- 1
                    }
                }
            }
            place &+= SixteenBytes.count
        }
        while place < text.count, !isMark(text, place, editsToo) { place &+= 1 }
        return place
    }

    /// A dot before what is no space, a colon before a slash.
    @inline(__always)
    private static func joints(_ here: SixteenBytes, _ next: SixteenBytes) -> SixteenBytes {
        let slashes = next.equals(UInt8(ascii: "/")) | next.equals(UInt8(ascii: "\\"))
        return here.equals(UInt8(ascii: ".")) & next.exceeds(UInt8(ascii: " "))
            | here.equals(UInt8(ascii: ":")) & slashes
    }

    /// At least where `PlainLinkText.mayBeEdited` says so.
    @inline(__always)
    private static func edits(_ here: SixteenBytes, _ next: SixteenBytes, _ third: SixteenBytes) -> SixteenBytes {
        // `[` and `{` differ by one bit, as letters do.
        let signs =
            here.equals(UInt8(ascii: "%")) | here.equals(UInt8(ascii: "(")) | (here | 0x20).equals(UInt8(ascii: "{"))
        let dot = (next | 0x20).equals(UInt8(ascii: "d")) & (third | 0x20).equals(UInt8(ascii: "o"))
        let behindSpace = (next & 0xF0).equals(0x20) | (next | 0x20).equals(UInt8(ascii: "{")) | dot
        // E2, E3, EA, and EB for nothing.
        let others = (here & 0xF6).equals(0xE2) | here.equals(0xC2) | here.equals(0xEF)
        return signs | here.equals(UInt8(ascii: " ")) & behindSpace | others
    }

    @inline(never)
    private static func isMark(_ text: UnsafeRawBufferPointer, _ place: Int, _ editsToo: Bool) -> Bool {
        isJoint(text, place) || editsToo && PlainLinkText.mayBeEdited(text, place)
    }

    /// Whether a name, or what stands behind a scheme, may go on here.
    @inline(__always)
    static func isJoint(_ text: UnsafeRawBufferPointer, _ place: Int) -> Bool {
        guard place + 1 < text.count else { return false }
        switch text[place] {
        case UInt8(ascii: "."): return PlainLinkText.isHostByte(text[place + 1])
        case UInt8(ascii: ":"): return text[place + 1] == UInt8(ascii: "/") || text[place + 1] == UInt8(ascii: "\\")
        default: return false
        }
    }
}
