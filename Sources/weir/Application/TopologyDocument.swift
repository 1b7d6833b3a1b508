import Configuration

/// `topology/topics.yaml`: the topics that Weir uses, as they should be made.
struct TopologyDocument: Sendable {
    struct Topic: Sendable {
        /// Which setting names it: `uploads`, `audit`, …
        let role: String
        let partitions: Int
        let replicationFactor: Int
        let configuration: [String: String]
        let meaning: String
    }

    let topics: [Topic]

    /// - Throws: `InvalidConfiguration` with every problem of the file.
    init(_ text: [UInt8], file: String) throws(InvalidConfiguration) {
        let root = try YAMLParser.parse(text, file: file)
        let problems = Problems(file: file)
        guard let top = StrictMapping(root, problems) else { throw InvalidConfiguration(problems.found) }
        _ = top.required("version", .integer(1...1))
        topics = top.items("topics").compactMap { node, path in
            guard let mapping = StrictMapping(node, path: path, problems) else { return nil }
            defer { mapping.finish() }
            let role = mapping.required("role", .choice(TopologyDocument.roles))
            let partitions = mapping.required("partitions", .integer(1...10_000))
            let replication = mapping.optional("replicationFactor", .integer(-1...100)) ?? -1
            let configuration = mapping.optional("config", .properties) ?? [:]
            let meaning = mapping.optional("holds", .string) ?? ""
            guard let role, let partitions else { return nil }
            return Topic(
                role: role, partitions: partitions, replicationFactor: replication, configuration: configuration,
                meaning: meaning)
        }
        top.finish()
        try problems.check()
    }

    static let roles = [
        "uploads", "live", "outcomes", "signals", "audit", "enforcement", "review", "deadLetters", "state",
        "sightings", "sightingState", "incidents",
    ]

    /// What a role's topic is called; nil if the configuration does without it.
    static func name(of role: String, _ settings: Settings) -> String? {
        switch role {
        case "uploads": settings[WeirSettings.uploads]
        case "live": settings[WeirSettings.live]
        case "outcomes": settings[WeirSettings.outcomes]
        case "signals": settings[WeirSettings.signalTopic]
        case "audit": settings[WeirSettings.audit]
        case "enforcement": settings[WeirSettings.enforcement]
        case "review": settings[WeirSettings.review]
        case "deadLetters": settings[WeirSettings.deadLetters]
        case "state": settings[WeirSettings.state]
        case "sightings": settings[WeirSettings.sightings]
        case "sightingState": settings[WeirSettings.sightingState]
        case "incidents": settings[WeirSettings.incidents]
        default: nil
        }
    }
}
