import Media
import Operations

/// What `weir run` and `weir scan` start to decode pictures.
///
/// Not one of the commands that run as tasks: its walls let nothing pass that the runtime's other threads may want, so it
/// must be the only one, and it has nothing to wait for but its socket.
enum MediaWorkerCommand {
    static func run() -> Int32 {
        do throws(DecodeWorker.Misuse) {
            try DecodeWorker.run(Array(CommandLine.arguments.dropFirst(2)))
            return ExitCode.success
        } catch {
            Terminal.error("weir media-worker: \(error)")
            return ExitCode.usage
        }
    }
}
