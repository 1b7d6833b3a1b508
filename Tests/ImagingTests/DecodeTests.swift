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
