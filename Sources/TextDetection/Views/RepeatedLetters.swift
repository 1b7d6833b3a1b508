/// Whether a letter stands three times in a row anywhere, which few texts have: looked at sixteen bytes at a time.
enum RepeatedLetters {
    static func occur(in bytes: UnsafePointer<UInt8>, _ range: Range<Int>) -> Bool {
        var place = range.lowerBound
        while place + SixteenBytes.count + longest <= range.upperBound {
            let here = SixteenBytes(bytes, place)
            var runs = equals(bytes, place, size: 1)
            if here.isAny {
                // First and last byte of characters of two, three and four bytes.
                for size in 2...4 {
                    runs = runs | equals(bytes, place, size: size) & equals(bytes, place + size - 1, size: size)
                }
            }
            if runs.isAny {
                for offset in 0..<SixteenBytes.count where isRun(bytes, place + offset, range.upperBound) {
                    return true
                }
            }
            place += SixteenBytes.count
        }
        while place < range.upperBound {
            if isRun(bytes, place, range.upperBound) { return true }
            place += 1
        }
        return false
    }

    /// So many bytes are looked at behind sixteen: three characters but one byte.
    private static let longest = 11

    /// Bytes that are the same one and two characters on.
    @inline(__always)
    private static func equals(_ bytes: UnsafePointer<UInt8>, _ place: Int, size: Int) -> SixteenBytes {
        let here = SixteenBytes(bytes, place)
        return here.equals(SixteenBytes(bytes, place + size)) & here.equals(SixteenBytes(bytes, place + 2 * size))
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
}
