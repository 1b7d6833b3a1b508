/// How often something happened within a sliding window, by panes of equal length: what happened more than `count` panes
/// before the newest has left it. So a window of one hour is right to within a pane of five minutes.
///
/// Pane n holds the seconds from n × length on. Counts stop at the highest.
struct PaneRing<let count: Int> {
    private var panes: InlineArray<count, UInt16> = InlineArray(repeating: 0)

    init() {}

    /// What a pane holds; 0 for one that is not among the `count` up to `newest`.
    subscript(pane: UInt32) -> UInt16 {
        get { panes[Int(pane % UInt32(count))] }
        set { panes[Int(pane % UInt32(count))] = newValue }
    }

    /// Makes `newest` the newest pane, where `before` was; what leaves the window is forgotten.
    mutating func advance(from before: UInt32, to newest: UInt32) {
        guard newest > before else { return }
        let steps = min(newest - before, UInt32(count))
        for step in 0..<steps { self[newest - step] = 0 }
    }

    /// Counts one more in a pane; nothing if it has left the window.
    mutating func add(_ amount: UInt16, to pane: UInt32, newest: UInt32) {
        guard pane <= newest, newest - pane < UInt32(count) else { return }
        let (sum, overflow) = self[pane].addingReportingOverflow(amount)
        self[pane] = overflow ? .max : sum
    }

    var sum: Int {
        var sum = 0
        for pane in 0..<count { sum += Int(panes[pane]) }
        return sum
    }

    var isEmpty: Bool {
        var all: UInt16 = 0
        for pane in 0..<count { all |= panes[pane] }
        return all == 0
    }

    /// Counts of the panes as a set of bits, the newest the lowest, and behind it the counts of those that have one.
    func write(newest: UInt32, to out: inout RecordWriter) {
        var bits: UInt64 = 0
        for back in 0..<UInt32(count) where back <= newest && self[newest - back] != 0 { bits |= 1 << UInt64(back) }
        out.varint(bits)
        while bits != 0 {
            let back = UInt32(bits.trailingZeroBitCount)
            out.varint(UInt64(self[newest - back]))
            bits &= bits - 1
        }
    }

    init(newest: UInt32, from reader: inout RecordReader) {
        var bits = reader.varint()
        while bits != 0 {
            let back = UInt32(bits.trailingZeroBitCount)
            let amount = UInt16(truncatingIfNeeded: reader.varint())
            if back < UInt32(count), back <= newest { self[newest - back] = amount } else { reader.fail() }
            bits &= bits - 1
        }
    }
}
