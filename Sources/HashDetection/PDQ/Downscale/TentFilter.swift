/// PDQ's downscaling: luma, box along rows, box along columns, both once more, then one element from the centre of
/// each of 64 × 64 parts. Two boxes make a tent (Jarosz).
///
/// The four passes run in step, eight rows at a time, through buffers of a few rows, so that a picture of any size
/// is read once and the work stays in the processor's cache. What the end does not need is not worked out: the
/// third pass divides only in the 64 columns that are kept, the fourth has only those.
///
/// With `w` the window and `l` the lead of a pass along columns: when rows `r…r+7` have entered it, its outputs
/// `r-l…r+7-l` are complete.
struct TentFilter: ~Copyable {
    private let luma: Luma
    private let rows: BoxFilter
    private let columns: BoxFilter
    /// `columns.length` lanes with `columns.window` zeros before them, and zeros behind for the lead.
    private let lanes: UnsafeMutablePointer<Lanes>
    private let lanesCount: Int
    /// The last outputs of the first pass, by row modulo `ringRows`.
    private let ring: UnsafeMutablePointer<Float>
    private let ringRows: Int
    /// Floats from one row of the ring to the next.
    private let stride: Int
    /// A row that does not exist.
    private let zeros: UnsafeMutablePointer<Float>
    /// Running sums of the second pass.
    private let sums: UnsafeMutablePointer<Float>
    private let columnDivisors: UnsafeMutablePointer<Float>
    private let keptColumns: [Int]

    init(_ luma: Luma) {
        self.luma = luma
        rows = BoxFilter(length: luma.height)
        columns = BoxFilter(length: luma.width)
        stride = (luma.width + 3) / 4 * 4
        lanesCount = columns.window + stride + columns.lead
        lanes = .allocate(capacity: lanesCount)
        lanes.initialize(repeating: Lanes(), count: lanesCount)
        // A multiple of eight, so that eight rows that are read together lie together.
        ringRows = (rows.window + 7) / 8 * 8 + 8
        ring = .allocate(capacity: ringRows * stride)
        ring.initialize(repeating: 0, count: ringRows * stride)
        zeros = .allocate(capacity: stride)
        zeros.initialize(repeating: 0, count: stride)
        sums = .allocate(capacity: stride)
        sums.initialize(repeating: 0, count: stride)
        columnDivisors = .allocate(capacity: stride)
        for column in 0..<stride { columnDivisors[column] = columns.divisor(column) }
        keptColumns = columns.sampled
    }

    deinit {
        lanes.deallocate()
        ring.deallocate()
        zeros.deallocate()
        sums.deallocate()
        columnDivisors.deallocate()
    }

    /// Runs all passes. Once.
    func run() -> Grid {
        let first = lanes + columns.window
        var last = KeptColumns(rows)
        var row = 0
        while row < rows.length + rows.lead {
            if row < rows.length {
                luma.read(eightRowsFrom: row, into: first)
                clearPadding(first)
                blurAlongRows(first, into: ring + row % ringRows * stride)
            }
            blurAlongColumns(row, into: first)
            clearPadding(first)
            keepColumns(first, of: row - rows.lead, for: &last)
            row += 8
        }
        return last.grid
    }

    private func clearPadding(_ first: UnsafeMutablePointer<Lanes>) {
        (first + columns.length).update(repeating: Lanes(), count: stride - columns.length + columns.lead)
    }

