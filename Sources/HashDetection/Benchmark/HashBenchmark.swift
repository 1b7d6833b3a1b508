package import Imaging

/// How fast pictures are hashed on one core.
package enum HashBenchmark {
    package struct Result: Sendable {
        package let name: String
        /// Hashes a second.
        package let value: Double
        package let unit: String
        /// Hashes worked out.
        package let n: Int
        package let seconds: Double
    }

    /// Each size for about `duration`: from JPEG files of quality 85, and the hash alone from pixels in memory.
    package static func run(duration: Duration = .seconds(2)) throws -> [Result] {
        var results: [Result] = []
        for (width, height) in [(512, 512), (1024, 768), (4032, 3024)] {
            let file = try picture(width: width, height: height).jpeg(quality: 85)
            let most = width * height
            results.append(
                try measure("pdq-jpeg-\(width)x\(height)", duration) {
                    PDQ.hash(try Pixels.decode(file.span.bytes, maxPixels: most)).quality
                })
            let pixels = try Pixels.decode(file.span.bytes, maxPixels: most)
            results.append(measure("pdq-kernel-\(width)x\(height)", duration) { PDQ.hash(pixels).quality })
        }
        return results
    }

    private static func measure(_ name: String, _ duration: Duration, _ hash: () throws -> Int) rethrows -> Result {
        var qualities = try hash()  // once before, so that tables and buffers exist
        let clock = ContinuousClock()
        let start = clock.now
        var n = 0
        var elapsed = Duration.zero
        while elapsed < duration {
            qualities += try hash()
            n += 1
            elapsed = clock.now - start
        }
        precondition(qualities > 0, "the picture is plain: not what was to be measured")
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        return Result(name: name, value: Double(n) / seconds, unit: "hash/s", n: n, seconds: seconds)
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
