/// A picture brought down to 64 × 64 elements of brightness.
struct Grid {
    static let side = 64

    private(set) var elements = [Float](repeating: 0, count: side * side)

    subscript(_ row: Int, _ column: Int) -> Float {
        get { elements[row * Grid.side + column] }
        set { elements[row * Grid.side + column] = newValue }
    }

    /// How much there is to tell pictures apart by, 0…100: steps between neighbours in hundredths of full contrast,
    /// each cut to a whole number.
    var quality: Int {
        var total = 0
        for row in 0..<Grid.side - 1 {
            for column in 0..<Grid.side { total += Grid.step(self[row, column], self[row + 1, column]) }
        }
        for row in 0..<Grid.side {
            for column in 0..<Grid.side - 1 { total += Grid.step(self[row, column], self[row, column + 1]) }
        }
        return min(100, total / 90)
    }

    @inline(__always)
    private static func step(_ a: Float, _ b: Float) -> Int { abs(Int((a - b) * 100 / 255)) }
}
