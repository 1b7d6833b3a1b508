import Imaging
import Testing

@Suite struct EncodeTests {
    /// 3 × 2, each pixel another colour.
    static func small() throws -> Pixels {
        try made(3, 2, .rgb, [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9, 200, 100, 50, 255, 255, 255])
    }

    static func made(_ width: Int, _ height: Int, _ layout: PixelLayout, _ bytes: [UInt8]) throws -> Pixels {
        guard let pixels = Pixels(width: width, height: height, layout: layout, copying: bytes) else {
            throw PictureError.broken
        }
        return pixels
    }

    @Test func pngKeepsEveryPixel() throws {
        let pixels = try Self.small()
        #expect(try Picture(decoding: try pixels.png()) == Picture(pixels))
    }

    @Test func greyStaysGrey() throws {
        let grey = try Self.made(2, 2, .grey, [0, 80, 160, 255])
        #expect(try Picture(decoding: try grey.png()) == Picture(grey))
        #expect(try Picture(decoding: try grey.jpeg(quality: 90)).channels == 1)
    }

    @Test func jpegIsNearAndSmallerWithLessQuality() throws {
        let scene = try decode(try Fixture(name: "scene.png").bytes())
        let fine = try scene.jpeg(quality: 90)
        let coarse = try scene.jpeg(quality: 30)
        #expect(coarse.count < fine.count)
        #expect(try Picture(decoding: fine).meanDifference(from: Picture(scene)) < 4)
    }

    @Test func turnsAreClockwise() throws {
        let pixels = try Self.small()
        let right = Picture(try pixels.rotated(.right))
        #expect(right.width == 2 && right.height == 3)
        // The left column, from below, becomes the top row.
        #expect(right.bytes.prefix(6) == [9, 9, 9, 255, 0, 0])
        #expect(Picture(try pixels.rotated(.right).rotated(.left)) == Picture(pixels))
        #expect(Picture(try pixels.rotated(.half).rotated(.half)) == Picture(pixels))
    }

    @Test func cropTakesOut() throws {
        let pixels = try Self.small()
        #expect(
            Picture(try pixels.cropped(left: 1, top: 1, width: 2, height: 1)).bytes == [200, 100, 50, 255, 255, 255])
        #expect(throws: PictureError.broken) { _ = try pixels.cropped(left: 2, top: 0, width: 2, height: 1) }
        #expect(throws: PictureError.broken) { _ = try pixels.cropped(left: -1, top: 0, width: 2, height: 1) }
    }

    @Test func resizeStretches() throws {
        let scene = try decode(try Fixture(name: "scene.png").bytes())
        let resized = try scene.resized(width: 100, height: 300)
        #expect(resized.width == 100 && resized.height == 300)
    }

    @Test(arguments: [(0, 1), (1, 0), (2, 2), (-1, -1), (65_536, 1)])
    func pixelsMustMatchTheirSize(width: Int, height: Int) {
        #expect(throws: PictureError.broken) { _ = try Self.made(width, height, .grey, [1]) }
    }
}
