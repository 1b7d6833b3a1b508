import Events
import Imaging
import Testing

@testable import HashDetection

/// Bit equality with `pdqhash` 0.2.8 on the same pixels.
///
/// The package works brightness out in 64 bits before it rounds, where the algorithm has 32 throughout; that shows
/// only in bits whose element lies within rounding of the median, which pictures of a quality below 50 have many
/// of. Of those only the quality is defined.
@Suite struct PDQGoldenTests {
    @Test(arguments: GoldenVector.all)
    func hashesAreTheReferences(vector: GoldenVector) {
        let pixels = vector.drawing.pixels()
        let result = PDQ.hash(pixels)
        #expect(result.quality == vector.quality)
        let dihedral = PDQ.dihedral(pixels)
        #expect(dihedral.quality == vector.dihedralQuality)
        guard vector.quality >= PDQ.leastQuality || min(vector.width, vector.height) < 5 else { return }
        #expect(hex(result.hash) == vector.pdq)
        #expect(dihedral.hashes.map(hex) == vector.dihedral)
    }

    @Test func vectorsCoverBothSidesOfTheQualityLimit() {
        #expect(GoldenVector.all.count { $0.quality >= PDQ.leastQuality } >= 90)
        #expect(GoldenVector.all.contains { (PDQ.leastQuality..<100).contains($0.quality) })
        #expect(GoldenVector.all.contains { $0.quality < PDQ.leastQuality })
    }
}
