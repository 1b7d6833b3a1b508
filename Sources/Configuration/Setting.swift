/// One key of the configuration file: its parser, default, help and masking are all this declaration.
package struct Setting<Value: Sendable>: Sendable {
    /// Dotted, as in `commit.interval`.
    package let key: String
    package let format: ValueFormat<Value>
    package let standard: Value
    /// One sentence for the reference.
    package let meaning: String
    /// Shown as `***`.
    package let secret: Bool

    package init(
        _ key: String, _ format: ValueFormat<Value>, standard: Value, _ meaning: String, secret: Bool = false
    ) {
        self.key = key
        self.format = format
        self.standard = standard
        self.meaning = meaning
        self.secret = secret
    }
}

/// A setting whose value type is forgotten, so that settings can stand in one list.
package protocol AnySetting: Sendable {
    var key: String { get }
    var meaning: String { get }
    var formatName: String { get }
    var standardText: String { get }
    func read(_ node: YAMLNode, _ problems: Problems) -> (any Sendable)?
    func show(_ value: (any Sendable)?) -> String
}

extension Setting: AnySetting {
    package var formatName: String { format.name }
    package var standardText: String { format.render(standard) }

    package func read(_ node: YAMLNode, _ problems: Problems) -> (any Sendable)? {
        format.read(node, key: key, problems)
    }

    /// As `SettingsReader` reads it: there a dollar sign in a value is doubled.
    package func show(_ value: (any Sendable)?) -> String {
        let value = value.map { $0 as? Value ?? standard } ?? standard
        if let properties = value as? [String: String] {
            let masked = properties.map { ($0.key, isSecretName($0.key) ? "***" : doubled($0.value)) }
            return ValueFormat<[String: String]>.properties.render(Dictionary(uniqueKeysWithValues: masked))
        }
        return secret ? "\"***\"" : doubled(format.render(value))
    }

    private func doubled(_ text: String) -> String { text.replacing("$", with: "$$") }
}

/// Names of client properties whose values must not be shown.
package func isSecretName(_ name: String) -> Bool {
    let name = name.lowercased()
    if name.hasSuffix("file") { return false }
    return ["password", "secret", "token", "credential", ".pem", "private.key"].contains { name.contains($0) }
}

/// The values of one configuration file; what the file leaves out has its default.
package struct Settings: Sendable {
    private let values: [String: any Sendable]
    private let known: [any AnySetting]

    init(values: [String: any Sendable], known: [any AnySetting]) {
        self.values = values
        self.known = known
    }

    /// Every setting at its default.
    package init(known: [any AnySetting]) {
        self.init(values: [:], known: known)
    }

    package subscript<Value>(_ setting: Setting<Value>) -> Value {
        // In two steps: an absent value would cast to an optional `Value` as its nil.
        guard let value = values[setting.key] else { return setting.standard }
        return value as? Value ?? setting.standard
    }

    package func isSet(_ setting: Setting<some Sendable>) -> Bool {
        values[setting.key] != nil
    }

    /// The same with one value replaced.
    package func with<Value>(_ setting: Setting<Value>, _ value: Value) -> Settings {
        Settings(values: values.merging([setting.key: value]) { _, new in new }, known: known)
    }

    /// As YAML, defaults filled in and secrets masked.
    package var yaml: String {
        var out = ""
        var section = ""
        for setting in known {
            let parts = setting.key.split(separator: ".", maxSplits: 1).map(String.init)
            if parts.count == 1 {
                out += "\(setting.key): \(setting.show(values[setting.key]))\n"
            } else {
                if parts[0] != section { out += "\(parts[0]):\n" }
                out += "  \(parts[1]): \(setting.show(values[setting.key]))\n"
            }
            section = parts[0]
        }
        return out
    }
}
