internal import Glibc

/// A child process with standard streams of one's choice.
///
/// Foundation's `Process` notices a child's end by a socket that the child's own children inherit: a broker started by
/// a script would keep the script "running" for as long as the broker lives.
struct ChildProcess: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let id: pid_t

    /// - Parameters: descriptors that become the child's standard streams; nil: `/dev/null`.
    init(_ arguments: [String], input: Int32? = nil, output: Int32? = nil) throws(Failure) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, target) in [(input, STDIN_FILENO), (output, STDOUT_FILENO), (output, STDERR_FILENO)] {
            if let descriptor {
                posix_spawn_file_actions_adddup2(&actions, descriptor, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
            }
        }
        // What is handed over is handed over as a standard stream alone.
        for descriptor in [input, output] {
            if let descriptor { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        }
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, arguments[0], &actions, nil, &words, environ)
        guard code == 0 else { throw Failure(description: "\(arguments[0]): \(String(cString: strerror(code)))") }
        id = child
    }

    /// Blocks until it has ended. - Returns: its exit code, or 128 and the signal that ended it.
    @discardableResult
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }
}
