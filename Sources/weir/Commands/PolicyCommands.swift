import Configuration
import Detection
import Events
import Operations
import Policy

extension Commands {
    static let policyCheck = Command(
        "policy", "check", summary: "validate policies", arguments: "FILE…",
        example: "weir policy check topology/policies/tvec-default.yaml",
        discussion: "Prints each policy's version, which verdicts carry, or its problems (exit code 78)."
    ) { invocation in
        guard !invocation.arguments.isEmpty else {
            throw UsageError("weir policy check: which file?", command: invocation.command)
        }
        var problems: [Problem] = []
        let known = DetectorCatalog.all.map(\.identity)
        for file in invocation.arguments {
            do {
                let document = try PolicyDocument(try readFile(file, atMost: YAMLParser.maximumBytes), file: file)
                _ = try CompiledPolicy(document, file: file, detectors: known, known: known.map(\.name))
                Terminal.out("\(file): ok, \(document.version), \(document.rules.count) rules\n")
            } catch let error as InvalidConfiguration {
                problems += error.problems
            }
        }
        if !problems.isEmpty { throw InvalidConfiguration(problems) }
        return ExitCode.success
    }
}
