import Configuration
import Operations
import Pipeline
import Policy
import Signals

extension Commands {
    private static let discussion = "Every problem is printed with file, line, key and what is allowed; exit code 78."

    static let configCheck = Command(
        "config", "check", summary: "validate a configuration and every file it names", arguments: "FILE",
        example: "weir config check weir.yaml", discussion: discussion
    ) { invocation in
        let file = try invocation.file()
        let settings = try PipelineAssembly.settings(file: file)
        let assembly = try PipelineAssembly(settings, file: file)
        // Detectors read files too.
        _ = try assembly.blueprint.generation(for: SignalSet.empty)
        for note in ConfigurationNotes.of(settings) { Terminal.error("note: \(note)") }
        Terminal.out("\(file): ok, policy \(assembly.blueprint.policy.version)\n")
        return ExitCode.success
    }

    static let configShow = Command(
        "config", "show", summary: "print a configuration with defaults filled in and secrets masked",
        arguments: "FILE", example: "weir config show weir.yaml"
    ) { invocation in
        Terminal.out(try PipelineAssembly.settings(file: try invocation.file()).yaml)
        return ExitCode.success
    }

    static let configReference = Command(
        "config", "reference", summary: "every key with type, default and meaning",
        example: "weir config reference"
    ) { _ in
        for setting in WeirSettings.all {
            Terminal.out(
                "\(setting.key)\n    type: \(setting.formatName)\n    default: \(setting.standardText)\n    \(setting.meaning)\n"
            )
        }
        return ExitCode.success
    }
}

extension Invocation {
    /// The one file that the command is about.
    func file() throws -> String {
        guard arguments.count == 1 else {
            throw UsageError(
                "weir \(command.name): expected one \(command.arguments ?? "argument"), found \(arguments.count)",
                command: command)
        }
        return arguments[0]
    }
}
