/// One mapping of a file, read key by key. Keys nobody asked for are problems that name the nearest known one.
package final class StrictMapping {
    package let path: String
    package let place: Place
    private let members: [String: YAMLNode.Member]
    private let order: [String]
    private var known: [String] = []
    private let problems: Problems

    /// nil, with a problem added, if `node` is not a mapping. `path` is the key that leads here.
    package init?(_ node: YAMLNode, path: String = "", _ problems: Problems) {
        guard case .mapping(let members) = node.content else {
            problems.add("expected a mapping, found \(node.kind)", key: path, at: node.place)
            return nil
        }
        self.path = path
        place = node.place
        // The parser has refused keys that stand twice.
        self.members = Dictionary(members.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        order = members.map(\.key)
        self.problems = problems
    }

    package func name(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The value as it stands; nil if the key is absent.
    package func node(_ key: String) -> YAMLNode? {
        known.append(key)
        return members[key]?.value
    }

    /// The value, or nil if the key is absent or (with a problem added) wrong.
    package func optional<Value>(_ key: String, _ format: ValueFormat<Value>) -> Value? {
        guard let node = node(key) else { return nil }
        return format.read(node, key: name(of: key), problems)
    }

    /// The value; nil with a problem added if it is absent or wrong.
    package func required<Value>(_ key: String, _ format: ValueFormat<Value>) -> Value? {
        guard let node = node(key) else {
            problems.add("is missing: expected \(format.expectation)", key: name(of: key), at: place)
            return nil
        }
        return format.read(node, key: name(of: key), problems)
    }

    /// The mapping below `key`; nil if it is absent or (with a problem added) no mapping.
    package func mapping(_ key: String) -> StrictMapping? {
        node(key).flatMap { StrictMapping($0, path: name(of: key), problems) }
    }

    /// The items of the list below `key`, each with its path; empty if absent.
    package func items(_ key: String) -> [(node: YAMLNode, path: String)] {
        guard let node = node(key) else { return [] }
        guard case .sequence(let items) = node.content else {
            problems.add("expected a list, found \(node.kind)", key: name(of: key), at: node.place)
            return []
        }
        return items.enumerated().map { ($0.element, "\(name(of: key))[\($0.offset)]") }
    }

    /// The same; with `message` as a problem if the list is absent or empty.
    package func items(_ key: String, orSay message: String) -> [(node: YAMLNode, path: String)] {
        let items = items(key)
        if case .sequence(let nodes)? = members[key]?.value.content, !nodes.isEmpty { return items }
        // What is no list at all has its problem already.
        if case .sequence? = members[key]?.value.content { add(message, key: key) }
        if members[key] == nil { add(message, key: key) }
        return items
    }

    package var isEmpty: Bool { order.isEmpty }

    /// The members of the mapping below `key`, whose names are free; empty if absent.
    package func entries(_ key: String) -> [YAMLNode.Member] {
        guard let node = node(key) else { return [] }
        guard case .mapping(let members) = node.content else {
            problems.add("expected a mapping, found \(node.kind)", key: name(of: key), at: node.place)
            return []
        }
        return members
    }

    package func add(_ message: String, key: String) {
        problems.add(message, key: name(of: key), at: members[key]?.place ?? place)
    }

    /// To be called last: whatever was not asked for is not known.
    package func finish() {
        for key in order where !known.contains(key) {
            problems.add(
                "unknown key; \(suggestion(for: key, among: known))", key: name(of: key), at: members[key]?.place)
        }
    }
}
