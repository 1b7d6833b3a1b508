internal import Concurrency
package import Detection
package import Events
package import Operations
internal import Policy
internal import Synchronization

/// The heart: takes batches of events and gives their verdicts. Knows neither Kafka nor files.
///
/// Stages run in order, the detectors of a stage at once; the policy decides when all have spoken. Whatever a
/// detector does (throw, hang, crash its batch), each event gets its verdict, in which that is visible (V4).
package final class Judge: Sendable {
    private let generation: Mutex<Generation>
    private let runner: StageRunner
    private let clock: @Sendable () -> Timestamp

    /// - Parameter clock: what `times.decided` is taken from; nothing else depends on it.
    package init(
        _ generation: Generation, blueprint: PipelineBlueprint, media: any MediaReader, metrics: PipelineMetrics,
        logger: Logger, clock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.generation = Mutex(generation)
        self.clock = clock
        runner = StageRunner(blueprint: blueprint, media: media, metrics: metrics, logger: logger)
    }

    /// What batches are judged by from now on; those in hand stay with theirs.
    package var current: Generation {
        get { generation.withLock { $0 } }
        set { generation.withLock { $0 = newValue } }
    }

    /// What goes out with a batch's verdicts, made of what is known of its media and of the decisions, by event.
    package typealias Enclosing = (MediaFacts, [Decision]) -> [JudgedBatch.Enclosure]

    package func judge(_ batch: EventBatch, enclosing: Enclosing? = nil) async -> JudgedBatch {
        let generation = current
        var selection = Selection.all(batch.count)
        var facts = MediaFacts(unreadCount: batch.media.count)
        var findings = Findings()
        for stage in generation.stages where !selection.isEmpty {
            let chosen = stage.facts.map { selection.having($0, among: findings.found, of: batch.count) } ?? selection
            guard !chosen.isEmpty else { continue }
            let report = await runner.run(stage, batch, chosen, facts)
            facts = report.facts ?? facts
            findings.append(report.findings)
            selection = remaining(selection, after: stage, report.findings)
        }
        return decide(batch, findings, facts, generation, enclosing)
    }

    /// The events that a stage has not settled.
    private func remaining(_ selection: Selection, after stage: Generation.Stage, _ findings: Findings) -> Selection {
        if stage.settledBy.isEmpty { return selection }
        var settled: Set<Int> = []
        for finding in findings.found
        where finding.signal?.opinion == .positive && stage.settledBy.contains(finding.detector) {
            settled.insert(finding.event)
        }
        return settled.isEmpty ? selection : .some(selection.positions.filter { !settled.contains($0) })
    }

    private func decide(
        _ batch: EventBatch, _ findings: Findings, _ facts: MediaFacts, _ generation: Generation,
        _ enclosing: Enclosing?
    ) -> JudgedBatch {
        let found = findings.found.sorted(by: Finding.precedes).withoutRepeats()
        let unavailable = findings.unavailable.sorted(by: Unavailable.precedes).withoutRepeats()
        let fingerprints = batch.media.indices.map { position in
            let item = batch.media[position]
            let fact = facts[position]
            return Fingerprint(
                media: position, sha256: fact.sha256 ?? item.sha256, pdq: fact.pdq ?? item.pdq,
                linkingKeys: fact.linkingKeys ?? [])
        }
        let decided = clock()
        let policy = generation.policy
        let shadows = generation.shadows
        let writer = generation.writer
        let ids = VerdictID(topic: batch.topic, partition: batch.partition)
        var tally = VerdictTally()
        var out = ByteWriter(capacity: batch.count * 768)
        var outputs: [JudgedBatch.Output] = []
        outputs.reserveCapacity(batch.count + 16)
        var decisions: [Decision] = []
        decisions.reserveCapacity(batch.count)
        var nextFinding = 0
        var nextUnavailable = 0
        for (position, event) in batch.events.enumerated() {
            let its = found.prefix(from: &nextFinding) { $0.event == position }
            let failed = unavailable.prefix(from: &nextUnavailable) { $0.event == position }
            let input = CompiledPolicy.Input(batch: batch, event: event, findings: its, unavailable: failed)
            let decision = policy.decide(input)
            let judgement = Judgement(
                batch: batch, event: position, decision: decision,
                shadow: shadows.map { ShadowDecision(policy: $0.version, decision: $0.decide(input)) },
                findings: its, unavailable: failed, fingerprints: fingerprints[event.media], decided: decided)
            let id = batch.withBytes(event.id) { ids.digest(offset: event.offset, event: $0) }
            write(judgement, id, writer, to: &out, &outputs)
            tally.add(decision, degraded: !failed.isEmpty, automated: decision.action.isAutomated)
            tally.addLanguages(of: its)
            decisions.append(decision)
        }
        return JudgedBatch(
            keys: batch.bytes, bytes: out.bytes, outputs: outputs, decisions: decisions, tally: tally,
            enclosures: enclosing?(facts, decisions) ?? [])
    }

    /// Audit gets every verdict, enforcement those that ask for something, review those that need a person.
    private func write(
        _ judgement: Judgement, _ id: Digest128, _ writer: VerdictWriter, to out: inout ByteWriter,
        _ outputs: inout [JudgedBatch.Output]
    ) {
        let key = judgement.batch.events[judgement.event].subject.range
        var start = out.count
        writer.write(judgement, id: id, for: .audit, to: &out)
        outputs.append(.init(event: judgement.event, destination: .audit, key: key, verdict: start..<out.count))
        guard judgement.decision.action != .allow else { return }
        start = out.count
        writer.write(judgement, id: id, for: .enforcement, to: &out)
        outputs.append(.init(event: judgement.event, destination: .enforcement, key: key, verdict: start..<out.count))
        if judgement.decision.action.needsPerson {
            outputs.append(.init(event: judgement.event, destination: .review, key: key, verdict: start..<out.count))
        }
    }
}

extension Selection {
    /// Those of which one of the facts was found.
    ///
    /// - Parameter count: of the batch's events.
    fileprivate func having(_ facts: [Code], among findings: [Finding], of count: Int) -> Selection {
        var mask = [Bool](repeating: false, count: count)
        var any = false
        for finding in findings {
            guard let fact = finding.fact, facts.contains(fact) else { continue }
            mask[finding.event] = true
            any = true
        }
        return any ? .some(positions.filter { mask[$0] }) : .some([])
    }
}

extension Array {
    /// The elements from `start` on that `belongs` holds for; moves `start` behind them.
    fileprivate func prefix(from start: inout Int, while belongs: (Element) -> Bool) -> ArraySlice<Element> {
        let first = start
        while start < count, belongs(self[start]) { start += 1 }
        return self[first..<start]
    }
}

extension Array where Element == Finding {
    /// A detector that stands in two stages may find the same thing twice.
    fileprivate func withoutRepeats() -> [Finding] {
        var kept: [Finding] = []
        for finding in self where kept.last.map({ Finding.precedes($0, finding) }) ?? true { kept.append(finding) }
        return kept
    }
}

extension Array where Element == Unavailable {
    fileprivate func withoutRepeats() -> [Unavailable] {
        var kept: [Unavailable] = []
        for item in self where kept.last != item { kept.append(item) }
        return kept
    }
}
