internal import Events

extension Spectrum {
    /// The spectrum of the picture turned: mirroring changes the sign of odd frequencies' counterparts, transposing
    /// exchanges rows and columns. Index 0 is frequency 1, so odd indices are even frequencies.
    func oriented(_ orientation: PictureOrientation) -> Spectrum {
        switch orientation {
        case .original: self
        case .rotate90: Spectrum { row, column in signed(column, row, odd: row, negatesOdd: false) }
        case .rotate180: Spectrum { row, column in signed(row, column, odd: row + column, negatesOdd: true) }
        case .rotate270: Spectrum { row, column in signed(column, row, odd: column, negatesOdd: false) }
        case .flipX: Spectrum { row, column in signed(row, column, odd: row, negatesOdd: false) }
        case .flipY: Spectrum { row, column in signed(row, column, odd: column, negatesOdd: false) }
        case .flipPlus1: Spectrum { row, column in self[column, row] }
        case .flipMinus1: Spectrum { row, column in signed(column, row, odd: row + column, negatesOdd: true) }
        }
    }

    /// An element, negated if `odd` is odd and odd ones are, or if it is even and odd ones are not.
    private func signed(_ row: Int, _ column: Int, odd: Int, negatesOdd: Bool) -> Float {
        odd.isMultiple(of: 2) == negatesOdd ? self[row, column] : -self[row, column]
    }
}
