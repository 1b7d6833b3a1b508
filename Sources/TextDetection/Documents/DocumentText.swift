internal import Events

/// The words of folded texts as 16-bit hashes, with their places: what documents are compared by.
///
/// A word is a run of characters that make words (`WordTable`). Scripts without spaces have none, so that their runs
/// are cut where the two characters beside a place say so: on average after two characters of Han and Kana, four of
/// Thai, Lao, Khmer and Burmese, at most `longestPiece`. The cut depends on nothing farther away, so that one more
/// character changes the pieces beside it and no others.
///
/// Hashes stand in signals. They must never change without a new `folding`.
struct DocumentText {
    /// The version of the folding and of these words. A signal's words of another version match worse where the two
    /// fold differently.
    static let folding: UInt8 = 1

    static let longestPiece = 8

    private(set) var hashes: ContiguousArray<UInt16> = []
    /// Bytes of the folded text, end exclusive.
    private(set) var starts: ContiguousArray<UInt32> = []
    private(set) var ends: ContiguousArray<UInt32> = []
    /// Hashes of a stretch of ASCII before their last step.
    private var unfinished: ContiguousArray<UInt64> = []

    var count: Int { hashes.count }

    mutating func removeAll() {
        hashes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Takes the words of a folded text in. What is no UTF-8 makes no words.
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        appendHashes(bytes)
        appendPlaces(bytes)
    }

    /// Without their places, for which most texts are never asked.
    mutating func appendHashes(_ bytes: UnsafeBufferPointer<UInt8>) {
        var barren = 0
        DocumentText.forEachWord(in: bytes) { start in
            appendASCII(bytes, from: start, &barren)
        } _: { word, _ in
            hashes.append(DocumentText.finished(word.hash))
        }
    }

    /// Those of the words whose hashes were appended.
    mutating func appendPlaces(_ bytes: UnsafeBufferPointer<UInt8>) {
        DocumentText.forEachWord(in: bytes) {
            $0
        } _: { word, end in
            starts.append(UInt32(word.start))
            ends.append(UInt32(end))
        }
    }

    /// As far as there are long stretches of ASCII.
    ///
    /// - Parameter start: where a word may begin.
    /// - Returns: where that is so again.
    @inline(__always)
    private mutating func appendASCII(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ barren: inout Int
    ) -> Int {
        guard start >= barren, ASCIIWords.mayBegin(at: start, of: bytes) else { return start }
        return appendStretches(bytes, from: start, &barren)
    }

    @inline(never)
    private mutating func appendStretches(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ barren: inout Int
    ) -> Int {
        let words = ASCIIWords.shared
        if unfinished.isEmpty { unfinished = ContiguousArray(repeating: 0, count: ASCIIWords.most + 1) }
        var start = start
        while true {
            let stretch = words.stretch(from: start, of: bytes, barren: &barren)
            if stretch.isEmpty { return start }
            let first = hashes.count
            hashes.append(contentsOf: repeatElement(0, count: (stretch.count + 1) / 2))
            var end = first
            unfinished.withUnsafeMutableBufferPointer { unfinished in
                hashes.withUnsafeMutableBufferPointer { hashes in
                    guard let room = unfinished.baseAddress, let begin = hashes.baseAddress else { return }
                    var next = begin + first
                    words.forEachHash(UnsafeBufferPointer(rebasing: bytes[stretch]), room) { hash in
                        next.initialize(to: DocumentText.finished(hash))
                        next += 1
                    }
                    end = next - begin
                }
            }
            hashes.removeLast(hashes.count - end)
            start = stretch.upperBound
        }
    }

