import Configuration
import Operations

extension Commands {
    static let scan = Command(
        "scan", summary: "judge uploads from files, as the service judges those of a topic", arguments: "PATH…|-",
        options: [
            Option("--config", "FILE", "The configuration; without it, the defaults. Brokers are not needed."),
            Option("--signals", "FILE", repeatable: true, "Signals, beside those that the configuration names."),
            Option("--policy", "FILE", "Another policy than the configuration's."),
        ],
        example: "weir scan --signals signals.jsonl uploads.jsonl",
        discussion: """
            A .jsonl file, and standard input ("-"), holds upload events, one a line; any other file is taken as one upload
            of that picture, video or text. Prints the verdicts in order, as the audit topic gets them: the id is that of
            the same records on partition 0 of the input topic. A line's record was written now, or at the event's
            "recordedtime".
            What is no event is reported on standard error, {"path":…,"line":…,"code":…,"message":…}, the others go on,
            and the exit code is 1.
            """
    ) { invocation in
        guard !invocation.arguments.isEmpty else {
            throw UsageError("weir scan: which file? \"-\" is standard input", command: invocation.command)
        }
        let file = invocation.value("--config")
        var settings = try PipelineAssembly.settings(file: file)
        if let policy = invocation.value("--policy") { settings = settings.with(WeirSettings.policy, policy) }
        let signals = settings[WeirSettings.signalFiles] + invocation.all("--signals")
        settings = settings.with(WeirSettings.signalFiles, signals)
        let assembly = try PipelineAssembly(settings, file: file)
        return await (try Scan(assembly)).run(invocation.arguments)
    }
}
