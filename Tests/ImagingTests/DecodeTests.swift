import Detection
import Events
import HashDetection
import Imaging
import Testing

/// One scene, saved in many ways, is one picture.
@Suite struct DecodeTests {
    @Test(arguments: Fixture.scenes)
    func everyWayOfSavingGivesNearlyTheSameHash(fixture: Fixture) throws {
        let scene = PDQ.hash(try decode(try Fixture(name: "scene.png").bytes()))
        let saved = PDQ.hash(try decode(try fixture.bytes()))
        #expect(scene.quality >= 90)
        #expect(saved.quality >= PDQ.leastQuality)
        // Black and white alone make another picture of it: still the same by the usual threshold.
        #expect(distance(scene.hash, saved.hash) <= (fixture.name == "one-bit.png" ? PDQ.standardThreshold : 10))
    }

    @Test(arguments: Fixture.orientations)
    func orientationIsApplied(fixture: Fixture) throws {
        let scene = try Fixture(name: "scene.png").decoded()
        let turned = try fixture.decoded()
        #expect(turned.width == scene.width && turned.height == scene.height)
        #expect(turned.meanDifference(from: scene) < 4)
    }

    /// A PNG file may have an orientation too.
    @Test(arguments: [(1, nil), (3, .half), (6, .right), (8, .left), (0, nil), (9, nil)] as [(UInt8, QuarterTurn?)])
    func orientationOfPNGIsApplied(orientation: UInt8, turn: QuarterTurn?) throws {
        let scene = try decode(try Fixture(name: "scene.png").bytes())
        let expected = try turn.map { Picture(try scene.rotated($0)) } ?? Picture(scene)
        let file = try Fixture(name: "scene.png").bytes()
        let exif: [UInt8] = [
            0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        ]
        for place in EXIFPlace.allCases {
            #expect(try Picture(decoding: inserted(exif, place, into: file)) == expected, "\(place)")
        }
        // Cut off in the middle of the directory: as it is stored.
        #expect(try Picture(decoding: inserted(Array(exif.prefix(15)), .behindPixels, into: file)) == Picture(scene))
    }

    enum EXIFPlace: CaseIterable { case beforePixels, behindPixels }

