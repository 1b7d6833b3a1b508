/// What a text is compared by for repetition: its first letters, whatever stands between them and however they are
/// capitalised in ASCII. Cheap enough for every event; disguises are another stage's affair.
enum TextSkeleton {
    /// Bytes of letters that count.
    static let most = 256
    /// With fewer, "ok" and a row of emoji are the same for everybody.
    static let least = 12

    /// - Parameters:
    ///   - scratch: room for `most` and one more.
    ///   - least: bytes of letters that it must have.
    /// - Returns: how many bytes of it were written; nil if the text has too few letters.
    static func write(
        _ text: UnsafeRawBufferPointer, to scratch: UnsafeMutableRawBufferPointer, least: Int = least
    ) -> Int? {
        guard let start = text.baseAddress, let out = scratch.baseAddress else { return nil }
        let table = letters
        var count = 0
        var place = 0
        while place < text.count, count < most {
            // No more bytes than there is room for letters.
            let end = place &+ min(text.count &- place, most &- count)
            while place < end {
                let letter = table[Int(start.load(fromByteOffset: place, as: UInt8.self))]
                // Written in any case and kept if it is one: no branch to be guessed.
                out.storeBytes(of: letter, toByteOffset: count, as: UInt8.self)
                count &+= letter == 0 ? 0 : 1
                place &+= 1
            }
        }
        return count < least ? nil : count
    }

    /// Small letters of ASCII and all bytes beyond it as they are, capital ones as small ones, the rest as 0.
    private nonisolated(unsafe) static let letters: UnsafePointer<UInt8> = {
        // One for the process, written before anybody has it.
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        for byte in 0..<256 {
            let isLetter = (0x61...0x7A).contains(byte | 0x20) || byte >= 0x80
            (table + byte).initialize(to: isLetter ? UInt8(byte < 0x80 ? byte | 0x20 : byte) : 0)
        }
        return UnsafePointer(table)
    }()
}
