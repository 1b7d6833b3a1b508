import Glibc
import HashDetection
import Imaging
import Media

/// What the walls around decoders cost: the same picture decoded and hashed in this process and behind them, by turns.
enum MediaBenchmark {
    private static let (width, height) = (1_024, 768)

    static func run(_ duration: Duration) throws -> [Figure] {
        // As the processes have it: on a machine that has more to do both get the same.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        let file = try HashBenchmark.picture(width: width, height: height).jpeg(quality: 85)
        let limits = MediaLimits()
        let workers = DecodeWorkers(DecodeProgram(DecodeWalls(limits)), workers: 1)
        try workers.start()
        var plain = Measured(name: "media-here")
        var walled = Measured(name: "media-walls")
        let expected = try plain.round { try PictureHashes(of: file.span.bytes, maxPixels: limits.pixels) }
        let start = ContinuousClock.now
        while ContinuousClock.now - start < duration * 2 {
            for _ in 0..<10 { _ = try plain.round { try PictureHashes(of: file.span.bytes, maxPixels: limits.pixels) } }
            for _ in 0..<10 {
                let hashes = try walled.round {
                    try workers.hashes(
                        of: file, maxPixels: limits.pixels, orientations: false, limit: limits.deadline
                    ).get()
                }
                precondition(hashes.displayed == expected.displayed, "another hash behind the walls")
            }
        }
        let ratio = walled.rate / plain.rate
        return [
            plain.figure, walled.figure,
            Figure(
                name: "media-walls-ratio-\(width)x\(height)", value: ratio, unit: "of in-process", n: walled.n,
                seconds: walled.seconds, target: .atLeast(0.9)),
        ]
    }

    private struct Measured {
        let name: String
        private(set) var n = 0
        private(set) var seconds = 0.0

        init(name: String) { self.name = name }

        var rate: Double { Double(n) / seconds }

        mutating func round<Value>(_ body: () throws -> Value) rethrows -> Value {
            let start = ContinuousClock.now
            let value = try body()
            seconds += (ContinuousClock.now - start).seconds
            n += 1
            return value
        }

        var figure: Figure {
            Figure(name: "\(name)-\(width)x\(height)", value: rate, unit: "pictures/s", n: n, seconds: seconds)
        }
    }
}

extension PictureHashes {
    fileprivate init(of file: RawSpan, maxPixels: Int) throws(PictureError) {
        try self.init(of: file, maxPixels: maxPixels, orientations: false)
    }
}
