package import Glibc

/// How a process ended, as `waitpid` tells it.
package struct ChildStatus: Sendable, Equatable, CustomStringConvertible {
    private let status: Int32

    /// Waits for the end of a child of this process, once; blocks until then.
    package init(waitingFor child: pid_t) {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        self.status = status
    }

    package var isSuccess: Bool { status == 0 }

    /// As <sys/wait.h> takes it apart: the signal in the low seven bits, the exit code above.
    package var description: String {
        let signal = status & 0x7F
        return signal == 0 ? "ended with \(status >> 8 & 0xFF)" : "was ended by signal \(signal)"
    }
}

/// Texts as C has them: a list that ends with null.
package func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
}