    /// - Parameters:
    ///   - skip: called with the beginning and each place behind what makes no words; gives another such place from which
    ///     to go on.
    ///   - body: called with each word.
    @inline(__always)
    private static func forEachWord(
        in bytes: UnsafeBufferPointer<UInt8>, _ skip: (Int) -> Int, _ body: (Word, _ end: Int) -> Void
    ) {
        func finish(_ word: inout Word, end: Int) {
            guard word.characters > 0 else { return }
            body(word, end)
            word.characters = 0
        }
        let table = WordTable.shared
        var place = skip(0)
        var word = Word(start: 0)
        while place < bytes.count {
            if bytes[place] < 0x80, word.lastTraits & WordTable.unspaced == 0 {
                if table.traits(of: UInt32(bytes[place])) & WordTable.word == 0 {
                    finish(&word, end: place)
                    place = skip(place + 1)
                } else {
                    if word.characters == 0 { word = Word(start: place) }
                    word.addASCII(bytes, &place, table)
                }
                continue
            }
            let (code, length) = DocumentText.character(at: place, bytes)
            let traits = table.traits(of: code)
            if traits & WordTable.word == 0 {
                finish(&word, end: place)
                place = skip(place + length)
            } else {
                if word.characters > 0, word.isCut(before: code, traits) { finish(&word, end: place) }
                if word.characters == 0 { word = Word(start: place) }
                word.add(code, traits)
                place += length
            }
        }
        finish(&word, end: bytes.count)
    }

    /// A word on its way: a hash of its code points (FNV-1a's steps on whole code points, then Murmur3's finish).
    private struct Word {
        let start: Int
        var hash = DocumentText.basis
        var last: UInt32 = 0
        var lastTraits: UInt8 = 0
        var characters = 0

        init(start: Int) { self.start = start }

        @inline(__always)
        mutating func add(_ code: UInt32, _ traits: UInt8) {
            hash = (hash ^ UInt64(code)) &* DocumentText.prime
            last = code
            lastTraits = traits
            characters += 1
        }

        /// As far as the word goes on in ASCII; one byte at least.
        @inline(__always)
        mutating func addASCII(_ bytes: UnsafeBufferPointer<UInt8>, _ place: inout Int, _ table: WordTable) {
            let first = place
            var byte = bytes[place]
            repeat {
                hash = (hash ^ UInt64(byte)) &* DocumentText.prime
                last = UInt32(byte)
                place += 1
                if place == bytes.count { break }
                byte = bytes[place]
            } while byte < 0x80 && table.traits(of: UInt32(byte)) & WordTable.word != 0
            lastTraits = WordTable.word
            characters += place - first
        }

        @inline(__always)
        func isCut(before code: UInt32, _ traits: UInt8) -> Bool {
            guard (traits | lastTraits) & WordTable.unspaced != 0 else { return false }
            if traits & lastTraits & WordTable.unspaced == 0 || characters >= DocumentText.longestPiece { return true }
            let pair = UInt64(last) << 32 | UInt64(code)
            // The first letter of Han and Kana is U+2E80.
            let mask: UInt64 = code >= 0x2E80 ? 1 : 3
            return DocumentText.mix(pair) & mask == 0
        }
    }

    /// What hashes begin with, and what each step multiplies them by (FNV-1a, 64 bits).
    static let basis: UInt64 = 0xCBF2_9CE4_8422_2325
    static let prime: UInt64 = 0x0000_0100_0000_01B3

    /// Of all of a word's characters.
    @inline(__always)
    private static func finished(_ hash: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: mix(hash)) }

    /// A bijection in which each bit of the result depends on all (the finish of MurmurHash3, Appleby, public domain).
    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        var x = value
        x ^= x >> 33
        x = x &* 0xFF51_AFD7_ED55_8CCD
        x ^= x >> 33
        x = x &* 0xC4CE_B9FE_1A85_EC53
        return x ^ x >> 33
    }

    /// A code point and its bytes; U+FFFD and one byte for what is no UTF-8.
    @inline(__always)
    private static func character(at place: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> (code: UInt32, length: Int) {
        let lead = bytes[place]
        if lead < 0x80 { return (UInt32(lead), 1) }
        guard lead >= 0xC2, lead < 0xF5 else { return (0xFFFD, 1) }
        let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        guard place + length <= bytes.count else { return (0xFFFD, 1) }
        var code = UInt32(lead) & (0x7F >> UInt32(length))
        for offset in 1..<length {
            let byte = bytes[place + offset]
            guard byte & 0xC0 == 0x80 else { return (0xFFFD, 1) }
            code = code << 6 | UInt32(byte & 0x3F)
        }
        return (code, length)
    }
}