    private func inserted(_ exif: [UInt8], _ place: EXIFPlace, into file: [UInt8]) -> [UInt8] {
        func bytes(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
        let body = Array("eXIf".utf8) + exif
        // CRC-32 (PNG, annex D).
        var crc: UInt32 = .max
        for byte in body {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
        }
        // Behind the signature and the header chunk, or before the end chunk.
        let offset = place == .beforePixels ? 8 + 25 : file.count - 12
        var changed = Array(file[..<offset])
        changed += bytes(UInt32(exif.count))
        changed += body
        changed += bytes(~crc)
        changed += file[offset...]
        return changed
    }

    @Test(arguments: ["turned-profile.png", "turned-profile.jpg", "srgb-profile.jpg", "little-cms-profile.jpg"])
    func profilesAreApplied(name: String) throws {
        let scene = try Fixture(name: "scene.png").decoded()
        #expect(try Fixture(name: name).decoded().meanDifference(from: scene) < 4)
    }

    @Test(arguments: [
        "cmyk.jpg", "cmyk.tif", "sixteen-bit.png", "scene.webp", "scene.avif", "scene.gif", "palette.png",
    ])
    func coloursAreTheScenes(name: String) throws {
        let scene = try Fixture(name: "scene.png").decoded()
        #expect(try Fixture(name: name).decoded().meanDifference(from: scene) < 8)
    }

    @Test(arguments: ["half-transparent.png", "half-transparent.webp"])
    func transparencyIsBlack(name: String) throws {
        #expect(try Fixture(name: name).decoded() == Fixture(name: "half-black.png").decoded())
    }

    /// Over black there is nothing to be seen.
    @Test(arguments: ["ink-rgb.png", "ink-grey.png", "ink.webp", "ink-sixteen-bit.png", "ink-palette.png"])
    func inkOnNothingIsLookedAtOverWhite(name: String) throws {
        let file = try Fixture(name: name).bytes()
        let scene = try decode(try Fixture(name: "scene.png").bytes())
        let hashes = try PictureHashes(of: file.span.bytes, maxPixels: 1 << 20, orientations: false)
        #expect(hashes.displayed.quality == 0)
        #expect(hashes.views.map(\.view) == [PictureView(isOverWhite: true)])
        let seen = try #require(hashes.views.first)
        // Sixteen steps of grey make another picture of it: still the same by the usual threshold.
        let most = name == "ink-palette.png" ? PDQ.standardThreshold : 10
        #expect(distance(seen.hash, PDQ.hash(scene).hash) <= most)

        let turned = try PictureHashes(of: file.span.bytes, maxPixels: 1 << 20, orientations: true)
        #expect(turned.views.map(\.view) == PictureOrientation.allCases.map { PictureView($0, isOverWhite: true) })
    }

    /// What can be told over black is not looked at over white, and what has no holes has nothing behind it.
    @Test(arguments: ["half-transparent.png", "scene.png", "scene.jpg", "flat"])
    func thereIsNoSecondLookWithoutNeed(name: String) throws {
        let file = name == "flat" ? try flatPicture() : try Fixture(name: name).bytes()
        let hashes = try PictureHashes(of: file.span.bytes, maxPixels: 1 << 20, orientations: false)
        #expect(hashes.views.isEmpty)
        let turned = try PictureHashes(of: file.span.bytes, maxPixels: 1 << 20, orientations: true)
        let expected = name == "flat" ? [] : Array(PictureOrientation.allCases.dropFirst())
        #expect(turned.views.map(\.view.orientation) == expected)
        #expect(turned.views.allSatisfy { !$0.view.isOverWhite })
    }

    private func flatPicture() throws -> [UInt8] {
        guard let flat = Pixels(width: 64, height: 32, layout: .grey, copying: Array(repeating: 7, count: 64 * 32))
        else { throw PictureError.memory }
        return try flat.png()
    }

    /// The transform that a view names is what makes the copy look like the picture that was turned; in small pictures
    /// too, whose spectra can't be turned without harm.
    @Test(arguments: PictureOrientation.allCases, [(64, 64), (97, 131), (128, 128), (256, 192), (1_100, 1_000)])
    func theViewNamesWhatUndoesTheTurn(orientation: PictureOrientation, size: (width: Int, height: Int)) throws {
        let scene = try decode(try Fixture(name: "scene.png").bytes()).resized(width: size.width, height: size.height)
        let copy = try turned(scene, orientation).png()
        let hashes = try PictureHashes(of: copy.span.bytes, maxPixels: 1 << 21, orientations: true)
        let known = PDQ.hash(scene).hash
        let all = [ViewedHash(hashes.displayed.hash, .displayed)] + hashes.views
        let near = all.filter { distance($0.hash, known) <= PDQ.standardThreshold }
        let undoing: PictureOrientation =
            switch orientation {
            case .rotate90: .rotate270
            case .rotate270: .rotate90
            default: orientation
            }
        #expect(near.map(\.view.orientation) == [undoing])
        let found = try #require(near.first)
        // Rounding, in small ones.
        #expect(distance(found.hash, known) <= (size.width < 1_024 ? 2 : 14))
    }

    private func turned(_ pixels: borrowing Pixels, _ orientation: PictureOrientation) throws -> Pixels {
        switch orientation {
        case .original: try pixels.rotated(.half).rotated(.half)
        case .rotate90: try pixels.rotated(.left)
        case .rotate180: try pixels.rotated(.half)
        case .rotate270: try pixels.rotated(.right)
        case .flipX: try pixels.mirrored(topBottom: true)
        case .flipY: try pixels.mirrored(topBottom: false)
        case .flipPlus1: try pixels.rotated(.right).mirrored(topBottom: false)
        case .flipMinus1: try pixels.rotated(.right).mirrored(topBottom: true)
        }
    }

    @Test(arguments: ["grey.jpg", "grey.png", "sixteen-bit-grey.png", "one-bit.png"])
    func greyStaysGrey(name: String) throws {
        #expect(try Fixture(name: name).decoded().channels == 1)
    }

    /// A JPEG that needs nothing special comes out as libjpeg-turbo decodes it, on either path.
    @Test func profileOfSRGBChangesNothing() throws {
        #expect(try Fixture(name: "srgb-profile.jpg").decoded() == Fixture(name: "scene.jpg").decoded())
        #expect(try Fixture(name: "little-cms-profile.jpg").decoded() == Fixture(name: "scene.jpg").decoded())
        #expect(try Fixture(name: "orientation-1.jpg").decoded() == Fixture(name: "scene.jpg").decoded())
    }
}

private func distance(_ a: Digest256, _ b: Digest256) -> Int {
    (a.words.0 ^ b.words.0).nonzeroBitCount + (a.words.1 ^ b.words.1).nonzeroBitCount
        + (a.words.2 ^ b.words.2).nonzeroBitCount + (a.words.3 ^ b.words.3).nonzeroBitCount
}
