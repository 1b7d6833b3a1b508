package import Configuration
package import Detection
internal import Events

/// `pipeline.yaml`: which detectors look at an upload, in which stages, and what they are allowed to cost.
package struct PipelineDocument: Sendable {
    package struct Stage: Sendable {
        package var name: String
        package var media: MediaAccess
        /// An undisputed positive match by one of these spares the event the later stages.
        package var settledBy: [String]
        /// Facts of earlier stages: only events with one of them come into the stage; nil: all do.
        package var facts: [String]?
        package var detectors: [Step]
        /// Batches that may be in the stage at once, over all partitions; nil: no bound.
        package var concurrency: Int?
    }

    /// Where a stage may get the bytes of media from.
    package enum MediaAccess: String, Sendable, CaseIterable {
        /// Nowhere: only the hashes that the event carries are looked at.
        case none
        /// From the event itself.
        case carried
        /// From the event, or else from its address.
        case fetched
    }

    /// A detector in a stage.
    package struct Step: Sendable {
        package var detector: String
        package var deadline: Duration
        package var breaker: Breaker.Limits
        package var settings: Settings
    }

    /// Records decoded and judged together, at most.
    package let batchSize: Int
    /// Batches of one partition in flight at once.
    package let window: Int
    package let stages: [Stage]

    /// - Throws: `InvalidConfiguration` with every problem of the file.
    package init(_ text: [UInt8], file: String, catalog: [DetectorRegistration]) throws(InvalidConfiguration) {
        let root = try YAMLParser.parse(text, file: file)
        let problems = Problems(file: file)
        guard let top = StrictMapping(root, problems) else { throw InvalidConfiguration(problems.found) }
        _ = top.required("version", .integer(1...1))
        batchSize = top.optional("batchSize", .integer(1...4_096)) ?? 256
        window = top.optional("window", .integer(1...64)) ?? 8
        let reader = StageReader(catalog: catalog, problems: problems)
        var stages: [Stage] = []
        for (node, path) in top.items("stages", orSay: "has no stages") {
            guard let stage = reader.stage(node, path, after: stages) else { continue }
            if stages.contains(where: { $0.name == stage.name }) {
                problems.add("two stages are called \"\(stage.name)\"", key: "\(path).name", at: node.place)
            }
            stages.append(stage)
        }
        self.stages = stages
        top.finish()
        try problems.check()
    }
}

private struct StageReader {
    let catalog: [DetectorRegistration]
    let problems: Problems

    /// - Parameter earlier: the stages before it.
    func stage(
        _ node: YAMLNode, _ path: String, after earlier: [PipelineDocument.Stage]
    ) -> PipelineDocument.Stage? {
        guard let mapping = StrictMapping(node, path: path, problems) else { return nil }
        let name = mapping.required("name", .string)
        let media = mapping.optional("media", .choice(PipelineDocument.MediaAccess.allCases.map(\.rawValue)))
        let deadline = mapping.optional("deadline", .duration(.milliseconds(1)...(.seconds(60)))) ?? .seconds(1)
        let breaker = self.breaker(mapping, standard: Breaker.Limits())
        let concurrency = mapping.optional("concurrency", .integer(1...1_024))
        let settledBy = mapping.optional("settledBy", .list(of: .string)) ?? []
        let facts = self.facts(mapping, after: earlier)
        var steps: [PipelineDocument.Step] = []
        let items = mapping.items("detectors", orSay: "has no detectors")
        for (node, path) in items {
            guard let step = step(node, path, deadline, breaker) else { continue }
            if steps.contains(where: { $0.detector == step.detector }) {
                problems.add("\"\(step.detector)\" stands twice in this stage", key: path, at: node.place)
            }
            steps.append(step)
        }
        mapping.finish()
        // Where one was not understood, that is told already.
        if steps.count == items.count, !steps.isEmpty {
            for detector in settledBy where !steps.contains(where: { $0.detector == detector }) {
                let near = suggestion(for: detector, among: steps.map(\.detector))
                mapping.add("\"\(detector)\" is no detector of this stage; \(near)", key: "settledBy")
            }
        }
        guard let name else { return nil }
        return PipelineDocument.Stage(
            name: name, media: media.flatMap(PipelineDocument.MediaAccess.init) ?? .none, settledBy: settledBy,
            facts: facts, detectors: steps, concurrency: concurrency)
    }

    /// `when: { facts: […] }`: those that an earlier stage can have found.
    private func facts(_ stage: StrictMapping, after earlier: [PipelineDocument.Stage]) -> [String]? {
        guard let when = stage.mapping("when") else { return nil }
        let facts = when.required("facts", .list(of: .string))
        when.finish()
        guard let facts else { return nil }
        if facts.isEmpty { when.add("names no facts: nothing would ever come into this stage", key: "facts") }
        let names = Set(earlier.flatMap(\.detectors).map(\.detector))
        let known = catalog.filter { names.contains($0.identity.name) }.flatMap(\.facts).map(\.description)
        for fact in facts where !known.contains(fact) {
            let others = catalog.filter { $0.facts.contains { $0.description == fact } }.map(\.identity.name)
            let reason =
                if let other = others.first {
                    "is reported by \(other), which stands in no stage before this one"
                } else if known.isEmpty {
                    "can't be known: no stage before this one has a detector that reports facts"
                } else {
                    "is reported by no detector of a stage before this one; \(suggestion(for: fact, among: known))"
                }
            when.add("\"\(fact)\" \(reason)", key: "facts")
        }
        return facts
    }

    /// A detector's name, or a mapping of its name and what is special about it.
    private func step(
        _ node: YAMLNode, _ path: String, _ deadline: Duration, _ breaker: Breaker.Limits
    ) -> PipelineDocument.Step? {
        if case .scalar(let name, _) = node.content {
            guard let registration = registration(name, path, node.place) else { return nil }
            return PipelineDocument.Step(
                detector: name, deadline: deadline, breaker: breaker, settings: Settings(known: registration.settings))
        }
        guard let mapping = StrictMapping(node, path: path, problems) else { return nil }
        let name = mapping.required("detector", .string)
        let own = mapping.optional("deadline", .duration(.milliseconds(1)...(.seconds(60)))) ?? deadline
        let ownBreaker = self.breaker(mapping, standard: breaker)
        let with = mapping.node("with")
        mapping.finish()
        guard let name, let registration = registration(name, "\(path).detector", node.place) else { return nil }
        var settings = Settings(known: registration.settings)
        if let with {
            let reader = SettingsReader(known: registration.settings, environment: [:])
            settings = reader.read(with, path: mapping.name(of: "with"), problems)
        }
        return PipelineDocument.Step(detector: name, deadline: own, breaker: ownBreaker, settings: settings)
    }

    private func breaker(_ mapping: StrictMapping, standard: Breaker.Limits) -> Breaker.Limits {
        guard let breaker = mapping.mapping("breaker") else { return standard }
        defer { breaker.finish() }
        return Breaker.Limits(
            failures: breaker.optional("failures", .integer(1...1_000)) ?? standard.failures,
            pause: breaker.optional("pause", .duration(.milliseconds(10)...(.seconds(3_600)))) ?? standard.pause)
    }

    private func registration(_ name: String, _ path: String, _ place: Place) -> DetectorRegistration? {
        if let found = catalog.first(where: { $0.identity.name == name }) { return found }
        let near = suggestion(for: name, among: catalog.map(\.identity.name))
        problems.add("no detector is called \"\(name)\"; \(near)", key: path, at: place)
        return nil
    }
}
