/// The fourth pass: the box along the 64 columns that are kept, row after row, of whose outputs 64 rows are kept.
struct KeptColumns {
    private let rows: BoxFilter
    private let keptRows: [Int]
    /// The last `window` rows of 64 elements, by row modulo window.
    private var ring: [Float]
    private var sums = [Float](repeating: 0, count: Grid.side)
    private var row = 0
    private var keptCount = 0
    private(set) var grid = Grid()

    init(_ rows: BoxFilter) {
        self.rows = rows
        keptRows = rows.sampled
        ring = Array(repeating: 0, count: rows.window * Grid.side)
    }

    /// Takes in the next row, one lane of 64.
    mutating func push(_ lanes: UnsafeMutableBufferPointer<Lanes>, lane: Int) {
        let slot = row % rows.window * Grid.side
        for column in 0..<Grid.side {
            let value = lanes[column][lane]
            // The row that leaves stood where this one comes to stand; it is zero while the window fills.
            sums[column] = sums[column] + value - ring[slot + column]
            ring[slot + column] = value
        }
        emit(row - rows.lead)
        row += 1
        if row == rows.length { drain() }
    }

    /// After the last row the window only shrinks.
    private mutating func drain() {
        for output in rows.length - rows.lead..<rows.length {
            let slot = (output + rows.lead) % rows.window * Grid.side
            for column in 0..<Grid.side { sums[column] -= ring[slot + column] }
            emit(output)
        }
    }

    private mutating func emit(_ output: Int) {
        // A picture of fewer than 64 rows has some of them several times.
        while keptCount < Grid.side, keptRows[keptCount] == output {
            let divisor = rows.divisor(output)
            for column in 0..<Grid.side { grid[keptCount, column] = sums[column] / divisor }
            keptCount += 1
        }
    }
}
