/// One dimension of PDQ's box filter (Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
/// Algorithm", 2019): each output is the mean of a window of inputs that shrinks at both ends.
///
/// Output `o` adds input `o + lead`, then takes off input `o + lead - window`, in 32-bit floats. Sums run from the
/// first input to the last and every rounding counts towards the hash, so nobody may reorder or fuse these steps.
/// Inputs that don't exist stand as zero: adding zero or taking it off changes no sum.
struct BoxFilter {
    let length: Int
    let window: Int
    /// How far an output lies behind the newest input of its window.
    let lead: Int

    /// - Parameter length: pixels along this dimension, to be brought to 64 by two passes.
    init(length: Int) {
        self.length = length
        window = (length + 127) / 128
        lead = window / 2
    }

    /// Inputs in the window of an output, 1…window; 1 for places that don't exist.
    func divisor(_ output: Int) -> Float {
        let first = max(0, output + lead - window + 1)
        let last = min(length - 1, output + lead)
        return Float(max(1, last - first + 1))
    }

    /// The outputs that are kept, at the centres of 64 equal parts.
    var sampled: [Int] {
        (0..<Grid.side).map { Int((Double($0) + 0.5) * Double(length) / Double(Grid.side)) }
    }
}
