package import Configuration
package import Events

/// A policy ready to decide: names are resolved against the running pipeline's detectors.
///
/// A pure function of an event and its findings: no clock but the event's own time (V6).
package struct CompiledPolicy: Sendable {
    package let version: String
    /// See `PolicyDocument`.
    package let earlierOfCampaigns: Decision?
    package let accounts: [Code: Decision]
    private let rules: [Rule]
    private let standard: Action

    private struct Rule {
        let name: String
        let test: Test
        let action: Action
        let labels: PolicyDocument.Labels
        let preserve: Bool
        let context: PolicyDocument.Context
    }

    /// - Parameters:
    ///   - detectors: those of the pipeline, in its order.
    ///   - known: names of all detectors there are; rules may name one that this pipeline leaves out.
    /// - Throws: `InvalidConfiguration` if a rule names a detector that does not exist.
    package init(
        _ document: PolicyDocument, file: String, detectors: [DetectorIdentity], known: [String]
    ) throws(InvalidConfiguration) {
        let problems = Problems(file: file)
        let compiler = Compiler(detectors: detectors.map(\.name), known: known, problems: problems)
        version = document.version
        standard = document.standard
        earlierOfCampaigns = document.earlierOfCampaigns
        accounts = document.accounts
        rules = document.rules.map { rule in
            Rule(
                name: rule.name, test: compiler.compile(rule.condition), action: rule.action, labels: rule.labels,
                preserve: rule.preserve, context: rule.context)
        }
        try problems.check()
    }

    /// One upload, as a policy sees it.
    package struct Input {
        package let batch: EventBatch
        package let event: UploadEvent
        package let findings: ArraySlice<Finding>
        package let unavailable: ArraySlice<Unavailable>

        package init(
            batch: EventBatch, event: UploadEvent, findings: ArraySlice<Finding>, unavailable: ArraySlice<Unavailable>
        ) {
            self.batch = batch
            self.event = event
            self.findings = findings
            self.unavailable = unavailable
        }
    }

    /// The first rule that applies, or the default. One that is softened gives way to what would hold without it, where
    /// that is harder than a review: what a text says of one finding excuses no other.
    ///
    /// Where there is no content there is nothing to decide: no rule and no default applies to what a platform says of
    /// an account.
    package func decide(_ input: Input) -> Decision {
        guard input.event.type.hasContent else { return Decision(action: .allow) }
        var softened: Decision?
        // By index: a rule is copied only when it applies.
        for index in rules.indices where rules[index].test.holds(input) {
            let rule = rules[index]
            if rule.context == .softens, Softening.applies(to: rule.action, rule.test, input) {
                guard softened == nil else { continue }
                var decision = decision(rule, input)
                decision.action = .review
                decision.softenedFrom = rule.action
                softened = decision
            } else if let softened {
                if rule.action > .review { return decision(rule, input) }
                // By the order of rules this one would have decided over those behind it.
                return softened
            } else {
                return decision(rule, input)
            }
        }
        if let softened, standard <= .review { return softened }
        return Decision(action: standard)
    }

    private func decision(_ rule: Rule, _ input: Input) -> Decision {
        let labels =
            switch rule.labels {
            case .fixed(let labels): labels
            case .ofFindings: CompiledPolicy.labels(of: rule.test, input)
            }
        return Decision(action: rule.action, labels: labels, rule: rule.name, preserve: rule.preserve)
    }

    private static func labels(of test: Test, _ input: Input) -> [String] {
        var labels: Set<String> = []
        for finding in input.findings where test.rests(on: finding, of: input) {
            labels.formUnion(finding.signal?.labels ?? [])
            if let label = finding.label { labels.insert(label.label) }
        }
        return Array(labels.sorted().prefix(SignalLimits.joinedLabels))
    }
}

/// A condition with its names resolved.
indirect enum Test: Sendable {
    case all([Test])
    case any([Test])
    case not(Test)
    case finding(FindingTest)
    case degraded(detectors: DetectorMask?, reasons: [String])
    case account(AccountPattern)
    case event(EventTest)

    func holds(_ input: CompiledPolicy.Input) -> Bool {
        switch self {
        case .all(let parts): parts.allSatisfy { $0.holds(input) }
        case .any(let parts): parts.contains { $0.holds(input) }
        case .not(let part): !part.holds(input)
        case .finding(let test): input.findings.contains { test.matches($0) }
        case .degraded(let detectors, let reasons):
            input.unavailable.contains { item in
                detectors?.contains(item.detector) ?? true
                    && (reasons.isEmpty || reasons.contains(item.reason.description))
            }
        case .account(let pattern): pattern.holds(input.event)
        case .event(let test): test.holds(input)
        }
    }

    /// Whether the finding is one of those that make this hold, which it must.
    func rests(on finding: Finding, of input: CompiledPolicy.Input) -> Bool {
        switch self {
        case .all(let parts): parts.contains { $0.rests(on: finding, of: input) }
        case .any(let parts): parts.contains { $0.holds(input) && $0.rests(on: finding, of: input) }
        case .finding(let test): test.matches(finding)
        case .not, .degraded, .account, .event: false
        }
    }
}

/// A class, so that looking at one costs a reference and not a copy of its lists.
final class FindingTest: Sendable {
    /// nil: any.
    let detectors: DetectorMask?
    let pattern: FindingPattern
    private let needsSignal: Bool

    init(detectors: DetectorMask?, pattern: FindingPattern) {
        self.detectors = detectors
        self.pattern = pattern
        needsSignal =
            !(pattern.opinions.isEmpty && pattern.types.isEmpty && pattern.sources.isEmpty && pattern.otherThan.isEmpty)
    }

