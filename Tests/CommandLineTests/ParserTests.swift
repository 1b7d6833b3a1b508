import Testing

@testable import weir

@Suite struct ParserTests {
    private static let commands = [
        Command(
            "run", summary: "run it",
            options: [
                Option("--config", "FILE", "The file."), Option("--label", "TEXT", repeatable: true, "A label."),
                Option(switch: "--json", "As JSON."), Option("-o", "OUT", "Where to."),
            ], example: "weir run --config weir.yaml"
        ) { _ in 0 },
        Command("config", "check", summary: "check it", arguments: "FILE", example: "weir config check a") { _ in 0 },
        Command("config", "show", summary: "show it", arguments: "FILE", example: "weir config show a") { _ in 0 },
        Command(
            "hash", "pdq", summary: "hash it", arguments: "PATH…", options: [Option(switch: "--dihedral", "All.")],
            example: "weir hash pdq a.jpg"
        ) { _ in 0 },
    ]

    private func parse(_ words: [String]) throws -> CommandLineParser.Outcome {
        try CommandLineParser(commands: ParserTests.commands).parse(words)
    }

    private func invocation(_ words: String...) throws -> Invocation {
        guard case .run(let invocation) = try parse(words) else { throw Unexpected() }
        return invocation
    }

    private func error(_ words: [String]) -> String? {
        do {
            _ = try parse(words)
            return nil
        } catch {
            return (error as? UsageError)?.message
        }
    }

    /// In short: `help run`, `overview config`, `version` or `run`.
    private func outcome(_ words: [String]) throws -> String {
        switch try parse(words) {
        case .run(let invocation): "run \(invocation.command.name)"
        case .help(let command): "help \(command.name)"
        case .overview(let group): (["overview"] + group).joined(separator: " ")
        case .version: "version"
        }
    }

    private struct Unexpected: Error {}

    @Test func optionsAndArguments() throws {
        let run = try invocation("run", "--config", "a.yaml", "--json", "--label", "x", "--label=y", "-o", "out")
        #expect(run.command.name == "run")
        #expect(run.value("--config") == "a.yaml")
        #expect(run.has("--json"))
        #expect(run.all("--label") == ["x", "y"])
        #expect(run.value("-o") == "out")
        #expect(run.arguments.isEmpty)
        #expect(!(try invocation("run")).has("--json"))

        let hash = try invocation("hash", "pdq", "a.jpg", "--dihedral", "-", "b.jpg")
        #expect(hash.arguments == ["a.jpg", "-", "b.jpg"])
        #expect(hash.has("--dihedral"))
    }

    @Test func aValueMayStandBehindAnEqualsSign() throws {
        #expect(try invocation("run", "--config=a=b").value("--config") == "a=b")
        #expect(try invocation("run", "--config=").value("--config") == "")
        #expect(try invocation("run", "--config=--json").value("--config") == "--json")
        #expect(error(["run", "--json=yes"]) == "weir run: --json takes no value")
    }

    @Test func behindTwoDashesAllIsAnArgument() throws {
        #expect(
            try invocation("hash", "pdq", "--dihedral", "--", "--help", "--", "-x").arguments == ["--help", "--", "-x"])
        #expect(try invocation("config", "check", "--").arguments == [])
        #expect(error(["run", "--", "x"]) == "weir run: unexpected argument \"x\"")
    }

    @Test(arguments: [
        (["run", "--config"], "weir run: --config needs a value: --config FILE"),
        // What follows is another option, not the value: a forgotten value must not swallow it.
        (["run", "--config", "--json"], "weir run: --config needs a value: --config FILE"),
        (["run", "--config", "--", "x"], "weir run: --config needs a value: --config FILE"),
        (["run", "--config", "a", "--config", "b"], "weir run: --config is given twice"),
        (["run", "--json", "--json"], "weir run: --json is given twice"),
        (["run", "--confg", "a"], "weir run: unknown option \"--confg\"; did you mean \"--config\"?"),
        (["run", "--confg=a"], "weir run: unknown option \"--confg\"; did you mean \"--config\"?"),
        (["run", "--hepl"], "weir run: unknown option \"--hepl\"; did you mean \"--help\"?"),
        (["run", "-c", "a"], "weir run: unknown option \"-c\"; options begin with two dashes"),
        (["run", "a.yaml"], "weir run: unexpected argument \"a.yaml\""),
        (["config", "check", "--json"], "weir config check: unknown option \"--json\"; known: --help"),
        (["rnu"], "unknown command \"rnu\"; did you mean \"run\"?"),
        (["--config", "a"], "unknown command \"--config\"; did you mean \"config\"?"),
        (["xylophone"], "unknown command \"xylophone\"; known: config, hash, run"),
        ([], "which command? known: config, hash, run"),
        (["config"], "weir config: which one? known: check, show"),
        (["config", "chekc"], "unknown command \"config chekc\"; did you mean \"check\"?"),
        (["hash", "sha999"], "unknown command \"hash sha999\"; known: pdq"),
    ]) func mistakesNameTheNearest(words: [String], expected: String) {
        #expect(error(words) == expected)
    }

    @Test(arguments: [
        (["--help"], "overview"), (["-h"], "overview"), (["help"], "overview"), (["help", "help"], "overview"),
        (["--version"], "version"), (["config", "--help"], "overview config"), (["help", "config"], "overview config"),
        (["run", "--help"], "help run"), (["help", "run"], "help run"),
        (["help", "config", "check"], "help config check"),
        (["config", "check", "-h"], "help config check"),
        // Help wins over everything that may be wrong.
        (["run", "--nonsense", "--help"], "help run"), (["run", "--config", "--help"], "help run"),
        (["nonsense", "--help"], "overview"), (["config", "nonsense", "--help"], "overview config"),
        (["hash", "pdq", "--", "--help"], "run hash pdq"),
    ]) func help(words: [String], expected: String) throws {
        #expect(try outcome(words) == expected)
    }

    @Test func numbersAndWhatIsRequired() throws {
        let invocation = try invocation("run", "--config", "12")
        #expect(try invocation.integer("--config", standard: 3, in: 1...20) == 12)
        #expect(try invocation.integer("-o", standard: 3, in: 1...20) == 3)
        #expect(try invocation.required("--config") == "12")
        for range in [1...11, 13...20] {
            #expect(throws: UsageError.self) { try invocation.integer("--config", standard: 3, in: range) }
        }
        for text in ["", "x", "1.5", "0x10", "99999999999999999999"] {
            let wrong = try self.invocation("run", "--config", text)
            #expect(throws: UsageError.self) { try wrong.integer("--config", standard: 3, in: 0...100) }
        }
        #expect {
            try invocation.required("-o")
        } throws: { error in
            (error as? UsageError)?.message == "run: -o is required"
        }
    }
}
