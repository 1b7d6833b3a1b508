internal import CLuma
internal import Imaging

/// Brightness as PDQ takes it: 0.299 R + 0.587 G + 0.114 B as the nearest 32-bit float; grey as it is.
///
/// The package `pdqhash` adds up in 64 bits and rounds once, where the C++ command line rounds each step to 32 bits and
/// so ends beside it for a third of all colours. Of the two the package is what exchanges' tools hash with. The sum of
/// thousandths is a whole number, which a 32-bit float holds exactly; its division is then the only rounding, and gives
/// what 64 bits give for each of the 2²⁴ colours.
struct Luma {
    /// `height` rows of `width` pixels without padding.
    let bytes: UnsafePointer<UInt8>
    let width: Int
    let height: Int
    let layout: PixelLayout

    @inline(__always)
    func pixel(_ row: Int, _ column: Int) -> Float {
        let pixel = bytes + (row * width + column) * layout.rawValue
        switch layout {
        case .grey: return Float(pixel[0])
        case .rgb: return (299 * Float(pixel[0]) + 587 * Float(pixel[1]) + 114 * Float(pixel[2])) / 1_000
        }
    }

    /// Reads rows `first` to `first + 7` into `width` lanes. Rows below the last repeat it.
    func read(eightRowsFrom first: Int, into lanes: UnsafeMutablePointer<Lanes>) {
        switch layout {
        case .grey: read(first, lanes, fourPixels: Luma.fourGrey)
        case .rgb: read(first, lanes, fourPixels: weir_luma_of_four)
        }
    }

    @inline(__always)
    private func read(
        _ first: Int, _ lanes: UnsafeMutablePointer<Lanes>, fourPixels: (UnsafePointer<UInt8>) -> SIMD4<Float>
    ) {
        func row(_ lane: Int) -> Int { min(first + lane, height - 1) }
        func start(_ lane: Int) -> UnsafePointer<UInt8> { bytes + row(lane) * width * layout.rawValue }
        let (r0, r1, r2, r3) = (start(0), start(1), start(2), start(3))
        let (r4, r5, r6, r7) = (start(4), start(5), start(6), start(7))
        var column = 0
        // At least one pixel must remain: `weir_luma_of_four` reads one byte past them.
        while column &+ 4 < width {
            let at = column &* layout.rawValue
            let top = transposed(
                fourPixels(r0 + at), fourPixels(r1 + at), fourPixels(r2 + at), fourPixels(r3 + at))
            let bottom = transposed(
                fourPixels(r4 + at), fourPixels(r5 + at), fourPixels(r6 + at), fourPixels(r7 + at))
            lanes[column] = Lanes(lowHalf: top.0, highHalf: bottom.0)
            lanes[column &+ 1] = Lanes(lowHalf: top.1, highHalf: bottom.1)
            lanes[column &+ 2] = Lanes(lowHalf: top.2, highHalf: bottom.2)
            lanes[column &+ 3] = Lanes(lowHalf: top.3, highHalf: bottom.3)
            column &+= 4
        }
        while column < width {
            for lane in 0..<8 { lanes[column][lane] = pixel(row(lane), column) }
            column &+= 1
        }
    }

    @inline(__always)
    private static func fourGrey(_ pixels: UnsafePointer<UInt8>) -> SIMD4<Float> {
        SIMD4(Float(pixels[0]), Float(pixels[1]), Float(pixels[2]), Float(pixels[3]))
    }
}
