package import Configuration
package import Events

/// A policy as people write it: an ordered list of rules, of which the first that applies decides.
///
/// Read strictly: an unknown key, detector or word is an error that names the nearest known one.
package struct PolicyDocument: Sendable {
    package let name: String
    /// For people; what tells versions apart is the content hash.
    package let revision: String
    package let rules: [Rule]
    /// What holds where no rule applies.
    package let standard: Action
    /// What becomes of uploads that were part of a campaign before it was known to be one; nil: nothing.
    package let earlierOfCampaigns: Decision?
    /// What becomes of an account's first upload with a mark or of a stream, by what is known of it.
    package let accounts: [Code: Decision]
    /// `name@revision+hash`: the hash is the first 48 bits of the file's SHA-256.
    package let version: String

    package struct Rule: Sendable {
        package let name: String
        package let condition: Condition
        package let action: Action
        package let labels: Labels
        package let preserve: Bool
        package let context: Context
    }

    /// Whether what a text says around a finding (`TextContext`) makes a person decide in place of the rule.
    package enum Context: String, Sendable, CaseIterable { case softens, ignored }

    package enum Labels: Sendable, Equatable {
        /// Those of the signals that made the rule apply.
        case ofFindings
        case fixed([String])
    }

    /// - Throws: `InvalidConfiguration` with every problem of the file.
    package init(_ text: [UInt8], file: String) throws(InvalidConfiguration) {
        let root = try YAMLParser.parse(text, file: file)
        let problems = Problems(file: file)
        guard let top = StrictMapping(root, problems) else { throw InvalidConfiguration(problems.found) }
        _ = top.required("version", .integer(1...1))
        name = top.required("name", .identifier) ?? ""
        revision = top.required("revision", .string) ?? ""
        _ = top.optional("description", .string)
        standard = top.optional("default", .action) ?? .allow
        var rules: [Rule] = []
        var names: Set<String> = []
        for (node, path) in top.items("rules", orSay: "has no rules") {
            guard let rule = PolicyDocument.rule(node, path, problems) else { continue }
            if !names.insert(rule.name).inserted {
                problems.add("two rules are called \"\(rule.name)\"", key: "\(path).name", at: node.place)
            }
            rules.append(rule)
        }
        if PolicyDocument.removes(standard) {
            problems.add(
                "\(standard.name) can't be the default: content that nothing speaks against must flow", key: "default")
        }
        earlierOfCampaigns = PolicyDocument.campaigns(top, problems)
        accounts = PolicyDocument.accounts(top, problems)
        top.finish()
        try problems.check()
        self.rules = rules
        var hash = ByteWriter(capacity: 64)
        hash.appendHex(SHA256.hash(text))
        version = "\(name)@\(revision)+\(String(decoding: hash.bytes.prefix(12), as: UTF8.self))"
    }

    /// `campaigns: { earlier: review, labels: […], preserve: true }`.
    private static func campaigns(_ top: StrictMapping, _ problems: Problems) -> Decision? {
        guard let node = top.node("campaigns"), let mapping = StrictMapping(node, path: "campaigns", problems) else {
            return nil
        }
        defer { mapping.finish() }
        _ = mapping.optional("description", .string)
        let labels = mapping.optional("labels", .list(of: .string)) ?? ["campaign"]
        let preserve = mapping.optional("preserve", .boolean) ?? false
        guard let action = mapping.required("earlier", .action), allows(action, mapping, "earlier") else { return nil }
        return Decision(
            action: action, labels: Array(Set(labels)).sorted(), rule: "campaigns", preserve: preserve)
    }

    /// What may be known of accounts (`metadata.sightings`), by the word that asks for it.
    private static let accountFacts: [(key: String, facts: [Code])] = [
        ("returning", ["returning-account", "returning-avatar", "returning-profile", "returning-name"]),
        ("firstStream", ["first-stream"]), ("struckLive", ["struck-account-live"]), ("repeating", ["repeated-near"]),
    ]

    /// `accounts: { returning: review, firstStream: review, struckLive: escalate, repeating: limit, preserve: true }`.
    private static func accounts(_ top: StrictMapping, _ problems: Problems) -> [Code: Decision] {
        guard let node = top.node("accounts"), let mapping = StrictMapping(node, path: "accounts", problems) else {
            return [:]
        }
        defer { mapping.finish() }
        _ = mapping.optional("description", .string)
        let preserve = mapping.optional("preserve", .boolean) ?? false
        var decisions: [Code: Decision] = [:]
        for (key, facts) in accountFacts {
            guard let action = mapping.optional(key, .action), allows(action, mapping, key) else { continue }
            // One label for one word; the finding's fact says by what an account was known.
            let decision = Decision(
                action: action, labels: facts.prefix(1).map(\.description), rule: "accounts", preserve: preserve)
            for fact in facts { decisions[fact] = decision }
        }
        return decisions
    }

    /// Whether an action may follow from what is known beside the content; false too where nothing is to follow.
    private static func allows(_ action: Action, _ mapping: StrictMapping, _ key: String) -> Bool {
        if action == .allow { return false }
        guard [.label, .limit, .review, .escalate].contains(action) else {
            mapping.add(
                "\(action.name) can't follow from who posts what how often alone; use label, limit, review or escalate",
                key: key)
            return false
        }
        return true
    }

    private static func rule(_ node: YAMLNode, _ path: String, _ problems: Problems) -> Rule? {
        guard let mapping = StrictMapping(node, path: path, problems) else { return nil }
        let name = mapping.required("name", .identifier)
        _ = mapping.optional("description", .string)
        let when = mapping.node("when")
        if when == nil { mapping.add("is missing: say when the rule applies", key: "when") }
        let condition = when.flatMap { Condition.read($0, path: "\(path).when", problems) }
        let action = mapping.required("action", .action)
        let labels = mapping.optional("labels", .labels) ?? .fixed([])
        let preserve = mapping.optional("preserve", .boolean) ?? false
        let context =
            mapping.optional("context", .choice(Context.allCases.map(\.rawValue))).flatMap(Context.init) ?? .softens
        mapping.finish()
        guard let name, let condition, let action else { return nil }
        if removes(action), !condition.requiresPositiveSignal {
            mapping.add(
                "\(action.name) acts without a person, so every way into this rule must ask for a finding with"
                    + " \"opinion: positive\"; use review, hold or escalate instead", key: "action")
        }
        return Rule(
            name: name, condition: condition, action: action, labels: labels, preserve: preserve, context: context)
    }

    /// Actions that take content away without a person.
    private static func removes(_ action: Action) -> Bool { action == .remove || action == .endStream }
}

