import Configuration
import HashDetection
import Imaging

/// What hashing pictures costs, on one core: from files, decoding included, and the hash alone.
enum HashBenchmarks {
    /// Hashes of JPEG files a second.
    private static let targets = [(width: 512, height: 512, rate: 300.0), (1_024, 768, 120), (4_032, 3_024, 12)]

    /// Drawn pictures of each size as JPEG files of quality 85.
    static func run(_ duration: Duration) throws -> [Figure] {
        var figures: [Figure] = []
        for (width, height, rate) in targets {
            let file = try HashBenchmark.picture(width: width, height: height).jpeg(quality: 85)
            figures += try figuresOf(file, "\(width)x\(height)", rate, duration)
        }
        return figures
    }

    /// A picture of the user's.
    static func run(picture path: String, _ duration: Duration) throws -> [Figure] {
        try figuresOf(try readFile(path, atMost: 1 << 30), nil, nil, duration)
    }

    private static func figuresOf(
        _ file: [UInt8], _ size: String?, _ target: Double?, _ duration: Duration
    ) throws(PictureError) -> [Figure] {
        func measure(_ body: () -> Void) -> Double { EventBenchmarks.processorSeconds(for: duration, body) }
        let whole = try HashBenchmark.files(file, during: measure)
        let kernel = try HashBenchmark.pixels(file, during: measure)
        let ending = size.map { "-\($0)" } ?? ""
        let perFile = whole.seconds / Double(whole.n) * 1e3
        let perHash = kernel.seconds / Double(kernel.n) * 1e3
        var first = Figure(
            name: size == nil ? "pdq-file" : "pdq-jpeg\(ending)", value: Double(whole.n) / whole.seconds,
            unit: "hash/s", n: whole.n, seconds: whole.seconds, target: target.map { .atLeast($0) })
        first.profile = [("decoding ms", perFile - perHash), ("hashing ms", perHash)]
        let second = Figure(
            name: "pdq-kernel\(ending)", value: Double(kernel.n) / kernel.seconds, unit: "hash/s", n: kernel.n,
            seconds: kernel.seconds)
        return [first, second]
    }
}
