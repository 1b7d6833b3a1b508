import Testing

@testable import weir

@Suite struct HelpTests {
    @Test func everyCommandHasItsOwnNameAndSaysWhatItDoes() {
        #expect(Set(Commands.all.map(\.name)).count == Commands.all.count)
        for command in Commands.all {
            #expect(!command.path.isEmpty && command.path.allSatisfy { !$0.isEmpty && !$0.hasPrefix("-") })
            #expect(!command.summary.isEmpty)
            #expect(!command.summary.contains("\n"))
        }
    }

    @Test(arguments: Commands.all.map(\.name)) func everyCommandAnswersHelpWithAnExampleThatWorks(name: String) throws {
        let parser = CommandLineParser(commands: Commands.all)
        let path = name.split(separator: " ").map(String.init)
        guard case .help(let command) = try parser.parse(path + ["--help"]) else {
            Issue.record("no help for \(name)")
            return
        }
        let text = Help.text(for: command)
        #expect(text.hasPrefix("weir \(name): \(command.summary)\n"))
        #expect(text.contains("\nUsage: weir \(name)"))
        #expect(text.contains("\nExample:\n  \(command.example)\n"))
        for option in command.options { #expect(text.contains("\n  \(option.name)")) }

        // The example is a command line of this command, up to where the shell takes over.
        #expect(command.example.contains("weir \(name)"))
        let words = try #require(command.example.split(separator: "weir ", maxSplits: 1).last)
            .prefix { $0 != "|" && $0 != ">" }.split(separator: " ").map(String.init)
        guard case .run(let invocation) = try parser.parse(words) else {
            Issue.record("the example of \(name) runs nothing")
            return
        }
        #expect(invocation.command.name == name)
    }

    @Test func optionsAreDeclaredOnce() {
        for command in Commands.all {
            #expect(Set(command.options.map(\.name)).count == command.options.count)
            for option in command.options {
                #expect(option.name.hasPrefix("-"))
                #expect(!option.help.isEmpty)
                #expect(option.name != "--help" && option.name != "-h")
            }
        }
    }

    @Test func theOverviewListsAllOfThem() {
        let text = Help.overview([], Commands.all)
        for command in Commands.all {
            #expect(text.contains("\n  \(command.name) "))
            #expect(text.contains(command.summary))
        }
        let group = Help.overview(["hash"], Commands.all)
        #expect(group.contains("hash pdq"))
        #expect(!group.contains("topology"))
    }
}
