internal import Foundation

/// The 16 × 16 lowest frequencies of a grid, without the constant one.
struct Spectrum {
    static let side = 16

    /// Row by row.
    private(set) var elements: [Float]

    /// B = D A Dᵀ, each element a sum in the order of the index, in 32-bit floats.
    init(_ grid: Grid) {
        elements = Array(repeating: 0, count: Spectrum.side * Spectrum.side)
        let half = Spectrum.transform(rows: grid.elements)
        for row in 0..<Spectrum.side {
            for column in 0..<Spectrum.side / 4 {
                var sum = SIMD4<Float>()
                for index in 0..<Grid.side {
                    let cosines = Spectrum.transposedCosines[index * Spectrum.side / 4 + column]
                    sum += SIMD4(repeating: half[row * Grid.side + index]) * cosines
                }
                for lane in 0..<4 { elements[row * Spectrum.side + column * 4 + lane] = sum[lane] }
            }
        }
    }

    /// Another spectrum element by element.
    init(_ element: (_ row: Int, _ column: Int) -> Float) {
        elements = []
        elements.reserveCapacity(Spectrum.side * Spectrum.side)
        for row in 0..<Spectrum.side {
            for column in 0..<Spectrum.side { elements.append(element(row, column)) }
        }
    }

    subscript(_ row: Int, _ column: Int) -> Float { elements[row * Spectrum.side + column] }

    /// D A: 16 rows of 64.
    private static func transform(rows grid: [Float]) -> [Float] {
        [Float](unsafeUninitializedCapacity: side * Grid.side) { half, count in
            grid.withUnsafeBufferPointer { grid in
                cosines.withUnsafeBufferPointer { cosines in
                    guard let half = half.baseAddress, let grid = grid.baseAddress else { return }
                    for row in 0..<side {
                        for column in stride(from: 0, to: Grid.side, by: 8) {
                            var low = SIMD4<Float>()
                            var high = SIMD4<Float>()
                            for index in 0..<Grid.side {
                                let cosine = SIMD4(repeating: cosines[row &* Grid.side &+ index])
                                low += cosine * grid.four(at: index &* Grid.side &+ column)
                                high += cosine * grid.four(at: index &* Grid.side &+ column &+ 4)
                            }
                            half.setFour(at: row * Grid.side + column, low)
                            half.setFour(at: row * Grid.side + column + 4, high)
                        }
                    }
                }
            }
            count = side * Grid.side
        }
    }

    /// D: row i is frequency i + 1 at 64 places, √(2/64) cos(π (i+1)(2j+1) / 128). The scale is rounded to 32 bits
    /// before, and the product after, as in the reference implementation.
    static let cosines: [Float] = (0..<side * Grid.side).map { place in
        let scale = Float((2.0 / Double(Grid.side)).squareRoot())
        let (frequency, position) = (place / Grid.side + 1, place % Grid.side)
        let angle = (Double.pi / 2 / Double(Grid.side)) * Double(frequency) * Double(2 * position + 1)
        return Float(Double(scale) * cos(angle))
    }

    /// Dᵀ, four frequencies of one place at a time.
    private static let transposedCosines: [SIMD4<Float>] = (0..<Grid.side * side / 4).map { place in
        let (position, frequency) = (place / (side / 4), place % (side / 4) * 4)
        return SIMD4((0..<4).map { cosines[(frequency + $0) * Grid.side + position] })
    }
}
