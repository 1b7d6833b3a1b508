import Events
import Imaging
import Testing

@testable import HashDetection

/// The fast code against the plain model, element for element, over random sizes and contents.
@Suite struct PDQModelTests {
    @Test(arguments: UInt64(1)...120)
    func hashIsTheModels(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let width = side(using: &random)
        let height = side(using: &random)
        let layout: PixelLayout = Bool.random(using: &random) ? .rgb : .grey
        let bytes = content(width * height * layout.rawValue, using: &random)
        guard let pixels = Pixels(width: width, height: height, layout: layout, copying: bytes) else {
            Issue.record("\(width) x \(height)")
            return
        }
        let model = PDQModel(width: width, height: height, channels: layout.rawValue, bytes: bytes)
        let grid = model.grid(isTakenAsItIs: true)
        let result = PDQ.hash(pixels)
        #expect(result.quality == PDQModel.quality(grid), "\(width) x \(height)")
        #expect(hex(result.hash) == PDQModel.hash(PDQModel.spectrum(grid)), "\(width) x \(height)")
        let dihedral = PDQ.dihedral(pixels)
        let filtered = model.grid(isTakenAsItIs: false)
        #expect(hex(dihedral.hashes[0]) == PDQModel.hash(PDQModel.spectrum(filtered)), "\(width) x \(height)")
    }

    /// Every size around where a window grows, and around multiples of what is read together.
    @Test(arguments: [5, 6, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 128, 129, 255, 256, 257, 383, 384, 385])
    func edgesOfWindowsAndBlocksAreTheModels(side: Int) {
        for (width, height) in [(side, 40), (40, side), (side, side)] {
            var random = SplitMix64(seed: UInt64(side))
            let bytes = content(width * height * 3, using: &random)
            guard let pixels = Pixels(width: width, height: height, layout: .rgb, copying: bytes) else { continue }
            let grid = PDQModel(width: width, height: height, channels: 3, bytes: bytes).grid(isTakenAsItIs: true)
            #expect(hex(PDQ.hash(pixels).hash) == PDQModel.hash(PDQModel.spectrum(grid)), "\(width) x \(height)")
        }
    }

    @Test(arguments: UInt64(1)...200)
    func medianIsTheLowerOne(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let spread = [1, 3, 20, 1_000_000].randomElement(using: &random) ?? 1
        let elements = (0..<256).map { _ in Float(Int.random(in: -spread...spread, using: &random)) / 7 }
        let spectrum = Spectrum { row, column in elements[row * 16 + column] }
        #expect(spectrum.median == elements.sorted()[127])
    }

    private func side(using random: inout SplitMix64) -> Int {
        Int.random(in: 5...([20, 140, 420].randomElement(using: &random) ?? 20), using: &random)
    }

    /// Flat, striped and noisy stretches.
    private func content(_ count: Int, using random: inout SplitMix64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let value = UInt8.random(in: 0...255, using: &random)
            let length = Int.random(in: 1...400, using: &random)
            let noisy = Bool.random(using: &random)
            for _ in 0..<min(length, count - bytes.count) {
                bytes.append(noisy ? UInt8.random(in: 0...255, using: &random) : value)
            }
        }
        return bytes
    }
}
