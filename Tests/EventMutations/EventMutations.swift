internal import Events
internal import Foundation

/// `event-mutations TOPOLOGY [ROUNDS [VERDICTS]]`: spoils the examples below the folder TOPOLOGY and reads them, for
/// the address sanitizer to watch (`Tests/sanitize.sh`). VERDICTS takes the verdicts that came of it, one a line.
@main
struct EventMutations {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let topology = arguments.first, let rounds = Int(arguments.dropFirst().first ?? "2000"), rounds > 0 else {
            print("usage: event-mutations TOPOLOGY [ROUNDS [VERDICTS]]")
            exit(64)
        }
        let corpus = try Corpus(topology: topology)
        let shape = try corpus.mapping.withUnsafeBytes { try EventMapping.read(Array($0), file: "mapping.yaml") }
        var standard = EventRun(shape: .standard)
        var mapped = EventRun(shape: shape)
        var lines = LineRun()
        var walk = Walk()
        let jsons = corpus.structured + [corpus.mapped, corpus.outcome] + corpus.signals
        unspoiled(corpus, &standard, &mapped, &lines)
        for round in 0..<rounds {
            var mutator = Mutator(seed: UInt64(round))
            let structured = mutator.mutate(corpus.structured[round % corpus.structured.count], with: jsons)
            standard.decode(structured)
            standard.decode([0] + (0..<4).map { _ in UInt8(mutator.number(below: 256)) } + structured)
            var headers = corpus.binary.headers
            if mutator.number(below: 2) == 0 {
                let place = mutator.number(below: headers.count)
                headers[place].value = mutator.mutate(headers[place].value, with: jsons)
                headers[mutator.number(below: headers.count)].name = mutator.mutate(headers[place].name, with: jsons)
            }
            standard.decode(mutator.mutate(corpus.binary.data, with: jsons), headers: headers)
            mapped.decode(mutator.mutate(corpus.mapped, with: jsons))
            lines.signal(mutator.mutate(corpus.signals[round % corpus.signals.count], with: jsons))
            lines.outcome(mutator.mutate(corpus.outcome, with: jsons))
            lines.mapping(mutator.mutate(corpus.mapping, with: corpus.yaml), event: corpus.mapped)
            lines.yaml(mutator.mutate(corpus.yaml[round % corpus.yaml.count], with: corpus.yaml))
            walk.run(structured, depth: 32) { mutator.number(below: 16) > 0 }
        }
        standard.judge()
        mapped.judge()
        if let path = arguments.dropFirst(2).first {
            try Data(standard.verdicts.bytes + mapped.verdicts.bytes).write(to: URL(fileURLWithPath: path))
        }
        print(
            "\(standard.records + mapped.records) records, \(standard.events + mapped.events) of them events; "
                + "\(lines.texts) lines and files, \(lines.read) of them read; \(walk.values) values walked")
    }

    /// The examples themselves must be read, or the run would only ever see refusals.
    private static func unspoiled(
        _ corpus: Corpus, _ standard: inout EventRun, _ mapped: inout EventRun, _ lines: inout LineRun
    ) {
        for text in corpus.structured { standard.decode(text) }
        standard.decode(corpus.binary.data, headers: corpus.binary.headers)
        mapped.decode(corpus.mapped)
        for line in corpus.signals { lines.signal(line) }
        lines.outcome(corpus.outcome)
        lines.mapping(corpus.mapping, event: corpus.mapped)
        for text in corpus.yaml { lines.yaml(text) }
        require(
            standard.events == standard.records && mapped.events == 1 && lines.read == lines.texts,
            "an example is not read")
    }
}

/// Ends the run with exit code 1 and says why.
func require(_ holds: Bool, _ what: @autoclosure () -> String) {
    guard !holds else { return }
    FileHandle.standardError.write(Data("event-mutations: \(what())\n".utf8))
    exit(1)
}
