internal import CICU

/// Which characters make words, for planes 0 and 1; worked out from ICU once.
struct WordTable: @unchecked Sendable {
    // Sendable: there is one, whose memory is written before anybody has it and lives as long as the process.

    private static let limit = 0x2_0000
    static let word: UInt8 = 1
    static let unspaced: UInt8 = 2
    /// Of those that make words: no letter, mark or number, but what holds them together, as `_` does.
    static let connector: UInt8 = 4
    static let digit: UInt8 = 8

    /// `limit` of them; a plain address, because a scan asks at each hit.
    private let classes: UnsafePointer<UInt8>

    static let shared = WordTable()

    private init() {
        let classes = UnsafeMutablePointer<UInt8>.allocate(capacity: WordTable.limit)
        for code in 0..<WordTable.limit { (classes + code).initialize(to: WordTable.classify(UInt32(code))) }
        self.classes = UnsafePointer(classes)
    }

    private static func classify(_ code: UInt32) -> UInt8 {
        let category = Unicode.Scalar(code)?.properties.generalCategory
        return (weir_icu_is_word(code) ? word : 0) | (weir_icu_is_unspaced(code) ? unspaced : 0)
            | (category == .connectorPunctuation ? connector : 0) | (category == .decimalNumber ? digit : 0)
    }

    @inline(__always)
    func classes(of code: UInt32) -> UInt8 {
        code < WordTable.limit ? classes[Int(code)] : WordTable.classify(code)
    }

    /// Whether a word may begin or end at `place`: not between two characters that make words, unless one is of a
    /// script written without spaces. At both ends of a text always.
    ///
    /// - Parameters:
    ///   - bytes: texts with separators between them and at both ends.
    ///   - place: of a character, behind the first separator and at most at the last.
    @inline(__always)
    func isBoundary(_ place: Int, in bytes: UnsafePointer<UInt8>) -> Bool {
        let next = bytes[place]
        let previous = bytes[place - 1]
        if next < 0x80, previous < 0x80 {
            return classes[Int(next)] & classes[Int(previous)] & WordTable.word == 0
        }
        return isBoundaryBeyondASCII(place, in: bytes)
    }

    @inline(never)
    private func isBoundaryBeyondASCII(_ place: Int, in bytes: UnsafePointer<UInt8>) -> Bool {
        if bytes[place] == TextFolder.separator || bytes[place - 1] == TextFolder.separator { return true }
        var start = place - 1
        while bytes[start] & 0xC0 == 0x80, place - start < 4 { start -= 1 }
        let previous = wordClass(at: start, bytes)
        let next = wordClass(at: place, bytes)
        return previous & next & WordTable.word == 0 || (previous | next) & WordTable.unspaced != 0
    }

    /// `word`, `unspaced`, both or neither.
    @inline(__always)
    func traits(of code: UInt32) -> UInt8 {
        code < WordTable.limit ? classes[Int(code)] : WordTable.classify(code)
    }

    /// Of UTF-8; never reads beyond a separator.
    private func wordClass(at place: Int, _ bytes: UnsafePointer<UInt8>) -> UInt8 {
        let lead = bytes[place]
        guard lead >= 0xC0 else { return classes[Int(lead & 0x7F)] }
        let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        var code = UInt32(lead) & (0x7F >> UInt32(length))
        for offset in 1..<length {
            let byte = bytes[place + offset]
            guard byte & 0xC0 == 0x80 else { return 0 }
            code = code << 6 | UInt32(byte & 0x3F)
        }
        return code < WordTable.limit ? classes[Int(code)] : WordTable.classify(code)
    }
}
