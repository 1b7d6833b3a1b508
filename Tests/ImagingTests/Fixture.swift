import Foundation
import Imaging

/// A file of the folder `Fixtures`, which `generate.py` there has drawn.
struct Fixture: Sendable, CustomStringConvertible {
    let name: String

    var description: String { name }

    func bytes() throws -> [UInt8] {
        guard let file = Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil) else {
            throw CocoaError(.fileNoSuchFile)
        }
        return Array(try Data(contentsOf: file))
    }

    func decoded() throws -> Picture { try Picture(decoding: try bytes()) }

    /// All that show the scene in full.
    static let scenes =
        [
            "scene.png", "scene.jpg", "progressive.jpg", "grey.jpg", "grey.png", "palette.png", "one-bit.png",
            "scene.gif", "animated.gif", "animated.webp", "scene.webp", "scene.avif", "scene.tif", "cmyk.jpg",
            "cmyk.tif", "sixteen-bit.png", "sixteen-bit-grey.png", "srgb-profile.jpg", "little-cms-profile.jpg",
            "turned-profile.jpg", "turned-profile.png", "broken-profile.jpg",
        ].map(Fixture.init) + orientations

    static let orientations = (1...8).map { Fixture(name: "orientation-\($0).jpg") }

    static let all =
        scenes
        + [
            "half-transparent.png", "half-transparent.webp", "half-black.png", "ink-rgb.png", "ink-grey.png",
            "ink.webp",
            "ink-sixteen-bit.png", "ink-palette.png",
        ].map(Fixture.init)
}

/// Decoded pixels that can be kept in variables and compared.
struct Picture: Equatable {
    let width: Int
    let height: Int
    let channels: Int
    let bytes: [UInt8]

    init(decoding file: [UInt8], maxPixels: Int = 50_000_000) throws(PictureError) {
        let pixels = try decode(file, maxPixels: maxPixels)
        self.init(pixels)
    }

    init(_ pixels: borrowing Pixels) {
        width = pixels.width
        height = pixels.height
        channels = pixels.layout.rawValue
        bytes = pixels.withBytes { Array($0) }
    }

    /// One channel of one pixel; grey stands for all three.
    func channel(_ channel: Int, _ x: Int, _ y: Int) -> Int {
        Int(bytes[(y * width + x) * channels + min(channel, channels - 1)])
    }

    /// Mean difference of all channels of all pixels, 0…255.
    func meanDifference(from other: Picture) -> Double {
        var total = 0
        for y in 0..<height {
            for x in 0..<width {
                for index in 0..<3 { total += abs(channel(index, x, y) - other.channel(index, x, y)) }
            }
        }
        return Double(total) / Double(width * height * 3)
    }
}

func decode(_ file: [UInt8], maxPixels: Int = 50_000_000) throws(PictureError) -> Pixels {
    try Pixels.decode(file.span.bytes, maxPixels: maxPixels)
}
