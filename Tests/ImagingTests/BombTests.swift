import Foundation
import Imaging
import TestSupport
import Testing

/// Files that are small and ask for much memory or work: refused, or decoded within what is documented.
@Suite(.timeLimit(.minutes(10))) struct BombTests {
    /// Far more pixels than allowed, and hardly any data.
    static let declared: [(name: String, file: [UInt8])] = [
        ("png", Bomb.png(50_000, 50_000, rows: 1_000)),
        ("png, as long as it says it is", Bomb.png(50_000, 1_001)),
        ("gif", Bomb.gif(1, 1, frames: 1, frame: (50_000, 50_000))),
        ("webp", Bomb.webp(8_000, 8_000, frames: 1)),
        ("tiff", Bomb.tiff(pages: 1, width: 50_000, sharedStrips: 50_000)),
    ]

    @Test(arguments: declared.indices) func whatIsDeclaredIsNotDecoded(index: Int) {
        #expect(throws: PictureError.tooLarge, "\(BombTests.declared[index].name)") {
            _ = try decode(BombTests.declared[index].file)
        }
    }

    /// A screen without pixels is no bomb: its first frame counts.
    @Test func aHugeScreenOfASmallFrameIsSmall() throws {
        let picture = try Picture(decoding: Bomb.gif(50_000, 50_000, frames: 1))
        #expect(picture.width * picture.height <= 1)
    }

    /// Each expands to just below the length at which libpng stops.
    @Test(arguments: ["zTXt", "iTXt"]) func compressedTextsAreBounded(name: String) throws {
        let keyword: [UInt8] = name == "zTXt" ? [0x6B, 0, 0] : [0x6B, 0, 1, 0, 0, 0]
        let text = Bomb.chunk(name, keyword + Bomb.zeros(7_900_000))
        #expect(throws: PictureError.broken) {
            _ = try decode(Bomb.png(64, 64, before: Array(Array(repeating: text, count: 9).joined())))
        }
        #expect(try Picture(decoding: Bomb.png(64, 64, before: text)).width == 64)
    }

    /// What expands to nothing more costs nothing more, however much there is of it.
    @Test func plainTextsAreNoBomb() throws {
        let text = Bomb.chunk("iTXt", [0x6B, 0, 0, 0, 0, 0] + [UInt8](repeating: 0x61, count: 100_000))
        let file = Bomb.png(64, 64, before: Array(Array(repeating: text, count: 9).joined()))
        #expect(try Picture(decoding: file).width == 64)
    }

    @Test func framesOfAnAnimationAreBounded() throws {
        #expect(throws: PictureError.broken) { _ = try decode(Bomb.webp(64, 64, frames: 10_001)) }
        #expect(try Picture(decoding: Bomb.webp(64, 64, frames: 10_000)).width == 64)
        #expect(try Picture(decoding: Bomb.gif(64, 64, frames: 200_000)).width == 64)
    }

    /// Two directories may name one list of strips; thousands that do would have it read thousands of times.
    @Test func directoriesAreReadAFewTimes() throws {
        #expect(throws: PictureError.broken) { _ = try decode(Bomb.tiff(pages: 2_000, sharedStrips: 90_000)) }
        #expect(throws: PictureError.broken) { _ = try decode(Bomb.tiff(pages: 3, isEndless: true)) }
        #expect(try Picture(decoding: Bomb.tiff(pages: 2, sharedStrips: 1_000)).height == 1_000)
        #expect(try Picture(decoding: Bomb.tiff(pages: 5_000)).height == 1)
    }

    /// What a picture is put together from counts, through all levels, and its planes too.
    @Test func partsOfAPictureAreBounded() throws {
        let tile = [(item: 2, side: 1_000)]
        let bombs = [
            Bomb.heif(parts: [(1, Array(repeating: 2, count: 13))], sizes: tile),
            Bomb.heif(parts: [], planes: [2], sizes: [(item: 2, side: 4_000)]),
            Bomb.heif(parts: (1..<8).map { ($0, Array(repeating: $0 + 1, count: 3)) }, sizes: [(item: 8, side: 100)]),
            // Named twice, first and last as a small one.
            Bomb.heif(
                parts: [], planes: [2],
                sizes: [(item: 2, side: 8), (item: 2, side: 4_000), (item: 2, side: 8), (item: 3, side: 8)]),
            // Without end.
            Bomb.heif(parts: [(1, [1])], sizes: []),
            Bomb.heif(parts: [(1, [2]), (2, [3]), (3, [1])], sizes: []),
            // Wide and empty.
            Bomb.heif(parts: (1..<8).map { ($0, Array(repeating: $0 + 1, count: 60)) }, sizes: []),
        ]
        for (number, bomb) in bombs.enumerated() {
            #expect(throws: PictureError.tooLarge, "\(number)") { _ = try decode(bomb, maxPixels: 4_000_000) }
        }
        // There is nothing to decode in these, but nobody says that it would be too much.
        for file in [
            Bomb.heif(parts: [(1, Array(repeating: 2, count: 12))], sizes: tile),
            Bomb.heif(parts: [], planes: [2], sizes: tile),
        ] {
            #expect(throws: PictureError.broken) { _ = try decode(file, maxPixels: 4_000_000) }
        }
    }

    /// The dearest way to store a picture that is allowed: twelve bytes a pixel, beside what decoding takes anyway.
    @Test func memoryIsBoundedByPixels() async {
        await #expect(processExitsWith: .success) {
            let picture = Bomb.png(2_048, 2_048, bits: 16, channels: 4, isInterlaced: true)
            try warmUp()
            try MemoryBound.expect(within: (12 << 20) * 4, of: picture) { _ = try decode($0) }
        }
    }

    @Test func refusedFilesTakeNoMemory() async {
        await #expect(processExitsWith: .success) {
            try warmUp()
            for bomb in BombTests.declared {
                try MemoryBound.expect(within: 0, of: bomb.file) { file in
                    #expect(throws: PictureError.tooLarge) { _ = try decode(file) }
                }
            }
        }
    }

    /// All frames at once would be gigabytes, and all parts of parts without end.
    @Test func framesAndPartsTakeNoMemory() async {
        await #expect(processExitsWith: .success) {
            let animations = [Bomb.webp(512, 512, frames: 9_000), Bomb.gif(512, 512, frames: 100_000)]
            let nested = Bomb.heif(parts: (1..<8).map { ($0, Array(repeating: $0 + 1, count: 60)) }, sizes: [])
            try warmUp()
            for file in animations {
                try MemoryBound.expect(within: 0, of: file) { file in
                    let width = try Picture(decoding: file).width
                    #expect(width == 512)
                }
            }
            try MemoryBound.expect(within: 0, of: nested) { file in
                #expect(throws: PictureError.tooLarge) { _ = try decode(file, maxPixels: 4_000_000) }
            }
        }
    }
}

/// What the libraries take when they are first used is nobody's bomb.
private func warmUp() throws { _ = try decode(try Fixture(name: "scene.png").bytes()) }
