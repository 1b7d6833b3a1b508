internal import CICU
internal import Events

/// What each code point becomes by itself when texts are folded; worked out from ICU once.
///
/// Two levels: `index` names for each 64 code points, as UTF-8 cuts them, the block of 64 `entries` that they have; most
/// have the same. An entry says what to do (`Kind`), and carries up to three bytes of the result; longer ones stand in
/// `pool` behind their length.
struct FoldTable: @unchecked Sendable {
    // Sendable: there is one, whose memory is written before anybody has it and lives as long as the process.

    /// What to do with a code point: bits 26 to 28 of an entry.
    enum Kind {
        /// Becomes the bytes of the entry, one to three and no more than it has.
        static let inline: UInt32 = 0
        /// Stays, with all of its bytes.
        static let copy: UInt32 = 1 << 26
        /// Becomes what stands in `pool`.
        static let pool: UInt32 = 2 << 26
        /// White space.
        static let space: UInt32 = 3 << 26
        /// Goes away, wherever it stands; with `isStripped`, as a mark of the letter before it.
        static let delete: UInt32 = 4 << 26
        /// A mark that stays; its Canonical_Combining_Class is in the low byte.
        static let mark: UInt32 = 5 << 26
        /// Becomes what stands in `pool`, code point by code point: some are marks, or compose with what is before them.
        static let sequence: UInt32 = 6 << 26
        /// Turns what follows: U+202D or U+202E.
        static let turn: UInt32 = 7 << 26

        static let mask: UInt32 = 7 << 26
    }

    /// Bytes of an inline entry; 1…3.
    @inline(__always)
    static func count(_ entry: UInt32) -> Int { Int(entry >> 24 & 3) }
    /// The number of the letter that becomes another (`MarkedLetter`): in the third byte of a result that has none.
    @inline(__always)
    static func letter(_ entry: UInt32) -> UInt8 { count(entry) < 3 ? UInt8(truncatingIfNeeded: entry >> 16) : 0 }
    /// As long as before, so that offsets stay as they are.
    static let sameLength: UInt32 = 1 << 29
    /// A letter of a script whose letters are mistaken for Latin ones.
    static let mistakable: UInt32 = 1 << 30
    /// Such a letter that looks like no Latin one: who writes it writes that script.
    static let unmistakable: UInt32 = 1 << 31

    /// Of a code point that goes away.
    static let isStripped: UInt32 = 1

    static let blockBits = 6
    static let longest = 64

    let index: UnsafePointer<UInt16>
    let entries: UnsafePointer<UInt32>
    let pool: UnsafePointer<UInt8>
    let byteCount: Int
    /// The first half of the SHA-256 of all of it, in hexadecimal: what texts fold to depends on nothing else.
    let digest: String
    /// Folded letters that are mistaken for Latin ones, ascending, and those.
    private let mistaken: [UInt32]
    private let latin: [UInt8]

    static let shared = FoldTable()

    private init() {
        var build = FoldTableBuilder()
        build.run()
        index = FoldTable.kept(build.index)
        entries = FoldTable.kept(build.entries)
        pool = FoldTable.kept(build.pool + [UInt8](repeating: 0, count: FoldTable.longest))
        mistaken = build.mistaken.map(\.letter)
        latin = build.mistaken.map(\.latin)
        var bytes = ByteWriter()
        for block in build.index { withUnsafeBytes(of: block.littleEndian) { bytes.append(Array($0)) } }
        for entry in build.entries { withUnsafeBytes(of: entry.littleEndian) { bytes.append(Array($0)) } }
        bytes.append(build.pool)
        for (letter, latin) in build.mistaken {
            withUnsafeBytes(of: letter.littleEndian) { bytes.append(Array($0)) }
            bytes.append([latin])
        }
        byteCount = bytes.bytes.count
        var hex = ByteWriter()
        hex.appendHex(SHA256.hash(bytes.bytes).firstHalf)
        digest = String(decoding: hex.bytes, as: UTF8.self)
    }

    private static func kept<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
        memory.initialize(from: elements, count: elements.count)
        return UnsafePointer(memory)
    }

    @inline(__always)
    func entry(of code: UInt32) -> UInt32 {
        entries[Int(index[Int(code >> 6)]) << FoldTable.blockBits | Int(code & 0x3F)]
    }

    /// The Latin letter that a folded letter of another script is mistaken for; 0 if none.
    func latin(for code: UInt32) -> UInt8 {
        var (low, high) = (0, mistaken.count)
        while low < high {
            let middle = (low + high) / 2
            if mistaken[middle] < code { low = middle + 1 } else { high = middle }
        }
        return low < mistaken.count && mistaken[low] == code ? latin[low] : 0
    }
}

