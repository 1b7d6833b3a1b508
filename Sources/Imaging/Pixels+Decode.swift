internal import CImaging

extension Pixels {
    /// The first picture of a file as a viewer shows it: turned as EXIF says, in sRGB, over black where transparent,
    /// or over white.
    ///
    /// JPEG, PNG, GIF, WebP, TIFF, HEIC and AVIF; no side longer than 65,535 pixels. Occupies its thread.
    /// - Parameter maxPixels: the largest width × height that is decoded.
    package static func decode(
        _ file: RawSpan, maxPixels: Int, overWhite: Bool = false
    ) throws(PictureError) -> Pixels {
        var raw = weir_pixels()
        let result = file.withUnsafeBytes { bytes in
            weir_decode(
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, UInt64(max(0, maxPixels)),
                overWhite, &raw)
        }
        return try taking(raw, result)
    }

    static func taking(_ raw: weir_pixels, _ result: weir_imaging_result) throws(PictureError) -> Pixels {
        if let error = PictureError(result) { throw error }
        guard let pixels = Pixels(taking: raw) else { throw .broken }
        return pixels
    }
}

/// The linked libvips, as it names itself.
package var imagingLibraryVersion: String { String(cString: weir_vips_version()) }
