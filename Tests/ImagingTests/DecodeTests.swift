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
