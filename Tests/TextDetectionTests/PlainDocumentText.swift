import Testing

@testable import TextDetection

/// Words and their hashes one character after the other: what `DocumentText` must come to.
struct PlainDocumentText {
    private(set) var hashes: [UInt16] = []
    private(set) var starts: [UInt32] = []
    private(set) var ends: [UInt32] = []

    private var hash: UInt64 = 0
    private var last: UInt32 = 0
    private var characters = 0

    init(_ bytes: [UInt8]) {
        var place = 0
        while place < bytes.count {
            let (code, length) = PlainDocumentText.character(at: place, bytes)
            if WordTable.shared.traits(of: code) & WordTable.word == 0 {
                finish(place)
            } else {
                if characters > 0, isCut(before: code) { finish(place) }
                if characters == 0 {
                    starts.append(UInt32(place))
                    hash = 0xCBF2_9CE4_8422_2325
                }
                hash = (hash ^ UInt64(code)) &* 0x0000_0100_0000_01B3
                last = code
                characters += 1
            }
            place += length
        }
        finish(bytes.count)
    }

    private mutating func finish(_ place: Int) {
        guard characters > 0 else { return }
        hashes.append(UInt16(truncatingIfNeeded: DocumentText.mix(hash)))
        ends.append(UInt32(place))
        characters = 0
    }

    private func isCut(before code: UInt32) -> Bool {
        let unspaced = [last, code].filter { WordTable.shared.traits(of: $0) & WordTable.unspaced != 0 }
        if unspaced.isEmpty { return false }
        if unspaced.count == 1 || characters >= DocumentText.longestPiece { return true }
        return DocumentText.mix(UInt64(last) << 32 | UInt64(code)) & (code >= 0x2E80 ? 1 : 3) == 0
    }

    private static func character(at place: Int, _ bytes: [UInt8]) -> (code: UInt32, length: Int) {
        let lead = bytes[place]
        let length =
            switch lead {
            case 0x00..<0x80: 1
            case 0xC2..<0xE0: 2
            case 0xE0..<0xF0: 3
            case 0xF0..<0xF5: 4
            default: 0
            }
        if length == 1 { return (UInt32(lead), 1) }
        let rest = bytes[place...].prefix(length).dropFirst()
        guard length > 1, rest.count == length - 1, rest.allSatisfy({ $0 & 0xC0 == 0x80 }) else { return (0xFFFD, 1) }
        return (rest.reduce(UInt32(lead) & (0x7F >> UInt32(length))) { $0 << 6 | UInt32($1 & 0x3F) }, length)
    }
}
