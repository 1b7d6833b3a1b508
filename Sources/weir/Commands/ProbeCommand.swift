import Configuration
import Operations

extension Commands {
    static let probe = Command(
        "probe", summary: "ask a running weir whether it is alive, or ready",
        options: [
            Option(switch: "--live", "Whether it makes progress (/healthz)."),
            Option(switch: "--ready", "Whether it takes part in the work (/readyz); the default."),
            Option("--config", "FILE", "Its configuration, for admin.listen; without it, the defaults."),
            Option("--address", "HOST:PORT", "Where its admin server listens, in place of --config."),
        ],
        example: "weir probe --ready --config weir.yaml",
        discussion: """
            For probes that run inside the container, where the admin server is on loopback. Exit code 0: yes; 1: no, with
            the reasons; 69: nobody answers.
            """
    ) { invocation in
        if invocation.has("--live"), invocation.has("--ready") {
            throw UsageError("weir probe: --live or --ready, not both", command: invocation.command)
        }
        if invocation.has("--address"), invocation.has("--config") {
            throw UsageError("weir probe: --address or --config, not both", command: invocation.command)
        }
        let settings = try PipelineAssembly.settings(file: invocation.value("--config"))
        guard let text = invocation.value("--address") ?? settings[WeirSettings.adminListen] else {
            throw UsageError(
                "weir probe: admin.listen is null: there is no admin server to ask", command: invocation.command)
        }
        guard let address = ListenAddress(text) else {
            throw UsageError(
                "weir probe: expected an IP address and a port such as 127.0.0.1:9464, not \"\(text)\"",
                command: invocation.command)
        }
        let path = invocation.has("--live") ? "/healthz" : "/readyz"
        do {
            let answer = try await BlockingWork(name: "probe").run { () throws(AdminProbe.Failure) in
                try AdminProbe(address).get(path)
            }
            Terminal.out(answer.body)
            return answer.status == 200 ? ExitCode.success : ExitCode.failure
        } catch {
            Terminal.error("weir: \(error)")
            return ExitCode.unavailable
        }
    }
}
