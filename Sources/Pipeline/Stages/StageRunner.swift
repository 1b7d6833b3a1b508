internal import Concurrency
internal import Detection
internal import Events
internal import FaultInjection
internal import Operations

/// Runs one stage on one batch: its detectors at once, each under its deadline and behind its breaker.
struct StageRunner: Sendable {
    struct Report: Sendable {
        var findings: Findings
        /// What is known of media now, if this part of the stage has looked.
        var facts: MediaFacts?
    }

    private let media: any MediaReader
    private let metrics: PipelineMetrics
    private let logger: Logger
    /// By detector; they outlive generations.
    private let breakers: [String: Breaker]
    /// By stage.
    private let permits: [String: Permits]

    init(blueprint: PipelineBlueprint, media: any MediaReader, metrics: PipelineMetrics, logger: Logger) {
        self.media = media
        self.metrics = metrics
        self.logger = logger
        var breakers: [String: Breaker] = [:]
        var permits: [String: Permits] = [:]
        for stage in blueprint.document.stages {
            if let most = stage.concurrency { permits[stage.name] = Permits(most) }
            for step in stage.detectors where breakers[step.detector] == nil {
                breakers[step.detector] = Breaker(limits: step.breaker)
            }
        }
        self.breakers = breakers
        self.permits = permits
    }

    func run(_ stage: Generation.Stage, _ batch: EventBatch, _ selection: Selection, _ facts: MediaFacts) async
        -> Report
    {
        let start = ContinuousClock.now
        let report: Report
        if let permits = permits[stage.name] {
            report =
                (try? await permits.withPermits { await inspect(stage, batch, selection, facts) })
                ?? Report(findings: unavailable(stage.steps, selection, "cancelled"))
        } else {
            report = await inspect(stage, batch, selection, facts)
        }
        metrics.stageSeconds[stage.name].observe(ContinuousClock.now - start)
        return report
    }

    /// Detectors that need nothing of media start at once; the others when the media have been read.
    private func inspect(
        _ stage: Generation.Stage, _ batch: EventBatch, _ selection: Selection, _ facts: MediaFacts
    ) async -> Report {
        let readsMedia = stage.media != .none && !batch.media.isEmpty
        return await withTaskGroup(of: Report.self) { group in
            let ready = stage.steps.filter { $0.needs.isEmpty || !readsMedia }
            for step in ready where step.preparation == nil {
                group.addTask {
                    let inspection = Inspection(batch: batch, selection: selection, media: facts)
                    return Report(findings: await run(step, inspection))
                }
            }
            for (preparation, steps) in StageRunner.prepared(ready) {
                group.addTask {
                    let inspection = Inspection(
                        batch: batch, selection: selection, media: facts,
                        prepared: preparation.make(batch, selection))
                    return Report(findings: await run(steps, inspection))
                }
            }
            let waiting = stage.steps.filter { !$0.needs.isEmpty && readsMedia }
            if !waiting.isEmpty {
                group.addTask {
                    let read = await media.read(
                        batch, selection, needs: stage.needs, fetch: stage.media == .fetched, into: facts)
                    let inspection = Inspection(batch: batch, selection: selection, media: read)
                    return Report(findings: await run(waiting, inspection), facts: read)
                }
            }
            var total = Report(findings: Findings())
            for await part in group {
                total.findings.append(part.findings)
                total.facts = part.facts ?? total.facts
            }
            return total
        }
    }

    /// Detectors that share a preparation, which is run once for them.
    private static func prepared(_ steps: [Generation.Step]) -> [(Preparation, [Generation.Step])] {
        var groups: [(preparation: Preparation, steps: [Generation.Step])] = []
        for step in steps {
            guard let preparation = step.preparation else { continue }
            if let known = groups.firstIndex(where: { $0.preparation.name == preparation.name }) {
                groups[known].steps.append(step)
            } else {
                groups.append((preparation, [step]))
            }
        }
        return groups
    }

