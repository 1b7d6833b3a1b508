/// Whether a letter stands three times in a row anywhere, which few texts have: looked at eight bytes at a time.
enum RepeatedLetters {
    static func occur(in bytes: UnsafePointer<UInt8>, _ range: Range<Int>) -> Bool {
        var place = range.lowerBound
        // Characters of one, two and three bytes: equal to what stands one and two characters on.
        while place + 16 <= range.upperBound {
            let here = word(bytes, place)
            var runs = zeros(here ^ word(bytes, place + 1))
            if runs != 0 { runs &= zeros(here ^ word(bytes, place + 2)) }
            if !ASCIIBlock.isASCII(here) {
                runs |= zeros(here ^ word(bytes, place + 2)) & zeros(here ^ word(bytes, place + 4))
                runs |= zeros(here ^ word(bytes, place + 3)) & zeros(here ^ word(bytes, place + 6))
            }
            if runs != 0 {
                for offset in 0..<8 where isRun(bytes, place + offset, range.upperBound) { return true }
            }
            place += 8
        }
        while place < range.upperBound {
            if isRun(bytes, place, range.upperBound) { return true }
            place += 1
        }
        return false
    }

    private static func isRun(_ bytes: UnsafePointer<UInt8>, _ place: Int, _ end: Int) -> Bool {
        let lead = bytes[place]
        if lead < 0x80 {
            return FoldPass.isLetter(lead) && place + 2 < end && bytes[place + 1] == lead && bytes[place + 2] == lead
        }
        let size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        guard lead >= 0xC2, place + 3 * size <= end else { return false }
        return (0..<size).allSatisfy {
            bytes[place + $0] == bytes[place + size + $0] && bytes[place + $0] == bytes[place + 2 * size + $0]
        }
    }

    @inline(__always)
    private static func word(_ bytes: UnsafePointer<UInt8>, _ place: Int) -> UInt64 {
        UnsafeRawPointer(bytes + place).loadUnaligned(as: UInt64.self)
    }

    /// The high bit of each byte that is zero; of some above one that is, too.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }
}
