internal import CImaging

extension Pixels {
    /// A baseline JPEG file with 4:2:0 chroma.
    /// - Parameter quality: 1…100.
    package func jpeg(quality: Int) throws(PictureError) -> [UInt8] {
        try file { pixels, file, count in weir_encode_jpeg(&pixels, Int32(quality), &file, &count) }
    }

    package func png() throws(PictureError) -> [UInt8] {
        try file { pixels, file, count in weir_encode_png(&pixels, &file, &count) }
    }

    private func file(
        _ encode: (inout weir_pixels, inout UnsafeMutablePointer<UInt8>?, inout Int) -> weir_imaging_result
    ) throws(PictureError) -> [UInt8] {
        var pixels = view
        var file: UnsafeMutablePointer<UInt8>?
        var count = 0
        if let error = PictureError(encode(&pixels, &file, &count)) { throw error }
        defer { weir_imaging_free(file) }
        return Array(UnsafeBufferPointer(start: file, count: count))
    }
}
