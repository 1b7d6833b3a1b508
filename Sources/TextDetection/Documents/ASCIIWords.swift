/// Words of ASCII and their hashes, with no branch at a word's end: where words end in varied text a processor can't
/// guess, and a wrong guess costs as much as three characters.
///
/// Each byte takes the hash a step on, or back to where words begin, and the hash before each byte is kept; those where
/// a word ends are picked by a mask. A step waits for the one before, so four parts of a stretch are hashed side by
/// side.
struct ASCIIWords: @unchecked Sendable {
    // Sendable: there is one, whose memory is written before anybody has it and lives as long as the process.

    static let shared = ASCIIWords()

    /// Bytes that are hashed at once, at most.
    static let most = 2_048
    /// A shorter stretch is not worth it.
    static let least = 128
    /// How far back from a stretch's end a word may begin.
    private static let longestCut = 64

    /// What each of 128 bytes does to a hash: times its factor, then bits changed. A byte of a word: times the prime,
    /// and no bits. Any other: times 0, and the hash that words begin with.
    private let factors: UnsafePointer<UInt64>
    private let changes: UnsafePointer<UInt64>

    private init() {
        let steps = UnsafeMutablePointer<UInt64>.allocate(capacity: 256)
        for byte in 0..<128 {
            let isWord = WordTable.shared.traits(of: UInt32(byte)) & WordTable.word != 0
            (steps + byte).initialize(to: isWord ? DocumentText.prime : 0)
            (steps + 128 + byte).initialize(to: isWord ? 0 : DocumentText.basis)
        }
        factors = UnsafePointer(steps)
        changes = UnsafePointer(steps + 128)
    }

    @inline(__always)
    private func isWord(_ byte: UInt8) -> Bool { factors[Int(byte)] != 0 }

    /// Whether there may be a stretch; a cheap look for the many texts and places where there is none.
    @inline(__always)
    static func mayBegin(at start: Int, of bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard start + least <= bytes.count else { return false }
        let raw = UnsafeRawBufferPointer(bytes)
        return ASCIIBlock.isASCII(
            raw.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                | raw.loadUnaligned(fromByteOffset: start + least - 8, as: UInt64.self))
    }

    /// - Parameter count: a multiple of eight.
    @inline(__always)
    private static func areASCII(_ raw: UnsafeRawBufferPointer, _ count: Int, at start: Int) -> Bool {
        var all: UInt64 = 0
        for offset in stride(from: 0, to: count, by: 8) {
            all |= raw.loadUnaligned(fromByteOffset: start &+ offset, as: UInt64.self)
        }
        return ASCIIBlock.isASCII(all)
    }

    /// A stretch of ASCII that begins where a word may begin, and ends behind what is no word or with the text.
    ///
    /// - Parameter barren: no stretch begins before this; put ahead where one was looked for in vain.
    /// - Returns: empty if there is none of `least` bytes.
    @inline(__always)
    func stretch(from start: Int, of bytes: UnsafeBufferPointer<UInt8>, barren: inout Int) -> Range<Int> {
        let limit = min(bytes.count, start + ASCIIWords.most)
        let raw = UnsafeRawBufferPointer(bytes)
        var end = start
        while end + 32 <= limit, ASCIIWords.areASCII(raw, 32, at: end) { end += 32 }
        while end + 8 <= limit, ASCIIBlock.isASCII(raw.loadUnaligned(fromByteOffset: end, as: UInt64.self)) { end += 8 }
        while end < limit, bytes[end] < 0x80 { end += 1 }
        let reached = end
        if end < bytes.count {
            let nearest = max(start, end - ASCIIWords.longestCut)
            while end > nearest, isWord(bytes[end - 1]) { end -= 1 }
            if end == nearest { end = start }
        }
        guard end - start >= ASCIIWords.least else {
            barren = reached
            return start..<start
        }
        return start..<end
    }

    /// Hashes of a stretch's words, before the last step (`DocumentText.mix`).
    ///
    /// - Parameters:
    ///   - stretch: as `stretch(from:of:barren:)` gives it.
    ///   - before: room for `most` and one more.
    @inline(__always)
    func forEachHash(
        _ stretch: UnsafeBufferPointer<UInt8>, _ before: UnsafeMutablePointer<UInt64>, _ body: (UInt64) -> Void
    ) {
        guard let bytes = stretch.baseAddress else { return }
        hash(bytes, stretch.count, before)
        let raw = UnsafeRawBufferPointer(stretch)
        var carry: UInt64 = 0
        var start = 0
        while start + 64 <= stretch.count {
            var words: UInt64 = 0
            for eight in 0..<8 {
                let block = raw.loadUnaligned(fromByteOffset: start + 8 * eight, as: UInt64.self)
                words |= ASCIIBlock.words(UInt64(littleEndian: block)) << UInt64(8 * eight)
            }
            var ends = ~words & (words << 1 | carry)
            carry = words >> 63
            while ends != 0 {
                body(before[start + ends.trailingZeroBitCount])
                ends &= ends - 1
            }
            start += 64
        }
        var wasWord = carry != 0
        for place in start..<stretch.count {
            let isWord = isWord(bytes[place])
            if wasWord, !isWord { body(before[place]) }
            wasWord = isWord
        }
        if wasWord { body(before[stretch.count]) }
    }

    /// The hash before each byte, and behind the last.
    @inline(__always)
    private func hash(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ before: UnsafeMutablePointer<UInt64>) {
        let quarter = count / 4
        let second = wordStart(from: quarter, bytes, count)
        let third = wordStart(from: max(second, 2 * quarter), bytes, count)
        let fourth = wordStart(from: max(third, 3 * quarter), bytes, count)
        let common = min(min(second, third - second), min(fourth - third, count - fourth))
        var (one, two, three, four) = (DocumentText.basis, DocumentText.basis, DocumentText.basis, DocumentText.basis)
        for place in 0..<common {
            step(&one, place, bytes, before)
            step(&two, second + place, bytes, before)
            step(&three, third + place, bytes, before)
            step(&four, fourth + place, bytes, before)
        }
        for place in common..<second { step(&one, place, bytes, before) }
        for place in second + common..<third { step(&two, place, bytes, before) }
        for place in third + common..<fourth { step(&three, place, bytes, before) }
        for place in fourth + common..<count { step(&four, place, bytes, before) }
        // Parts behind a word that goes on to the end are empty.
        before[count] = fourth < count ? four : third < fourth ? three : second < third ? two : one
    }

    @inline(__always)
    private func step(
        _ hash: inout UInt64, _ place: Int, _ bytes: UnsafePointer<UInt8>, _ before: UnsafeMutablePointer<UInt64>
    ) {
        let byte = Int(bytes[place])
        before[place] = hash
        hash = (hash ^ UInt64(byte)) &* factors[byte] ^ changes[byte]
    }

    /// The first place from `place` on behind what is no word.
    @inline(__always)
    private func wordStart(from place: Int, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var place = place
        while place > 0, place < count, isWord(bytes[place - 1]) { place += 1 }
        return place
    }
}