extension ValueFormat where Value == String {
    /// A name for verdicts and metrics.
    fileprivate static var identifier: Self {
        Self(
            scalar: "name", expectation: "a name of letters, digits, \"-\", \"_\" and \".\", at most 64 long",
            decode: { text in
                let allowed = text.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                        true
                    default: false
                    }
                }
                return allowed && (1...64).contains(text.utf8.count) ? text : nil
            }, render: quoted)
    }
}

extension ValueFormat where Value == Action {
    package static var action: Self {
        let names = Action.allCases.map { "\($0.name)" }
        return Self(
            scalar: "action", expectation: "one of \(names.joined(separator: ", "))",
            decode: { Action(name: $0) }, render: { "\($0.name)" })
    }
}

extension ValueFormat where Value == PolicyDocument.Labels {
    fileprivate static var labels: Self {
        let list = ValueFormat<[String]>.list(of: .string)
        return Self(
            name: "\"findings\", or a list of labels", expectation: "\"findings\", or a list of labels",
            decode: { node in
                if case .scalar("findings", _) = node.content { return .ofFindings }
                return list.read(node).map { .fixed(Array(Set($0)).sorted()) }
            },
            render: { labels in
                switch labels {
                case .ofFindings: "findings"
                case .fixed(let labels): list.show(labels)
                }
            })
    }
}
