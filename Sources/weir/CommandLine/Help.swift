/// The help texts, made from the commands' declarations.
enum Help {
    static func text(for command: Command) -> String {
        var out = "weir \(command.name): \(command.summary)\n\nUsage: weir \(command.name)"
        for option in command.options {
            out += " [\(option.name)\(option.value.map { " \($0)" } ?? "")]" + (option.isRepeatable ? "…" : "")
        }
        if let arguments = command.arguments { out += " \(arguments)" }
        out += "\n"
        if !command.discussion.isEmpty { out += "\n\(command.discussion)\n" }
        out += "\nOptions:\n"
        let rows =
            command.options.map { ("\($0.name)\($0.value.map { " \($0)" } ?? "")", $0.help) } + [
                ("--help", "This text.")
            ]
        out += table(rows)
        out += "\nExample:\n  \(command.example)\n"
        return out
    }

    /// - Parameter group: the first word of the commands to show; empty for all.
    static func overview(_ group: [String], _ commands: [Command]) -> String {
        var out = """
            weir holds back terrorist and violent-extremist content in a stream of uploads, and lets everything else flow.

            Usage: weir COMMAND [OPTIONS]

            """
        out += "\nCommands:\n"
        out += table(commands.filter { $0.path.starts(with: group) }.map { ($0.name, $0.summary) })
        out += """

            weir COMMAND --help explains a command and shows an example.
            Exit codes: 0 done, 1 something was found wanting, 64 wrong usage, 65 bad input data,
            69 broker or service unreachable, 70 internal fault or watchdog, 78 bad configuration.

            """
        return out
    }

    private static func table(_ rows: [(String, String)]) -> String {
        let width = min(rows.map(\.0.count).max() ?? 0, 34)
        return rows.map { name, text in
            let pad = String(repeating: " ", count: max(1, width + 2 - name.count))
            return "  \(name)\(name.count > width ? "\n  \(String(repeating: " ", count: width + 2))" : pad)\(text)\n"
        }.joined()
    }
}
