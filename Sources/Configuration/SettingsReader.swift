/// Reads a configuration file against the list of settings that exist.
package struct SettingsReader: Sendable {
    private let known: [any AnySetting]
    private let environment: [String: String]

    /// - Parameter known: in the order of the reference; keys have one or two parts.
    package init(known: [any AnySetting], environment: [String: String]) {
        self.known = known
        self.environment = environment
    }

    /// - Throws: `InvalidConfiguration` with every problem of the file.
    package func read(_ text: [UInt8], file: String) throws(InvalidConfiguration) -> Settings {
        let root = try YAMLParser.parse(text, file: file)
        let problems = Problems(file: file)
        var values: [String: any Sendable] = [:]
        if !root.isNull, let top = StrictMapping(root, problems) {
            read(top, into: &values, problems)
        }
        try problems.check()
        return Settings(values: values, known: known)
    }

    /// Reads settings that stand inside another file, below `path`; problems go where that file's go.
    package func read(_ node: YAMLNode, path: String, _ problems: Problems) -> Settings {
        var values: [String: any Sendable] = [:]
        if let top = StrictMapping(node, path: path, problems) { read(top, into: &values, problems) }
        return Settings(values: values, known: known)
    }

    private func read(_ top: StrictMapping, into values: inout [String: any Sendable], _ problems: Problems) {
        var sections: [String: StrictMapping?] = [:]
        for setting in known {
            let parts = setting.key.split(separator: ".", maxSplits: 1).map(String.init)
            let holder: StrictMapping
            if parts.count == 1 {
                holder = top
            } else {
                if sections[parts[0]] == nil {
                    let node = top.node(parts[0]).flatMap { $0.isNull ? nil : $0 }
                    sections[parts[0]] = .some(
                        node.flatMap { StrictMapping($0, path: top.name(of: parts[0]), problems) })
                }
                guard let section = sections[parts[0]] ?? nil else { continue }
                holder = section
            }
            guard let node = holder.node(parts.count == 1 ? parts[0] : parts[1]) else { continue }
            guard let expanded = expand(node, key: setting.key, problems) else { continue }
            values[setting.key] = setting.read(expanded, problems)
        }
        sections.values.compactMap(\.self).sorted { $0.place.line < $1.place.line }.forEach { $0.finish() }
        top.finish()
    }

    /// Replaces `${NAME}` and `${NAME:-default}` in scalars; `$$` is a dollar sign.
    private func expand(_ node: YAMLNode, key: String, _ problems: Problems) -> YAMLNode? {
        switch node.content {
        case .scalar(let text, let plain):
            guard text.contains("$") else { return node }
            guard let expanded = expand(text, key: key, at: node.place, problems) else { return nil }
            return YAMLNode(.scalar(expanded, plain: plain), at: node.place)
        case .sequence(let items):
            let expanded = items.compactMap { expand($0, key: key, problems) }
            return expanded.count == items.count ? YAMLNode(.sequence(expanded), at: node.place) : nil
        case .mapping(let members):
            let expanded = members.compactMap { member in
                expand(member.value, key: "\(key).\(member.key)", problems).map {
                    YAMLNode.Member(key: member.key, place: member.place, value: $0)
                }
            }
            return expanded.count == members.count ? YAMLNode(.mapping(expanded), at: node.place) : nil
        }
    }

    private func expand(_ text: String, key: String, at place: Place, _ problems: Problems) -> String? {
        var out = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            out += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                out += "$"
                rest = rest.dropFirst()
                continue
            }
            guard rest.first == "{", let end = rest.firstIndex(of: "}") else {
                problems.add("\"$\" must be followed by {NAME}, or be doubled", key: key, at: place)
                return nil
            }
            let reference = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            let name: Substring
            let fallback: Substring?
            if let mark = reference.firstRange(of: ":-") {
                name = reference[..<mark.lowerBound]
                fallback = reference[mark.upperBound...]
            } else {
                name = reference
                fallback = nil
            }
            if let value = environment[String(name)], !value.isEmpty || fallback == nil {
                out += value
            } else if let fallback {
                out += fallback
            } else {
                problems.add(
                    "environment variable \(name) is not set; set it, or write ${\(name):-default}", key: key, at: place
                )
                return nil
            }
        }
        return out + rest
    }
}
