/// The eight ways a picture can be turned and mirrored.
package enum PictureOrientation: String, Sendable, BitwiseCopyable, CaseIterable {
    case original
    /// Counterclockwise.
    case rotate90
    case rotate180
    case rotate270
    /// Top and bottom exchanged.
    case flipX
    /// Left and right exchanged.
    case flipY
    /// Transposed.
    case flipPlus1
    /// Mirrored at the other diagonal.
    case flipMinus1
}

/// What was done to an upload's picture before it was compared with a known one.
package struct PictureView: Sendable, Equatable, BitwiseCopyable {
    package let orientation: PictureOrientation
    /// Whether white shone through where the picture is transparent; black else.
    package let isOverWhite: Bool

    package init(_ orientation: PictureOrientation = .original, isOverWhite: Bool = false) {
        self.orientation = orientation
        self.isOverWhite = isOverWhite
    }

    /// As it is displayed.
    package static let displayed = PictureView()

    /// nil if neither comes before the other.
    static func order(_ a: PictureView, _ b: PictureView) -> Bool? {
        if a.isOverWhite != b.isOverWhite { return b.isOverWhite }
        return a.orientation == b.orientation ? nil : a.orientation.rawValue < b.orientation.rawValue
    }
}
