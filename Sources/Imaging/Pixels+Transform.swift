internal import CImaging

/// Quarter turns, clockwise.
package enum QuarterTurn: Int32, Sendable, CaseIterable {
    case right = 90
    case half = 180
    case left = 270
}

extension Pixels {
    /// Stretched or shrunk to exactly this size.
    package func resized(width: Int, height: Int) throws(PictureError) -> Pixels {
        try made { pixels, out in weir_resize(&pixels, UInt32(width), UInt32(height), &out) }
    }

    package func rotated(_ turn: QuarterTurn) throws(PictureError) -> Pixels {
        try made { pixels, out in weir_rotate(&pixels, turn.rawValue, &out) }
    }

    /// - Parameter topBottom: exchanges top and bottom; left and right else.
    package func mirrored(topBottom: Bool) throws(PictureError) -> Pixels {
        try made { pixels, out in weir_mirror(&pixels, topBottom, &out) }
    }

    /// - Throws: `broken` if the part is not inside the picture.
    package func cropped(left: Int, top: Int, width: Int, height: Int) throws(PictureError) -> Pixels {
        guard left >= 0, top >= 0, width > 0, height > 0, left + width <= self.width, top + height <= self.height
        else { throw .broken }
        return try made { pixels, out in
            weir_crop(&pixels, UInt32(left), UInt32(top), UInt32(width), UInt32(height), &out)
        }
    }

    private func made(
        _ transform: (inout weir_pixels, inout weir_pixels) -> weir_imaging_result
    ) throws(PictureError) -> Pixels {
        var pixels = view
        var out = weir_pixels()
        let result = transform(&pixels, &out)
        return try Pixels.taking(out, result)
    }
}
