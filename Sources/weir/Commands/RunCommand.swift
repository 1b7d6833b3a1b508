import Configuration
import Glibc
import Operations
import Streaming

extension Commands {
    static let run = Command(
        "run", summary: "run the consumer service",
        options: [
            Option("--config", "FILE", "The configuration; see weir config reference.")
        ],
        example: "weir run --config weir.yaml",
        discussion: """
            Reads uploads, writes verdicts, and commits both in one transaction. SIGTERM drains and ends it with exit
            code 0; a second one ends it at once with 1. A wrong configuration is refused with every problem in it (78).
            """
    ) { invocation in
        let file = try invocation.required("--config")
        let settings = try PipelineAssembly.settings(file: file)
        let assembly = try PipelineAssembly(settings, file: file)
        let sink = LogSink(
            level: LogLevel(rawValue: settings[WeirSettings.logLevel]) ?? .info,
            format: LogSink.Format(rawValue: settings[WeirSettings.logFormat]) ?? .json)
        let logger = Logger(label: "weir", sink: sink)
        for note in ConfigurationNotes.of(settings) { logger.warning(note) }
        return try await Supervisor.run(logger) {
            try await WeirProcess(assembly, lanes: LaneOptions.all(assembly), sink: sink)
        }
    }
}

/// Runs a process until it ends or is told to.
enum Supervisor {
    private enum Event: Sendable {
        case ended((any Error)?)
        case signalled
    }

    /// - Parameter make: builds the process, which may take long: signals are heeded from before on.
    /// - Returns: the exit code.
    static func run(_ logger: Logger, _ make: @escaping @Sendable () async throws -> WeirProcess) async throws -> Int32
    {
        let shutdown = ShutdownSignal()
        let signals = TerminationSignals().stream()
        return try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask {
                do {
                    let process = try await make()
                    if !shutdown.isTriggered { try await process.run(until: shutdown) }
                    return .ended(nil)
                } catch {
                    return .ended(error)
                }
            }
            group.addTask {
                for await _ in signals {
                    if shutdown.isTriggered {
                        logger.warning(
                            "second signal: ending at once, what is not committed is done again after a restart")
                        _exit(ExitCode.failure)
                    }
                    logger.notice("signal: draining, then ending")
                    shutdown.trigger()
                }
                return .signalled
            }
            defer { group.cancelAll() }
            while let event = try await group.next() {
                guard case .ended(let error) = event else { continue }
                switch error {
                case nil:
                    logger.notice("ended")
                    return ExitCode.success
                case let error as LaneError where error.isFault:
                    Terminal.error("weir: \(error)")
                    return ExitCode.software
                case let error?: throw error
                }
            }
            return ExitCode.success
        }
    }
}

/// What an operator should know of a configuration that is not wrong.
enum ConfigurationNotes {
    static func of(_ settings: Settings) -> [String] {
        var notes: [String] = []
        if settings[WeirSettings.accountKeyFile] == nil {
            notes.append("privacy.accountKeyFile is not set: account hashes on the audit topic can be guessed")
        }
        if settings[WeirSettings.signalFiles].isEmpty, settings[WeirSettings.signalTopic] == nil {
            notes.append("signals.files is empty, signals.topic null: nothing is known, so nothing can be matched")
        }
        if settings[WeirSettings.signalSnapshot] != nil, settings[WeirSettings.signalTopic] == nil {
            notes.append("signals.snapshot has no effect: signals.topic is null, and files are read at every start")
        }
        if settings.isSet(WeirSettings.stateDirectory) {
            notes.append("state.directory has no effect in this version")
        }
        return notes
    }
}
