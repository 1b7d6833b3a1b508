internal import Glibc

/// What a decoding process may take.
package struct DecodeWalls: Sendable, Equatable {
    /// The largest file.
    package var fileBytes: Int
    /// Address space beyond what it starts with, in bytes.
    package var memory: Int
    /// Processor time in its whole life, in seconds.
    package var seconds: Int

    package init(fileBytes: Int, memory: Int, seconds: Int) {
        self.fileBytes = fileBytes
        self.memory = memory
        self.seconds = seconds
    }

    /// Enough for files and pictures within the limits, and little more.
    package init(_ limits: MediaLimits) {
        fileBytes = max(limits.fileBytes, DecodeWalls.largestInline)
        // Of a picture up to twelve bytes a pixel at once (interlaced PNG of 16 bits), of HEIF planes and parts up to three
        // times as many pixels; threads reserve 8 MiB each, and heaps of the C library 64 MiB.
        memory = limits.pixels * 24 + 2 * limits.fileBytes + (512 << 20)
        seconds = 600
    }

    /// As large as a record can be set to be (`limits.record`).
    private static let largestInline = 64 << 20

    var words: [String] { [fileBytes, memory, seconds].map(String.init) }

    init?(_ words: [String]) {
        let numbers = words.compactMap { Int($0) }.filter { $0 > 0 }
        guard words.count == 3, numbers.count == 3 else { return nil }
        self.init(fileBytes: numbers[0], memory: numbers[1], seconds: numbers[2])
    }
}

/// A program that is a decoding process, and how it is started.
package struct DecodeProgram: Sendable {
    /// The command of `weir` that it is.
    package static let command = "media-worker"

    let path: String
    let walls: DecodeWalls

    /// - Parameter path: this very program, unless another is named; it stays the same when its file is exchanged.
    package init(path: String = "/proc/self/exe", _ walls: DecodeWalls) {
        self.path = path
        self.walls = walls
    }

    var arguments: [String] { [DecodeProgram.command] + walls.words }

    /// What the loader and sanitizers need. Not the rest: there may be secrets in it, and hostile files come near it.
    var environment: [String] {
        let passed = ["LD_LIBRARY_PATH", "LD_PRELOAD", "ASAN_OPTIONS", "TSAN_OPTIONS"]
        return passed.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
            + ["SWIFT_BACKTRACE=enable=no"]
    }
}
