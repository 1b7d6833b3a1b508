import Detection
import Media
import Testing

@Suite struct MediaSnifferTests {
    private static let types: [(MediaType, [UInt8])] = [
        (.jpeg, [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] + Array("JFIF".utf8)),
        (.jpeg, [0xFF, 0xD8, 0xFF, 0xE1]),
        (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]),
        (.gif, Array("GIF89a\u{1}".utf8)), (.gif, Array("GIF87a".utf8)),
        (.webp, Array("RIFF1234WEBPVP8 ".utf8)), (.webp, Array("RIFF1234WEBPVP8X".utf8)),
        (.bmp, Array("BM".utf8) + [58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0]),
        (.tiff, [0x49, 0x49, 0x2A, 0]), (.tiff, [0x4D, 0x4D, 0, 0x2A]), (.tiff, [0x49, 0x49, 0x2B, 0]),
        (.heic, box("heic", "mif1", "heic")), (.heic, box("mif1", "mif1", "heic")), (.heic, box("msf1", "hevc")),
        (.avif, box("avif", "mif1", "miaf")), (.avif, box("mif1", "miaf", "avif")), (.avif, box("avis", "msf1")),
        (.mp4, box("isom", "isom", "iso2", "avc1", "mp41")), (.mp4, box("mp42", "mp42", "isom")),
        (.mp4, box("M4V ", "M4V ")), (.mp4, box("3gp5", "3gp5")), (.mp4, box("XXXX", "mp41")),
        (.quicktime, box("qt  ", "qt  ")), (.quicktime, [0, 0, 0, 8] + Array("widemdat".utf8)),
        (.quicktime, [0, 0, 1, 0] + Array("moov1234".utf8)),
        (.webm, [0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x86, 0x81, 1, 0x42, 0x82, 0x84] + Array("webm".utf8)),
        (.webm, [0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x82, 0x88] + Array("matroska".utf8)),
        (.mpeg, [0, 0, 1, 0xBA, 0x44]), (.mpeg, [0, 0, 1, 0xB3]), (.mpeg, transportStream(187)),
        (.pdf, Array("%PDF-1.7".utf8)),
        (.zip, [0x50, 0x4B, 3, 4]), (.zip, [0x50, 0x4B, 5, 6]),
        // Near misses.
        (.unknown, []), (.unknown, [0xFF]), (.unknown, [0xFF, 0xD8]), (.unknown, [0xFF, 0xD8, 0xFE, 0xFF]),
        (.unknown, [0x89, 0x50, 0x4E, 0x47, 0x0A, 0x1A, 0x0A]), (.unknown, Array("GIF88a".utf8)),
        (.unknown, Array("RIFF1234WAVEfmt ".utf8)), (.unknown, Array("RIFF1234WEBP".utf8)),
        (.unknown, Array("BM is a unit of ... nothing".utf8)), (.unknown, Array("BM".utf8)),
        (.unknown, [0x49, 0x49, 0, 0x2A]), (.unknown, box("jp2 ", "jp2 ")), (.unknown, box("mif1", "miaf")),
        // The brands end where the box does, and before the version nothing counts.
        (.unknown, box("XXXX", "YYYY") + Array("mp41".utf8)), (.unknown, [0, 0, 0, 12] + Array("ftypmp4".utf8)),
        (.unknown, [0, 0, 0, 17] + Array("ftypmp42....m".utf8)),
        (.unknown, [0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x82, 0x84] + Array("wavv".utf8)),
        (.unknown, [0, 0, 1, 0xBB]), (.unknown, transportStream(186)), (.unknown, [0x47] + Array("plain text".utf8)),
        (.unknown, Array(" %PDF-1.7".utf8)), (.unknown, [0x50, 0x4B, 1, 2]), (.unknown, Array("<svg>".utf8)),
    ]

    @Test(arguments: types.indices) func tellsTypes(index: Int) {
        let (type, bytes) = MediaSnifferTests.types[index]
        #expect(bytes.withUnsafeBytes { MediaSniffer.type(of: $0) } == type)
    }

    /// Every beginning of every header, so that no look goes past the end.
    @Test(arguments: types.indices) func beginningsAreHarmless(index: Int) {
        let (type, bytes) = MediaSnifferTests.types[index]
        for count in 0..<bytes.count {
            let told = Array(bytes.prefix(count)).withUnsafeBytes { MediaSniffer.type(of: $0) }
            #expect(told == .unknown || told == type)
        }
    }

    @Test func everyTypeIsTold() {
        #expect(Set(MediaSnifferTests.types.map(\.0)) == Set(MediaType.allCases))
    }

    private static func box(_ major: String, _ others: String...) -> [UInt8] {
        [0, 0, 0, UInt8(16 + 4 * others.count)] + Array("ftyp\(major)".utf8) + [0, 0, 2, 0]
            + others.flatMap { Array($0.utf8) }
    }

    /// Three packets with as many bytes behind each sync byte.
    private static func transportStream(_ rest: Int) -> [UInt8] {
        (0..<3).flatMap { _ in [0x47] + [UInt8](repeating: 1, count: rest) }
    }
}
