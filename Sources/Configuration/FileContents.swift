internal import Glibc

/// A file that could not be read or written.
package struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
    package let path: String
    package let reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    package var description: String { "\(path): \(reason)" }
}

/// The whole of a file; blocks, so not for the cooperative pool once traffic flows.
package func readFile(_ path: String, atMost limit: Int) throws(FileError) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: path, reason: String(cString: strerror(errno))) }
    defer { if path != "-" { close(descriptor) } }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, reason: String(cString: strerror(errno))) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError(path: path, reason: "is a directory") }
    var contents: [UInt8] = []
    contents.reserveCapacity(min(max(Int(status.st_size), 0), limit))
    let chunk = 256 << 10
    while true {
        let start = contents.count
        var outcome = 0
        contents.append(
            contentsOf: [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
                repeat { outcome = read(descriptor, buffer.baseAddress, chunk) } while outcome < 0 && errno == EINTR
                count = max(outcome, 0)
            })
        guard outcome >= 0 else { throw FileError(path: path, reason: String(cString: strerror(errno))) }
        guard contents.count <= limit else { throw FileError(path: path, reason: "is larger than \(limit) bytes") }
        if contents.count == start { return contents }
    }
}

/// What a file looked like, to notice that it changed. nil: there is no such file, or it can't be looked at.
package struct FileFingerprint: Sendable, Equatable {
    private let inode: UInt
    private let size: Int
    private let seconds: Int
    private let nanoseconds: Int

    package init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt(status.st_ino)
        size = Int(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}