    private func run(_ steps: [Generation.Step], _ inspection: Inspection) async -> Findings {
        await withTaskGroup(of: Findings.self) { group in
            for step in steps { group.addTask { await run(step, inspection) } }
            var findings = Findings()
            for await part in group { findings.append(part) }
            return findings
        }
    }

    private func run(_ step: Generation.Step, _ inspection: Inspection) async -> Findings {
        let name = step.identity.name
        let breaker = breakers[name]
        let start = ContinuousClock.now
        let admission = breaker?.admit(now: start)
        if breaker != nil, admission == nil { return unavailable([step], inspection.selection, "breaker-open") }
        let (findings, failure) = await ask(step, inspection)
        let end = ContinuousClock.now
        metrics.detectorSeconds[name].observe(end - start)
        // A batch that nobody wants any more says nothing of the detector.
        let outcome: Breaker.Outcome = Task.isCancelled ? .abandoned : failure == nil ? .succeeded : .failed
        if let breaker, let admission, breaker.ended(admission, outcome, now: end) {
            logger.error(
                "detector keeps failing: breaker opened", ["detector": name, "reason": failure?.description ?? ""])
        }
        if let failure { return unavailable([step], inspection.selection, failure) }
        return signed(findings, by: step, inspection)
    }

    /// What the detector says in time, or why it said nothing that counts.
    private func ask(_ step: Generation.Step, _ inspection: Inspection) async -> (Findings, Code?) {
        do {
            let findings = try await withDeadline(step.deadline) {
                try Failpoint.midDetector.hit()
                return try await step.detector.inspect(inspection)
            }
            // What a detector returns on cancellation may be a part of what it would have found.
            if Task.isCancelled { return (Findings(), "cancelled") }
            return findings.map { ($0, nil) } ?? (Findings(), "timeout")
        } catch {
            if Task.isCancelled { return (Findings(), "cancelled") }
            logger.warning("detector failed", ["detector": step.identity.name, "error": "\(error)"])
            return (Findings(), "failed")
        }
    }

    /// Puts the detector's name under what it reports. What points outside of what it was given is a detector's
    /// mistake, which must not become the pipeline's: it is logged and left out.
    private func signed(_ findings: Findings, by step: Generation.Step, _ inspection: Inspection) -> Findings {
        let batch = inspection.batch
        func isInside(_ event: Int, _ media: Int?) -> Bool {
            guard inspection.selection.contains(event) else { return false }
            return media.map { batch.events[event].media.contains($0) } ?? true
        }
        func makesSense(_ finding: Finding) -> Bool {
            guard isInside(finding.event, finding.media), finding.coverage?.isFinite ?? true,
                finding.coverageOfText?.isFinite ?? true
            else { return false }
            return finding.link.map { (0..<batch.events[finding.event].links.count).contains($0) } ?? true
        }
        var kept = Findings()
        for var finding in findings.found where makesSense(finding) {
            finding.detector = step.id
            kept.found.append(finding)
        }
        for var item in findings.unavailable where isInside(item.event, item.media) {
            item.detector = step.id
            metrics.unavailable[step.identity.name, item.reason.description].increment()
            kept.unavailable.append(item)
        }
        let wrong = findings.found.count + findings.unavailable.count - kept.found.count - kept.unavailable.count
        if wrong > 0 {
            logger.error(
                "detector reports on what it was not given", ["detector": step.identity.name, "findings": "\(wrong)"])
        }
        return kept
    }

    private func unavailable(_ steps: [Generation.Step], _ selection: Selection, _ reason: Code) -> Findings {
        var findings = Findings()
        for step in steps {
            metrics.unavailable[step.identity.name, reason.description].increment(by: selection.count)
            selection.forEach { position in
                var item = Unavailable(event: position, reason: reason)
                item.detector = step.id
                findings.unavailable.append(item)
            }
        }
        return findings
    }
}
