import Events
import Imaging
import Testing

@testable import HashDetection

/// Bit equality with `pdqhash` 0.2.8 on the same pixels.
///
/// From a quality of 50 on this is what PDQ promises. On plainer pictures many elements lie within rounding of the
/// median, rounding alone decides their bits, and builds of the reference differ among themselves: the C++ command line,
/// which takes brightness in other steps, in more than 60 bits of a smooth slope. Weir rounds as the package does, and so
/// has its bits there too. `load-tests/compare_hash` compares thousands of pictures more, of up to 4032 × 3024 pixels.
@Suite struct PDQGoldenTests {
    @Test(arguments: GoldenVector.all)
    func hashesAreTheReferences(vector: GoldenVector) {
        let pixels = vector.drawing.pixels()
        let result = PDQ.hash(pixels)
        #expect(result.quality == vector.quality)
        #expect(hex(result.hash) == vector.pdq)
        let dihedral = PDQ.dihedral(pixels)
        #expect(dihedral.quality == vector.dihedralQuality)
        #expect(dihedral.hashes.map(hex) == vector.dihedral)
    }

    /// A third of all colours would be rounded otherwise by a sum of 32-bit products.
    @Test func brightnessIsRoundedOnce() {
        for red in stride(from: 0, through: 255, by: 15) {
            for green in stride(from: 0, through: 255, by: 15) {
                let bytes = (0...255).flatMap { [UInt8(red), UInt8(green), UInt8($0)] }
                let exact = (0...255).map { Float(0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double($0)) }
                let read = brightness(bytes)
                #expect(read.byRows == exact, "red \(red), green \(green)")
                #expect(read.byPixels == exact, "red \(red), green \(green)")
            }
        }
    }

    /// Of one row of RGB pixels, read as the filter reads rows, and one by one.
    private func brightness(_ bytes: [UInt8]) -> (byRows: [Float], byPixels: [Float]) {
        let width = bytes.count / 3
        var lanes = [Lanes](repeating: Lanes(), count: width)
        return bytes.withUnsafeBufferPointer { bytes in
            lanes.withUnsafeMutableBufferPointer { lanes in
                guard let start = bytes.baseAddress, let first = lanes.baseAddress else { return ([], []) }
                let luma = Luma(bytes: start, width: width, height: 1, layout: .rgb)
                luma.read(eightRowsFrom: 0, into: first)
                return (lanes.map { $0[0] }, (0..<width).map { luma.pixel(0, $0) })
            }
        }
    }

    @Test func vectorsCoverBothSidesOfTheQualityLimit() {
        #expect(GoldenVector.all.count { $0.quality >= PDQ.leastQuality } >= 90)
        #expect(GoldenVector.all.contains { (PDQ.leastQuality..<100).contains($0.quality) })
        #expect(GoldenVector.all.contains { $0.quality < PDQ.leastQuality })
    }
}
