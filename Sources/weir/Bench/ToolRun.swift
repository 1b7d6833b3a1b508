import Concurrency
import Glibc

/// Another program, run to its end; what it says on standard error is seen by whoever waits.
struct ToolRun {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameters:
    ///   - words: the program, looked for on PATH, and its arguments.
    ///   - environment: on top of this process's own.
    /// - Returns: its standard output. Blocks for as long as it runs.
    static func output(of words: [String], environment: [String: String] = [:]) throws(Failure) -> [UInt8] {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw failure("pipe", errno) }
        // Or the child would keep its own reader's end open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        // Threads of this process block signals, and SIGPIPE is ignored; neither is to be passed on.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let variables = Environment.variables.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        var child = pid_t()
        let code = withCStrings(words) { words in
            withCStrings(variables) { variables in
                words[0].map { posix_spawnp(&child, $0, &actions, &attributes, words, variables) } ?? EINVAL
            }
        }
        close(ends[1])
        defer { close(ends[0]) }
        guard code == 0 else { throw failure(words.first ?? "", code) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(ends[0], &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            output += chunk[..<count]
        }
        let status = ChildStatus(waitingFor: child)
        guard status.isSuccess else {
            throw Failure(description: "\(words.joined(separator: " ")) \(status)")
        }
        return output
    }

    private static func failure(_ what: String, _ code: Int32) -> Failure {
        Failure(description: "\(what): \(String(cString: strerror(code)))")
    }
}