/// Puts the table together.
struct FoldTableBuilder {
    private(set) var index: [UInt16] = []
    private(set) var entries: [UInt32] = []
    private(set) var pool: [UInt8] = []
    private(set) var mistaken: [(letter: UInt32, latin: UInt8)] = []
    private var blocks: [[UInt32]: UInt16] = [:]
    private var places: [[UInt8]: UInt32] = [:]

    mutating func run() {
        for first in stride(from: UInt32(0), to: 0x11_0000, by: 64) {
            let block = FoldTableBuilder.isPlain(first) ? plain : (first..<first + 64).map { entry(of: $0) }
            if let known = blocks[block] {
                index.append(known)
            } else {
                blocks[block] = UInt16(blocks.count)
                index.append(UInt16(blocks.count - 1))
                entries += block
            }
        }
    }

    private let plain = [UInt32](repeating: FoldTable.Kind.copy, count: 64)

    /// Han, Hangul and what nobody has assigned, for whose tens of thousands of blocks ICU need not be asked.
    private static func isPlain(_ code: UInt32) -> Bool {
        (0x3400..<0x4DC0).contains(code) || (0x4E00..<0x9FC0).contains(code) || (0xAC00..<0xD780).contains(code)
            || (0xD800..<0xF900).contains(code) || (0x2_0000..<0x2_F800).contains(code)
            || (0x2_FA40..<0xE_0000).contains(code) || code >= 0xE_1000
    }

    private mutating func entry(of code: UInt32) -> UInt32 {
        if code == 0x202D || code == 0x202E { return FoldTable.Kind.turn | code & 1 }
        guard let scalar = Unicode.Scalar(code) else { return FoldTable.Kind.copy }
        var fold = weir_icu_fold()
        guard weir_icu_fold_of(code, &fold) == 0 else { return FoldTable.Kind.copy }
        if fold.space { return FoldTable.Kind.space }
        let text = withUnsafeBytes(of: fold.text) { Array($0.prefix(Int(fold.length))) }
        if text.isEmpty {
            switch scalar.properties.generalCategory {
            case .nonspacingMark where !scalar.properties.isDefaultIgnorableCodePoint, .enclosingMark:
                return FoldTable.Kind.delete | FoldTable.isStripped
            default: return FoldTable.Kind.delete
            }
        }
        let original = Array(String(scalar).utf8)
        let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
        if fold.combining_class > 0, text == original { return FoldTable.Kind.mark | UInt32(fold.combining_class) }
        let hasMarks = scalars.contains { $0.properties.canonicalCombiningClass != .notReordered }
        let hasSpaces = scalars.contains(where: \.properties.isWhitespace)
        if fold.composes || hasMarks || hasSpaces { return FoldTable.Kind.sequence | place(of: text) }
        if text == original, text.count > 3 { return FoldTable.Kind.copy }
        guard text.count <= min(3, original.count), scalars.count == 1 || scalars.allSatisfy(\.isASCII) else {
            return FoldTable.Kind.pool | place(of: text)
        }
        var entry = FoldTable.Kind.inline | UInt32(text.count) << 24
        for (position, byte) in text.enumerated() { entry |= UInt32(byte) << UInt32(8 * position) }
        if text.count < 3 { entry |= UInt32(MarkedLetter.number(of: code)) << 16 }
        if text.count == original.count, scalars.count == 1, MarkedLetter.number(of: code) == MarkedLetter.none {
            entry |= FoldTable.sameLength
        }
        if fold.mistakable {
            entry |= FoldTable.mistakable
            if fold.latin_length == 0 {
                entry |= FoldTable.unmistakable
            } else if text == original {
                mistaken.append((code, UInt8(bitPattern: fold.latin.0)))
            }
        }
        return entry
    }

    /// Where in the pool a text stands, behind its length.
    private mutating func place(of text: [UInt8]) -> UInt32 {
        if let known = places[text] { return known }
        let place = UInt32(pool.count)
        places[text] = place
        pool.append(UInt8(text.count))
        pool += text
        return place
    }
}
