package import Imaging

/// For `weir bench hash`: work to be measured, on one core.
package enum HashBenchmark {
    /// Hashes a picture file again and again, decoding included.
    ///
    /// - Parameter measure: does the work as often as it likes, and says what that took, in seconds.
    /// - Returns: how many hashes were worked out.
    package static func files(
        _ file: [UInt8], during measure: (() -> Void) -> Double
    ) throws(PictureError) -> (n: Int, seconds: Double) {
        // Once before, so that tables and buffers exist, and that what can't be hashed is told.
        var quality = PDQ.hash(try Pixels.decode(file.span.bytes, maxPixels: .max)).quality
        var n = 0
        let seconds = measure {
            guard let pixels = try? Pixels.decode(file.span.bytes, maxPixels: .max) else { return }
            quality += PDQ.hash(pixels).quality
            n += 1
        }
        precondition(quality > 0, "the picture is plain: not what was to be measured")
        return (n, seconds)
    }

    /// The hash alone, of pixels in memory.
    package static func pixels(
        _ file: [UInt8], during measure: (() -> Void) -> Double
    ) throws(PictureError) -> (n: Int, seconds: Double) {
        let pixels = try Pixels.decode(file.span.bytes, maxPixels: .max)
        var quality = PDQ.hash(pixels).quality
        var n = 0
        let seconds = measure {
            quality += PDQ.hash(pixels).quality
            n += 1
        }
        precondition(quality > 0, "the picture is plain: not what was to be measured")
        return (n, seconds)
    }

    /// Slopes, edges and grain, so that the decoder has about as much to do as with a photograph.
    package static func picture(width: Int, height: Int) throws(PictureError) -> Pixels {
        var bytes = [UInt8](repeating: 0, count: width * height * 3)
        var state: UInt32 = 1
        for y in 0..<height {
            for x in 0..<width {
                state = state &* 1_664_525 &+ 1_013_904_223
                let grain = Int(state >> 28)
                let cell = (x * 12 / width) ^ (y * 9 / height)
                for channel in 0..<3 {
                    let slope = (x * (channel + 1) * 80 / width + y * (3 - channel) * 60 / height) % 200
                    bytes[(y * width + x) * 3 + channel] = UInt8(clamping: slope + cell * 3 + grain)
                }
            }
        }
        guard let pixels = Pixels(width: width, height: height, layout: .rgb, copying: bytes) else { throw .tooLarge }
        return pixels
    }
}
