import Configuration

/// Finds the command and takes its options apart.
struct CommandLineParser {
    enum Outcome {
        case run(Invocation)
        case help(Command)
        /// Help for a group of commands; empty for the tool itself.
        case overview([String])
        case version
    }

    let commands: [Command]

    /// `--help` anywhere wins over everything that may be wrong; `help` in front is the same.
    func parse(_ typed: [String]) throws -> Outcome {
        let asksFirst = typed.first == "help"
        let words = asksFirst ? Array(typed.dropFirst()) : typed
        let beforeDashes = words.prefix { $0 != "--" }
        let wantsHelp = asksFirst || beforeDashes.contains("--help") || beforeDashes.contains("-h")
        if words.first == "--version" { return .version }
        guard let (command, rest) = find(words) else {
            let group = knownGroup(words)
            if wantsHelp { return .overview(group) }
            throw unknownCommand(words, group)
        }
        return wantsHelp ? .help(command) : .run(try options(of: command, rest))
    }

    /// The command with the longest name that the words begin with.
    private func find(_ words: [String]) -> (Command, ArraySlice<String>)? {
        commands
            .filter { words.starts(with: $0.path) }
            .max { $0.path.count < $1.path.count }
            .map { ($0, words[$0.path.count...]) }
    }

    private func knownGroup(_ words: [String]) -> [String] {
        guard let first = words.first, commands.contains(where: { $0.path.count > 1 && $0.path[0] == first }) else {
            return []
        }
        return [first]
    }

    private func unknownCommand(_ words: [String], _ group: [String]) -> UsageError {
        let known: [String]
        let typed: String
        if group.isEmpty {
            known = Array(Set(commands.map { $0.path[0] }))
            guard let first = words.first else {
                return UsageError("which command? known: \(known.sorted().joined(separator: ", "))")
            }
            typed = first
        } else {
            known = commands.filter { $0.path.starts(with: group) && $0.path.count > 1 }.map { $0.path[1] }
            guard words.count > 1 else {
                return UsageError("weir \(group[0]): which one? known: \(known.sorted().joined(separator: ", "))")
            }
            typed = words[1]
        }
        let prefix = group.isEmpty ? "" : "\(group[0]) "
        return UsageError("unknown command \"\(prefix)\(typed)\"; \(suggestion(for: typed, among: known))")
    }

    private func options(of command: Command, _ words: ArraySlice<String>) throws -> Invocation {
        var invocation = Invocation(command: command)
        var rest = words
        while let word = rest.popFirst() {
            if word == "--" {
                invocation.add(arguments: rest)
                rest = []
            } else if word.hasPrefix("--") {
                let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                guard let option = command.options.first(where: { $0.name == parts[0] }) else {
                    let near = suggestion(for: parts[0], among: command.options.map(\.name) + ["--help"])
                    throw UsageError("weir \(command.name): unknown option \"\(parts[0])\"; \(near)", command: command)
                }
                try take(option, inline: parts.count > 1 ? parts[1] : nil, &rest, into: &invocation)
            } else if word.hasPrefix("-"), word != "-", command.options.contains(where: { $0.name == word }) == false {
                throw UsageError(
                    "weir \(command.name): unknown option \"\(word)\"; options begin with two dashes", command: command)
            } else if let option = command.options.first(where: { $0.name == word }) {
                try take(option, inline: nil, &rest, into: &invocation)
            } else {
                invocation.add(arguments: [word])
            }
        }
        if command.arguments == nil, let first = invocation.arguments.first {
            throw UsageError("weir \(command.name): unexpected argument \"\(first)\"", command: command)
        }
        return invocation
    }

    private func take(
        _ option: Option, inline: String?, _ rest: inout ArraySlice<String>, into invocation: inout Invocation
    ) throws {
        let command = invocation.command
        if !option.isRepeatable, invocation.has(option.name) {
            throw UsageError("weir \(command.name): \(option.name) is given twice", command: command)
        }
        guard let placeholder = option.value else {
            if inline != nil {
                throw UsageError("weir \(command.name): \(option.name) takes no value", command: command)
            }
            invocation.add("", to: option.name)
            return
        }
        // What looks like an option is one: a value that begins with two dashes stands behind `=`.
        let follows = rest.first?.hasPrefix("--") == false
        guard let value = inline ?? (follows ? rest.popFirst() : nil) else {
            throw UsageError(
                "weir \(command.name): \(option.name) needs a value: \(option.name) \(placeholder)", command: command)
        }
        invocation.add(value, to: option.name)
    }
}