    /// First pass, with eight rows at `out` as its result. The padding of each row gets meaningless numbers.
    private func blurAlongRows(_ first: UnsafeMutablePointer<Lanes>, into out: UnsafeMutablePointer<Float>) {
        let newest = UnsafePointer(first + columns.lead)
        let oldest = UnsafePointer(first + columns.lead - columns.window)
        var sum = prime(first)
        var column = 0
        while column < stride {
            sum += newest[column]
            sum -= oldest[column]
            let a = sum / Lanes(repeating: columnDivisors[column])
            sum += newest[column &+ 1]
            sum -= oldest[column &+ 1]
            let b = sum / Lanes(repeating: columnDivisors[column &+ 1])
            sum += newest[column &+ 2]
            sum -= oldest[column &+ 2]
            let c = sum / Lanes(repeating: columnDivisors[column &+ 2])
            sum += newest[column &+ 3]
            sum -= oldest[column &+ 3]
            let d = sum / Lanes(repeating: columnDivisors[column &+ 3])
            let top = transposed(a.lowHalf, b.lowHalf, c.lowHalf, d.lowHalf)
            let bottom = transposed(a.highHalf, b.highHalf, c.highHalf, d.highHalf)
            out.setFour(at: column, top.0)
            out.setFour(at: column &+ stride, top.1)
            out.setFour(at: column &+ 2 &* stride, top.2)
            out.setFour(at: column &+ 3 &* stride, top.3)
            out.setFour(at: column &+ 4 &* stride, bottom.0)
            out.setFour(at: column &+ 5 &* stride, bottom.1)
            out.setFour(at: column &+ 6 &* stride, bottom.2)
            out.setFour(at: column &+ 7 &* stride, bottom.3)
            column &+= 4
        }
    }

    /// The sum before the first output: the inputs that only enter.
    @inline(__always)
    private func prime(_ first: UnsafeMutablePointer<Lanes>) -> Lanes {
        var sum = Lanes()
        for column in 0..<columns.lead { sum += first[column] }
        return sum
    }

    /// Row `row` of the first pass; zeros where there is none.
    @inline(__always)
    private func blurred(_ row: Int) -> UnsafePointer<Float> {
        UnsafePointer(row >= 0 && row < rows.length ? ring + row % ringRows * stride : zeros)
    }

    /// Second pass: takes in rows `row…row+7` and leaves its eight outputs in lanes, those above the picture and
    /// below it with meaningless numbers.
    private func blurAlongColumns(_ row: Int, into first: UnsafeMutablePointer<Lanes>) {
        @inline(__always)
        func step(_ lane: Int) -> (UnsafePointer<Float>, UnsafePointer<Float>, SIMD4<Float>) {
            let divisor = rows.divisor(row + lane - rows.lead)
            return (blurred(row + lane), blurred(row + lane - rows.window), SIMD4(repeating: divisor))
        }
        let (s0, s1, s2, s3) = (step(0), step(1), step(2), step(3))
        let (s4, s5, s6, s7) = (step(4), step(5), step(6), step(7))
        @inline(__always)
        func output(
            _ step: (UnsafePointer<Float>, UnsafePointer<Float>, SIMD4<Float>), _ column: Int, _ sum: inout SIMD4<Float>
        ) -> SIMD4<Float> {
            sum += step.0.four(at: column)
            sum -= step.1.four(at: column)
            return sum / step.2
        }
        var column = 0
        while column < stride {
            var sum = sums.four(at: column)
            let a = output(s0, column, &sum)
            let b = output(s1, column, &sum)
            let c = output(s2, column, &sum)
            let d = output(s3, column, &sum)
            let top = transposed(a, b, c, d)
            let e = output(s4, column, &sum)
            let f = output(s5, column, &sum)
            let g = output(s6, column, &sum)
            let h = output(s7, column, &sum)
            let bottom = transposed(e, f, g, h)
            sums.setFour(at: column, sum)
            first[column] = Lanes(lowHalf: top.0, highHalf: bottom.0)
            first[column &+ 1] = Lanes(lowHalf: top.1, highHalf: bottom.1)
            first[column &+ 2] = Lanes(lowHalf: top.2, highHalf: bottom.2)
            first[column &+ 3] = Lanes(lowHalf: top.3, highHalf: bottom.3)
            column &+= 4
        }
    }

    /// Third pass, divided only where a column is kept, and the fourth.
    private func keepColumns(_ first: UnsafeMutablePointer<Lanes>, of row: Int, for last: inout KeptColumns) {
        let newest = UnsafePointer(first + columns.lead)
        let oldest = UnsafePointer(first + columns.lead - columns.window)
        var sum = prime(first)
        var column = 0
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: Grid.side) { kept in
            for (index, target) in keptColumns.enumerated() {
                while column <= target {
                    sum += newest[column]
                    sum -= oldest[column]
                    column &+= 1
                }
                kept[index] = sum / Lanes(repeating: columnDivisors[target])
            }
            for lane in 0..<8 where row + lane >= 0 && row + lane < rows.length {
                last.push(kept, lane: lane)
            }
        }
    }
}