    func matches(_ finding: Finding) -> Bool {
        if let detectors, !detectors.contains(finding.detector) { return false }
        if !pattern.facts.isEmpty {
            guard let fact = finding.fact, pattern.facts.contains(fact.description) else { return false }
        }
        if needsSignal {
            guard let signal = finding.signal else { return false }
            if !pattern.opinions.isEmpty, !pattern.opinions.contains(signal.opinion) { return false }
            if !pattern.types.isEmpty, !pattern.types.contains(signal.type) { return false }
            // What one source is sure of does not become another's word by standing beside it. A dispute is nobody's own.
            let opinions = signal.opinion == .disputed ? [] : pattern.opinions
            if !pattern.sources.isEmpty, !signal.isHeld(by: pattern.sources, as: opinions) { return false }
            if !pattern.otherThan.isEmpty, !signal.isHeld(byOtherThan: pattern.otherThan) { return false }
        }
        if !pattern.labels.isEmpty, !pattern.labels.contains(where: finding.has) { return false }
        if let most = pattern.distanceAtMost {
            guard let distance = FindingTest.distance(of: finding), distance <= most else { return false }
        }
        if let least = pattern.coverageAtLeast {
            guard let coverage = finding.coverage, coverage >= least else { return false }
        }
        if let least = pattern.coverageOfTextAtLeast {
            guard let coverage = finding.coverageOfText, coverage >= least else { return false }
        }
        if let least = pattern.scoreAtLeast {
            guard let score = finding.score, score >= least else { return false }
        }
        if let most = pattern.valueAtMost {
            guard let value = finding.value, value <= Int64(most) else { return false }
        }
        if let least = pattern.valueAtLeast {
            guard let value = finding.value, value >= Int64(least) else { return false }
        }
        return true
    }

    private static func distance(of finding: Finding) -> Int? {
        if let distance = finding.distance { return distance }
        return switch finding.signal?.type {
        case .sha256, .sha1, .md5: 0
        default: nil
        }
    }
}

extension Finding {
    /// Whether it has a label, of its signal or of a classifier.
    fileprivate func has(_ label: String) -> Bool {
        signal?.labels.contains(label) ?? (self.label?.label == label)
    }
}

extension AccountPattern {
    fileprivate func holds(_ event: UploadEvent) -> Bool {
        if youngerThan != nil || olderThan != nil {
            guard let createdAt = event.accountCreatedAt else { return false }
            // A clock that runs ahead makes an account new, not unknown.
            let age = Duration.seconds(max(0, event.time.seconds(since: createdAt)))
            if let youngerThan, age >= youngerThan { return false }
            if let olderThan, age <= olderThan { return false }
        }
        if let verified, event.accountVerified != verified { return false }
        if followersBelow != nil || followersAtLeast != nil {
            guard let followers = event.accountFollowers else { return false }
            if let followersBelow, followers >= Int64(followersBelow) { return false }
            if let followersAtLeast, followers < Int64(followersAtLeast) { return false }
        }
        return true
    }
}

struct EventTest: Sendable {
    let types: [UploadKind]
    let kinds: [[UInt8]]
    let hasMedia: Bool?
    let hasText: Bool?
    let hasLinks: Bool?

    init(_ pattern: EventPattern) {
        types = UploadKind.allCases.filter { pattern.types.contains("\($0.typeName)") }
        kinds = pattern.kinds.map { Array($0.utf8) }
        hasMedia = pattern.hasMedia
        hasText = pattern.hasText
        hasLinks = pattern.hasLinks
    }

    func holds(_ input: CompiledPolicy.Input) -> Bool {
        let event = input.event
        if !types.isEmpty, !types.contains(event.type) { return false }
        if !kinds.isEmpty {
            guard event.kind.isPresent else { return false }
            let known = input.batch.withBytes(event.kind) { kind in kinds.contains { kind.elementsEqual($0) } }
            if !known { return false }
        }
        if let hasMedia, event.media.isEmpty == hasMedia { return false }
        if let hasText, (event.title.isEmpty && event.body.isEmpty) == hasText { return false }
        if let hasLinks, event.links.isEmpty == hasLinks { return false }
        return true
    }
}

private struct Compiler {
    let detectors: [String]
    let known: [String]
    let problems: Problems

    func compile(_ condition: Condition) -> Test {
        switch condition {
        case .all(let parts): .all(parts.map(compile))
        case .any(let parts): .any(parts.map(compile))
        case .not(let part): .not(compile(part))
        case .finding(let pattern):
            .finding(FindingTest(detectors: resolve(pattern.detectors, pattern.path, pattern.place), pattern: pattern))
        case .degraded(let pattern):
            .degraded(detectors: resolve(pattern.detectors, pattern.path, pattern.place), reasons: pattern.reasons)
        case .account(let pattern): .account(pattern)
        case .event(let pattern): .event(EventTest(pattern))
        }
    }

    /// nil where any detector will do. A detector that this pipeline leaves out is no error: it finds nothing.
    private func resolve(_ names: [String], _ path: String, _ place: Place?) -> DetectorMask? {
        if names.isEmpty { return nil }
        var ids = DetectorMask()
        for name in names {
            if !known.contains(name) {
                problems.add(
                    "no detector is called \"\(name)\"; \(suggestion(for: name, among: known))",
                    key: "\(path).detector", at: place)
            }
            for (index, detector) in detectors.enumerated() where detector == name { ids.insert(DetectorID(index)) }
        }
        return ids
    }
}
