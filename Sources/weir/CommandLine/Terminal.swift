import Glibc

/// Standard output and error of the tool.
enum Terminal {
    /// Writes all of it to standard output; a reader that has gone away ends the tool quietly, as tools do.
    static func out(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }
    static func out(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }
    static func out(_ bytes: ArraySlice<UInt8>) { write(Array(bytes), to: STDOUT_FILENO) }
    static func error(_ text: String) {
        write(Array((text.hasSuffix("\n") ? text : text + "\n").utf8), to: STDERR_FILENO)
    }

    /// To standard error as it is: for lines that are written over.
    static func raw(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

    /// Whether people look at standard output, and want colours (https://no-color.org).
    static var hasColor: Bool {
        isatty(STDOUT_FILENO) == 1 && (environment("NO_COLOR") ?? "").isEmpty && environment("TERM") != "dumb"
    }

    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    static var width: Int {
        var size = winsize()
        return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 100
    }

    static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var start = 0
        while start < bytes.count {
            let written = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN {
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, 1_000)
                    continue
                }
                if descriptor == STDOUT_FILENO { exit(errno == EPIPE ? 0 : 1) }
                return
            }
            start += written
        }
    }
}
