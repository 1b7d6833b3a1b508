/// An option of a command: declared once, it is parsed, explained and suggested from this.
struct Option: Sendable {
    /// With its dashes: `--config`.
    let name: String
    /// What its value is called in the help; nil for a switch.
    let value: String?
    let help: String
    let isRepeatable: Bool

    init(_ name: String, _ value: String, repeatable: Bool = false, _ help: String) {
        self.name = name
        self.value = value
        self.help = help
        isRepeatable = repeatable
    }

    init(switch name: String, _ help: String) {
        self.name = name
        value = nil
        self.help = help
        isRepeatable = false
    }
}

/// One subcommand of the tool.
struct Command: Sendable {
    /// `["config", "check"]`
    let path: [String]
    let summary: String
    /// What stands behind the options: `PATH…`; nil if nothing may.
    let arguments: String?
    let options: [Option]
    /// A whole command line that works.
    let example: String
    /// More to say, if there is.
    let discussion: String
    let run: @Sendable (Invocation) async throws -> Int32

    init(
        _ path: String..., summary: String, arguments: String? = nil, options: [Option] = [], example: String,
        discussion: String = "", run: @escaping @Sendable (Invocation) async throws -> Int32
    ) {
        self.path = path
        self.summary = summary
        self.arguments = arguments
        self.options = options
        self.example = example
        self.discussion = discussion
        self.run = run
    }

    var name: String { path.joined(separator: " ") }
}

/// What was typed, taken apart.
struct Invocation: Sendable {
    let command: Command
    private(set) var values: [String: [String]] = [:]
    private(set) var arguments: [String] = []

    init(command: Command) { self.command = command }

    mutating func add(_ value: String, to option: String) { values[option, default: []].append(value) }
    mutating func add(arguments words: some Sequence<String>) { arguments.append(contentsOf: words) }

    func has(_ option: String) -> Bool { values[option] != nil }
    func value(_ option: String) -> String? { values[option]?.last }
    func all(_ option: String) -> [String] { values[option] ?? [] }

    /// - Throws: `UsageError` if the option is missing.
    func required(_ option: String) throws -> String {
        guard let value = value(option) else {
            throw UsageError("\(command.name): \(option) is required", command: command)
        }
        return value
    }

    /// - Throws: `UsageError` if the value is no whole number in the range.
    func integer(_ option: String, standard: Int, in range: ClosedRange<Int>) throws -> Int {
        guard let text = value(option) else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError(
                "\(command.name): \(option) must be a whole number \(range.lowerBound)…\(range.upperBound), not \"\(text)\"",
                command: command)
        }
        return number
    }
}

/// The command line is wrong: exit code 64.
struct UsageError: Error {
    let message: String
    let command: Command?

    init(_ message: String, command: Command? = nil) {
        self.message = message
        self.command = command
    }
}
