internal import Configuration
internal import Detection
internal import Events
internal import HashDetection
internal import MetadataDetection
internal import Pipeline
internal import Policy
internal import TextDetection

/// Files that people write in YAML.
let documentTargets = [
    FuzzTarget("yaml", .yaml, seeds: ["topology/topics.yaml"]) { try checkYAML($0) },
    FuzzTarget("configuration", .yaml) { try checkConfiguration($0) },
    FuzzTarget("topology", .yaml, seeds: ["topology/topics.yaml"]) { bytes in
        let document = try readDocument { try TopologyDocument(Array(bytes), file: "topics.yaml") }
        for topic in document?.topics ?? [] {
            try require(TopologyDocument.roles.contains(topic.role) && topic.partitions > 0, "a topic that is none")
        }
    },
    FuzzTarget("pipeline", .yaml, seeds: ["topology/pipeline.yaml"]) { bytes in
        let document = try readDocument {
            try PipelineDocument(Array(bytes), file: "pipeline.yaml", catalog: catalog)
        }
        for stage in document?.stages ?? [] {
            try require(!stage.detectors.isEmpty, "a stage without detectors")
            let names = Set(stage.detectors.map(\.detector))
            try require(names.count == stage.detectors.count, "a detector stands twice")
            try require(names.isSuperset(of: stage.settledBy), "a stage is settled by what it does not ask")
        }
    },
    FuzzTarget("policy", .yaml, seeds: ["topology/policies/tvec-default.yaml"]) { try checkPolicy($0) },
]

private let catalog = [AccountDetector.registration] + hashDetectors + textDetectors

/// nil if the file is refused, for which there must be a reason.
func readDocument<Document>(_ read: () throws -> Document) throws -> Document? {
    do {
        return try read()
    } catch let error as InvalidConfiguration {
        try require(!error.problems.isEmpty, "a file is refused without a word")
        for problem in error.problems {
            try require(!problem.message.isEmpty, "a problem has no words")
        }
        return nil
    }
}

/// Every text of a file can be written as a scalar and is the same when that is read.
private func checkYAML(_ bytes: UnsafeRawBufferPointer) throws {
    guard let root = try readDocument({ try YAMLParser.parse(Array(bytes), file: "x.yaml") }) else { return }
    func check(_ text: String) throws {
        let written = quoted(text)
        let node = try? YAMLParser.parse(Array(written.utf8), file: "x.yaml")
        guard case .scalar(let again, _) = node?.content, again.utf8.elementsEqual(text.utf8), node?.isNull == false
        else {
            throw Broken(description: "a text is not read back from \(written)")
        }
    }
    func walk(_ node: YAMLNode, _ depth: Int) throws {
        try require(depth <= YAMLParser.maximumDepth, "nested too deep")
        switch node.content {
        case .scalar(let text, _): try check(text)
        case .sequence(let items): for item in items { try walk(item, depth + 1) }
        case .mapping(let members):
            for member in members {
                try check(member.key)
                try walk(member.value, depth + 1)
            }
        }
    }
    try walk(root, 1)
}

/// What `weir config show` prints is a file that means the same.
private func checkConfiguration(_ bytes: UnsafeRawBufferPointer) throws {
    let reader = SettingsReader(known: WeirSettings.all, environment: ["NAME": "value", "EMPTY": ""])
    guard let settings = try readDocument({ try reader.read(Array(bytes), file: "weir.yaml") }) else { return }
    let limits = settings.decodeLimits
    try require(limits.recordBytes > 0 && limits.nesting >= 4 && limits.media >= 0, "a limit out of bounds")
    let shown = settings.yaml
    let again: Settings
    do {
        again = try reader.read(Array(shown.utf8), file: "shown.yaml")
    } catch {
        throw Broken(description: "what is shown can't be read: \(error)")
    }
    try require(again.yaml.utf8.elementsEqual(shown.utf8), "what is shown means something else")
}

/// Without an undisputed positive match no policy takes anything away.
private func checkPolicy(_ bytes: UnsafeRawBufferPointer) throws {
    let compiled = try readDocument {
        let document = try PolicyDocument(Array(bytes), file: "policy.yaml")
        return try CompiledPolicy(
            document, file: "policy.yaml", detectors: catalog.map(\.identity), known: catalog.map(\.identity.name))
    }
    guard let compiled else { return }
    let batch = exampleBatch
    let event = batch.events[0]
    for opinions in [[], [Opinion.seed], [.negative, .disputed], [.positive]] {
        let findings = opinions.map { opinion in
            var signal = Signal(type: .sha256, value: String(repeating: "0", count: 64))
            signal.opinion = opinion
            signal.labels = ["a", "b"]
            signal.source = "s"
            return Finding(event: 0, media: event.media.first, signal: MatchedSignal(signal))
        }
        let facts = [Finding(event: 0, fact: "new-account", value: 1)]
        let decision = compiled.decide(
            CompiledPolicy.Input(
                batch: batch, event: event, findings: ArraySlice(findings + facts),
                unavailable: [Unavailable(event: 0, reason: "timeout")]))
        let removes = decision.action == .remove || decision.action == .endStream
        try require(!removes || opinions.contains(.positive), "content is removed without a positive signal")
    }
}
