/// A share of counted things with its 95 % interval (Wilson, 1927), which holds for few things and shares near 0 and 1.
package struct WilsonInterval: Sendable, Equatable {
    package let share: Double
    package let low: Double
    package let high: Double

    /// nil of none.
    package init?(_ hits: Int, of count: Int) {
        guard count > 0 else { return nil }
        let z = 1.959963984540054
        let n = Double(count)
        share = Double(hits) / n
        let middle = share + z * z / (2 * n)
        let width = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 + z * z / n
        low = max(0, (middle - width) / scale)
        high = min(1, (middle + width) / scale)
    }
}
