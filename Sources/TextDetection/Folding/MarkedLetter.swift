internal import CICU

/// Letters that folding makes others, but that some language's spelling tells apart: é of e, ö of o, й of и.
///
/// Each has a number, which edits carry: words that differ in one or two such letters are other words (konnte, könnte),
/// words that differ in other ways are the same in disguise. Letters with marks of Latin-1 and Latin Extended-A, and й;
/// not ё, İ and ı, which are written as е and i as often.
enum MarkedLetter {
    /// No such letter.
    static let none: UInt8 = 0
    /// Marked in a way that no spelling has.
    static let odd: UInt8 = 255
    private static let shortI: UInt8 = 254

    private static let first: UInt32 = 0xC0
    private static let last: UInt32 = 0x17E

    /// For code points from 0xC0 on; by small letters.
    private static let numbers: [UInt8] = (first...last).map { code in
        guard let scalar = Unicode.Scalar(code), code != 0x130,
            // With a mark that can be taken off, or a stroke.
            isMarked(decomposed(scalar)) || "ØøĐđĦħŁłŦŧ".unicodeScalars.contains(scalar),
            let small = scalar.properties.lowercaseMapping.unicodeScalars.first, small.value >= first,
            small.value - first < 253
        else { return none }
        return UInt8(small.value - first) + 1
    }

    /// By letter and mark, as they stand apart.
    private static let composed: [UInt64: UInt8] = {
        var composed: [UInt64: UInt8] = [key(0x438, 0x306): shortI]
        for code in first...last {
            guard let scalar = Unicode.Scalar(code), number(of: code) != none else { continue }
            let parts = decomposed(scalar)
            if isMarked(parts) { composed[key(parts[0].value, parts[1].value)] = number(of: code) }
        }
        return composed
    }()

    private static func isMarked(_ parts: [Unicode.Scalar]) -> Bool { parts.count == 2 && parts[1].value >= 0x300 }

    /// As a small letter and its marks.
    private static func decomposed(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        let source = Array(String(scalar).utf8)
        let parts = [UInt8](unsafeUninitializedCapacity: 64) { parts, count in
            source.withUnsafeBytes { source in
                count = max(
                    0, Int(weir_icu_nfkc_casefold_nfd(source.baseAddress, source.count, parts.baseAddress, parts.count))
                )
            }
        }
        return Array(String(decoding: parts, as: UTF8.self).unicodeScalars)
    }

    private static func key(_ letter: UInt32, _ mark: UInt32) -> UInt64 { UInt64(letter) << 32 | UInt64(mark) }

    @inline(__always)
    static func number(of code: UInt32) -> UInt8 {
        if code >= first, code <= last { return numbers[Int(code - first)] }
        return code == 0x419 || code == 0x439 ? shortI : none
    }

    /// Of a folded letter with a mark behind it; marks of scripts that are written with and without them count as none.
    static func number(of letter: UInt32, with mark: UInt32) -> UInt8 {
        let isGeneral =
            (0x300..<0x370).contains(mark) || (0x1AB0..<0x1B00).contains(mark)
            || (0x1DC0..<0x1E00).contains(mark) || (0x20D0..<0x2100).contains(mark)
        guard isGeneral, letter != 0x435 || mark != 0x308 else { return none }
        return composed[key(letter, mark)] ?? odd
    }
}
