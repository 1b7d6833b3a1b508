package import Configuration
package import Events

/// When a rule applies. What an event does not say (an account without a creation time, say) satisfies nothing.
package indirect enum Condition: Sendable {
    case all([Condition])
    case any([Condition])
    case not(Condition)
    /// One of the findings is like this.
    case finding(FindingPattern)
    /// A detector could not look.
    case degraded(DegradedPattern)
    case account(AccountPattern)
    case event(EventPattern)
}

/// What a finding must be; what is nil or empty does not matter.
package struct FindingPattern: Sendable {
    package var detectors: [String] = []
    package var opinions: [Opinion] = []
    package var types: [SignalType] = []
    package var facts: [String] = []
    package var sources: [String] = []
    /// Another source than these holds it.
    package var otherThan: [String] = []
    /// Any of them.
    package var labels: [String] = []
    /// A match of exact hashes has distance 0; findings of other kinds without a distance have none.
    package var distanceAtMost: Int?
    /// Of the known document.
    package var coverageAtLeast: Double?
    package var coverageOfTextAtLeast: Double?
    /// Of a classifier's label.
    package var scoreAtLeast: Double?
    package var valueAtMost: Int?
    package var valueAtLeast: Int?
    /// For messages.
    package var path = ""
    package var place: Place?
}

package struct DegradedPattern: Sendable {
    package var detectors: [String] = []
    package var reasons: [String] = []
    package var path = ""
    package var place: Place?
}

package struct AccountPattern: Sendable {
    package var youngerThan: Duration?
    package var olderThan: Duration?
    package var verified: Bool?
    package var followersBelow: Int?
    package var followersAtLeast: Int?
}

package struct EventPattern: Sendable {
    package var types: [String] = []
    package var kinds: [String] = []
    package var hasMedia: Bool?
    package var hasText: Bool?
    package var hasLinks: Bool?
}

extension Condition {
    /// Whether the condition can't hold without a finding whose signal is undisputedly positive.
    var requiresPositiveSignal: Bool {
        switch self {
        case .all(let parts): parts.contains { $0.requiresPositiveSignal }
        case .any(let parts): !parts.isEmpty && parts.allSatisfy { $0.requiresPositiveSignal }
        case .finding(let pattern): pattern.opinions == [.positive]
        case .not, .degraded, .account, .event: false
        }
    }

    /// - Returns: nil if anything is wrong with it, which has been told then.
    static func read(_ node: YAMLNode, path: String, _ problems: Problems) -> Condition? {
        guard let mapping = StrictMapping(node, path: path, problems) else { return nil }
        let before = problems.found.count
        var parts: [Condition] = []
        for (name, combine) in [("all", Condition.all), ("any", Condition.any)] where mapping.node(name) != nil {
            let items = mapping.items(name, orSay: "has no conditions")
            parts.append(combine(items.compactMap { read($0.node, path: $0.path, problems) }))
        }
        if let inner = mapping.node("not"), let condition = read(inner, path: mapping.name(of: "not"), problems) {
            parts.append(.not(condition))
        }
        if let finding = mapping.mapping("finding") { parts.append(.finding(FindingPattern(finding))) }
        if let degraded = mapping.mapping("degraded") { parts.append(.degraded(DegradedPattern(degraded))) }
        if let account = mapping.mapping("account") { parts.append(.account(AccountPattern(account))) }
        if let event = mapping.mapping("event") { parts.append(.event(EventPattern(event, problems))) }
        mapping.finish()
        if mapping.isEmpty {
            problems.add(
                "says nothing: give finding, degraded, account, event, all, any or not", key: path, at: node.place)
        }
        guard problems.found.count == before else { return nil }
        return parts.count == 1 ? parts[0] : .all(parts)
    }
}

extension FindingPattern {
    fileprivate init(_ mapping: StrictMapping) {
        path = mapping.path
        place = mapping.place
        detectors = mapping.optional("detector", .list(of: .string)) ?? []
        opinions =
            mapping.optional("opinion", .list(of: .choice(Opinion.allCases.map(\.rawValue))))?
            .compactMap(Opinion.init) ?? []
        types =
            mapping.optional("type", .list(of: .choice(SignalType.allCases.map(\.rawValue))))?
            .compactMap(SignalType.init) ?? []
        facts = mapping.optional("fact", .list(of: .string)) ?? []
        sources = mapping.optional("source", .list(of: .string)) ?? []
        otherThan = mapping.optional("otherSourceThan", .list(of: .string)) ?? []
        labels = mapping.optional("labels", .list(of: .string)) ?? []
        if let distance = mapping.mapping("distance") {
            distanceAtMost = distance.required("atMost", .integer(0...256))
            distance.finish()
        }
        coverageAtLeast = FindingPattern.leastShare("coverage", mapping)
        coverageOfTextAtLeast = FindingPattern.leastShare("coverageOfText", mapping)
        scoreAtLeast = FindingPattern.leastShare("score", mapping)
        if let value = mapping.mapping("value") {
            valueAtMost = value.optional("atMost", .integer(0...Int.max))
            valueAtLeast = value.optional("atLeast", .integer(0...Int.max))
            if value.isEmpty { mapping.add("give atMost, atLeast or both", key: "value") }
            value.finish()
        }
        mapping.finish()
    }

    /// `{ atLeast: 0…1 }`
    private static func leastShare(_ key: String, _ mapping: StrictMapping) -> Double? {
        guard let share = mapping.mapping(key) else { return nil }
        defer { share.finish() }
        return share.required("atLeast", .number(0...1))
    }
}

extension DegradedPattern {
    fileprivate init(_ mapping: StrictMapping) {
        path = mapping.path
        place = mapping.place
        detectors = mapping.optional("detector", .list(of: .string)) ?? []
        reasons = mapping.optional("reason", .list(of: .string)) ?? []
        mapping.finish()
    }
}

extension AccountPattern {
    fileprivate init(_ mapping: StrictMapping) {
        youngerThan = mapping.optional("youngerThan", .duration)
        olderThan = mapping.optional("olderThan", .duration)
        verified = mapping.optional("verified", .boolean)
        followersBelow = mapping.optional("followersBelow", .integer(0...Int.max))
        followersAtLeast = mapping.optional("followersAtLeast", .integer(0...Int.max))
        mapping.finish()
    }
}

extension EventPattern {
    /// Those that rules may apply to.
    private static let types = UploadKind.allCases.filter(\.hasContent).map { "\($0.typeName)" }

    fileprivate init(_ mapping: StrictMapping, _ problems: Problems) {
        types = mapping.optional("type", .list(of: .choice(EventPattern.types))) ?? []
        kinds = mapping.optional("kind", .list(of: .string)) ?? []
        hasMedia = mapping.optional("hasMedia", .boolean)
        hasText = mapping.optional("hasText", .boolean)
        hasLinks = mapping.optional("hasLinks", .boolean)
        mapping.finish()
    }
}
