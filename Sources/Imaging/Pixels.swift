internal import CImaging

/// How the bytes of one pixel lie; the raw value is their number.
package enum PixelLayout: Int, Sendable, BitwiseCopyable {
    case grey = 1
    case rgb = 3
}

/// A picture in memory: 8-bit pixels, row by row without padding. Owns the bytes.
///
/// `@unchecked Sendable`: the bytes are never written after `init`, and only `deinit` releases them.
package struct Pixels: ~Copyable, @unchecked Sendable {
    package let width: Int
    package let height: Int
    package let layout: PixelLayout
    /// Whether the file left parts of the picture open, so that what is behind them was chosen in decoding it.
    package let isTransparent: Bool
    let bytes: UnsafeMutablePointer<UInt8>

    /// Takes over what the bridge made; nil if it is not grey or RGB, which the bridge never makes.
    init?(taking raw: weir_pixels) {
        guard let bytes = raw.bytes, let layout = PixelLayout(rawValue: Int(raw.channels)) else { return nil }
        width = Int(raw.width)
        height = Int(raw.height)
        self.layout = layout
        isTransparent = raw.transparent
        self.bytes = bytes
    }

    /// Copies pixels that came without a header; nil if their number is not width × height × channels, or none.
    package init?(width: Int, height: Int, layout: PixelLayout, copying source: [UInt8]) {
        let sides = 1...Int(WEIR_IMAGING_LONGEST_SIDE)
        guard sides.contains(width), sides.contains(height), source.count == width * height * layout.rawValue,
            let bytes = weir_imaging_allocate(source.count)
        else { return nil }
        bytes.update(from: source, count: source.count)
        self.width = width
        self.height = height
        self.layout = layout
        isTransparent = false
        self.bytes = bytes
    }

    deinit { weir_imaging_free(bytes) }

    package var byteCount: Int { width * height * layout.rawValue }

    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: bytes, count: byteCount))
    }

    /// As the bridge takes them, for one call.
    var view: weir_pixels {
        weir_pixels(
            bytes: bytes, width: UInt32(width), height: UInt32(height), channels: UInt32(layout.rawValue),
            transparent: isTransparent)
    }
}
