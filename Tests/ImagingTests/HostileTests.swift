import Imaging
import TestSupport
import Testing

/// Damaged and malicious files give an error, or some picture, and nothing worse.
@Suite struct HostileTests {
    /// Of an animation the first picture counts, which may be whole.
    @Test(arguments: Fixture.all.filter { !$0.name.hasPrefix("animated") })
    func cutOffFilesAreBroken(fixture: Fixture) throws {
        let file = try fixture.bytes()
        for share in [2, 3, 5, 10, 50] {
            let part = Array(file.prefix(file.count * (share - 1) / share))
            #expect(throws: PictureError.broken, "\(part.count) of \(file.count)") {
                _ = try decode(part)
            }
        }
    }

    @Test(arguments: Fixture.all)
    func beginningsNeverDecode(fixture: Fixture) throws {
        let file = try fixture.bytes()
        for count in 0..<64 {
            #expect(throws: PictureError.self) { _ = try decode(Array(file.prefix(count))) }
        }
    }

    /// Whatever comes out has the size that it says.
    @Test(arguments: Fixture.all)
    func damagedFilesDoNoHarm(fixture: Fixture) throws {
        let file = try fixture.bytes()
        for seed in UInt64(1)...40 {
            var random = SplitMix64(seed: seed)
            var damaged = file
            for _ in 0...Int.random(in: 0..<8, using: &random) {
                // Half of the hits in the first kilobyte, where the structure is.
                let end = Bool.random(using: &random) ? min(1_024, damaged.count) : damaged.count
                damaged[Int.random(in: 0..<end, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if let picture = try? Picture(decoding: damaged, maxPixels: 1_000_000) {
                #expect(picture.width * picture.height <= 1_000_000)
                #expect(picture.bytes.count == picture.width * picture.height * picture.channels)
            }
        }
    }

    @Test(arguments: Fixture.all)
    func pixelLimitIsExact(fixture: Fixture) throws {
        let file = try fixture.bytes()
        #expect(throws: PictureError.tooLarge) { _ = try decode(file, maxPixels: 256 * 192 - 1) }
        #expect(try Picture(decoding: file, maxPixels: 256 * 192).width == 256)
    }

    /// The size stands in the header; nothing is decoded before it was looked at.
    @Test(arguments: ["scene.jpg", "orientation-6.jpg", "scene.png"])
    func statedSizeIsLimited(name: String) throws {
        var file = try Fixture(name: name).bytes()
        if name.hasSuffix("png") {
            file.replaceSubrange(16..<24, with: [0, 0, 0x80, 0, 0, 0, 0x80, 0])
            // libpng checks the header's checksum, which is no longer right: either answer is fine, pixels are not.
            #expect(throws: PictureError.self) { _ = try decode(file) }
        } else {
            let frame = try #require((0..<file.count - 9).first { file[$0] == 0xFF && file[$0 + 1] == 0xC0 })
            file.replaceSubrange(frame + 5..<frame + 9, with: [0xFD, 0xE8, 0xFD, 0xE8])
            #expect(throws: PictureError.tooLarge) { _ = try decode(file) }
        }
    }

    /// Each scan of a progressive JPEG costs a pass over all coefficients.
    @Test(arguments: [false, true])
    func endlessScansAreRefused(markersCanBeFollowed: Bool) throws {
        let file = try Fixture(name: "progressive.jpg").bytes()
        let scan = try #require((0..<file.count - 1).last { file[$0] == 0xFF && file[$0 + 1] == 0xDA })
        var bomb = Array(file[..<scan])
        if !markersCanBeFollowed { bomb.insert(contentsOf: [1, 2, 3], at: 2) }
        for _ in 0..<600 { bomb += file[scan..<file.count - 2] }
        bomb += [0xFF, 0xD9]
        #expect(throws: PictureError.broken) { _ = try decode(bomb) }
    }

    @Test(arguments: [
        "", "plain text", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "%PDF-1.7\n%%EOF\n",
        "P5 2 2 255 abcd", "P6\n1 1\n255\nabc", "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\nabcd",
        "GIF", "push graphic-context\nviewbox 0 0 9 9\npop graphic-context\n",
        "/* XPM */\nstatic char *x[]={\"1 1 1 1\"};",
    ])
    func otherFormatsAreUnsupported(text: String) {
        #expect(throws: PictureError.unsupported) { _ = try decode(Array(text.utf8)) }
    }

    /// Readers that exist on the machine, but are shut: BMP and ICO would be ImageMagick's, FITS and JPEG 2000 libvips'.
    @Test func shutReadersStayShut() {
        let bitmap: [UInt8] =
            [
                0x42, 0x4D, 58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0,
            ] + [UInt8](repeating: 0, count: 24) + [1, 2, 3, 0]
        #expect(throws: PictureError.unsupported) { _ = try decode(bitmap) }
        let fits = "SIMPLE  =                    T".padding(toLength: 2_880) + String(repeating: " ", count: 2_880)
        #expect(throws: PictureError.unsupported) { _ = try decode(Array(fits.utf8)) }
        let jpeg2000: [UInt8] =
            [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A] + [UInt8](repeating: 0, count: 64)
        #expect(throws: PictureError.unsupported) { _ = try decode(jpeg2000) }
    }
}

extension String {
    fileprivate func padding(toLength length: Int) -> String {
        self + String(repeating: " ", count: max(0, length - count))
    }
}
