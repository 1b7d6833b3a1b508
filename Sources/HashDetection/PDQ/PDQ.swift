package import Events
package import Imaging

/// PDQ (Meta, 2019): 256 bits of a picture that stay nearly the same when it is resized, re-encoded or lightly edited.
///
/// Bit for bit what the published implementation gives for the same pixels, at their full size.
package struct PDQHash: Sendable, Equatable {
    package let hash: Digest256
    /// 0…100; below `PDQ.leastQuality` the picture is too plain for the hash to say much.
    package let quality: Int

    package init(hash: Digest256, quality: Int) {
        self.hash = hash
        self.quality = quality
    }
}

package enum PDQ {
    /// The publisher's advice: hashes of lesser quality are not compared.
    package static let leastQuality = 50
    /// The publisher's advice: at most so many differing bits make a match.
    package static let standardThreshold = 31
    /// Pictures with a shorter side have no hash.
    static let shortestSide = 5

    /// All zero with quality 0 if a side is shorter than five pixels.
    package static func hash(_ pixels: borrowing Pixels) -> PDQHash {
        guard pixels.width >= shortestSide, pixels.height >= shortestSide else {
            return PDQHash(hash: Digest256(), quality: 0)
        }
        let grid = grid(pixels)
        return PDQHash(hash: Spectrum(grid).hash, quality: grid.quality)
    }

    static func grid(_ pixels: borrowing Pixels) -> Grid {
        withLuma(pixels) { luma in
            // What is 64 × 64 already, as video frames are that were scaled before, is taken as it is.
            luma.width == Grid.side && luma.height == Grid.side ? Grid(luma) : TentFilter(luma).run()
        }
    }

    /// The hashes of the picture in all orientations, in the order of `PictureOrientation.allCases`. The reference
    /// always filters here, so that a picture of 64 × 64 may have another hash than from `hash`.
    package static func dihedral(_ pixels: borrowing Pixels) -> (quality: Int, hashes: [Digest256]) {
        guard pixels.width >= shortestSide, pixels.height >= shortestSide else {
            return (0, PictureOrientation.allCases.map { _ in Digest256() })
        }
        let grid = withLuma(pixels) { TentFilter($0).run() }
        let spectrum = Spectrum(grid)
        return (grid.quality, PictureOrientation.allCases.map { spectrum.oriented($0).hash })
    }

    private static func withLuma<Result>(_ pixels: borrowing Pixels, _ body: (Luma) -> Result) -> Result {
        let (width, height, layout) = (pixels.width, pixels.height, pixels.layout)
        return pixels.withBytes { bytes in
            // A picture has at least one pixel, so there is an address.
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
                preconditionFailure("a picture without pixels")
            }
            return body(Luma(bytes: start, width: width, height: height, layout: layout))
        }
    }
}

extension Grid {
    /// A picture that has the size of a grid.
    fileprivate init(_ luma: Luma) {
        for row in 0..<Grid.side {
            for column in 0..<Grid.side { self[row, column] = luma.pixel(row, column) }
        }
    }
}
