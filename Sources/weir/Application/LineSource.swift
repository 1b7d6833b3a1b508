import Concurrency
import Configuration
import Glibc

/// Lines of a file or of standard input, a bounded number at a time. Reads on a thread of its own: input may be slow.
actor LineSource {
    private nonisolated let executor = BlockingExecutor(name: "line-source")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let path: String
    private let descriptor: Int32
    private let longest: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var ended = false

    /// - Parameter longest: bytes of a line that are kept; what follows in the line is dropped, so that it is seen to
    ///   be too long and no memory is spent on it.
    init(path: String, longest: Int) throws(FileError) {
        self.path = path
        self.longest = longest
        descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw FileError(path: path, reason: String(cString: strerror(errno))) }
    }

    deinit { close(descriptor) }

    /// Up to `count` lines without their ends, and at most about `bytes` bytes; none at the end.
    func next(_ count: Int, bytes limit: Int = 4 << 20) throws(FileError) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var bytes = 0
        while lines.count < count, bytes < limit, let line = try line() {
            bytes += line.count
            lines.append(line)
        }
        return lines
    }

    private func line() throws(FileError) -> [UInt8]? {
        var kept: [UInt8] = []
        var isLine = false
        while true {
            if start < buffer.count {
                isLine = true
                let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n"))
                let room = max(0, longest + 1 - kept.count)
                kept.append(contentsOf: buffer[start..<(end ?? buffer.count)].prefix(room))
                start = (end ?? buffer.count - 1) + 1
                if end != nil { return kept }
            }
            if ended { return isLine ? kept : nil }
            try fill()
        }
    }

    private func fill() throws(FileError) {
        var outcome = 0
        buffer = [UInt8](unsafeUninitializedCapacity: 256 << 10) { bytes, count in
            repeat { outcome = read(descriptor, bytes.baseAddress, bytes.count) } while outcome < 0 && errno == EINTR
            count = max(0, outcome)
        }
        start = 0
        if outcome < 0 { throw FileError(path: path, reason: String(cString: strerror(errno))) }
        ended = outcome == 0
    }
}
