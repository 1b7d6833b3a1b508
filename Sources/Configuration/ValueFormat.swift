/// How one kind of value is written in a configuration file: read, shown and explained by one declaration.
package struct ValueFormat<Value: Sendable>: Sendable {
    /// In the reference: `duration`, `one of json, text`…
    package let name: String
    /// What was expected, for the message when `decode` gives nothing.
    let expectation: String
    let decode: @Sendable (YAMLNode) -> Value?
    /// As YAML that `decode` reads back.
    let render: @Sendable (Value) -> String
    /// What is wrong within a node that `decode` gives nothing for, where that can be said more exactly.
    let explain: @Sendable (YAMLNode) -> Fault?

    /// A part of a value that is wrong.
    package struct Fault: Sendable {
        /// Behind the value's own key; empty for the whole.
        package let key: String
        package let place: Place
        package let message: String

        package init(_ message: String, key: String = "", at place: Place) {
            self.message = message
            self.key = key
            self.place = place
        }
    }

    package init(
        name: String, expectation: String,
        decode: @escaping @Sendable (YAMLNode) -> Value?, render: @escaping @Sendable (Value) -> String,
        explain: @escaping @Sendable (YAMLNode) -> Fault? = { _ in nil }
    ) {
        self.name = name
        self.expectation = expectation
        self.decode = decode
        self.render = render
        self.explain = explain
    }

    /// A format of single words: anything but lists and mappings.
    package init(
        scalar name: String, expectation: String,
        decode: @escaping @Sendable (String) -> Value?, render: @escaping @Sendable (Value) -> String
    ) {
        self.init(
            name: name, expectation: expectation,
            decode: { node in
                guard case .scalar(let text, _) = node.content, !node.isNull else { return nil }
                return decode(text)
            }, render: render)
    }

    /// The value, or nil if the node is none of this format.
    package func read(_ node: YAMLNode) -> Value? { decode(node) }

    /// The value as YAML.
    package func show(_ value: Value) -> String { render(value) }

    /// Reads a node; on failure adds a problem and gives nil.
    package func read(_ node: YAMLNode, key: String, _ problems: Problems) -> Value? {
        if let value = decode(node) { return value }
        if let fault = explain(node) {
            problems.add(fault.message, key: fault.key.isEmpty ? key : "\(key).\(fault.key)", at: fault.place)
            return nil
        }
        problems.add("expected \(expectation), found \(node.kind)", key: key, at: node.place)
        return nil
    }
}

extension ValueFormat where Value == String {
    package static var string: Self {
        Self(scalar: "text", expectation: "text", decode: { $0 }, render: quoted)
    }

    /// Text that is one of a closed set.
    package static func choice(_ choices: [String]) -> Self {
        let list = choices.joined(separator: ", ")
        return Self(
            scalar: "one of \(list)", expectation: "one of \(list)",
            decode: { choices.contains($0) ? $0 : nil }, render: quoted)
    }
}

extension ValueFormat where Value == Bool {
    package static var boolean: Self {
        Self(
            scalar: "true or false", expectation: "true or false",
            decode: { $0 == "true" ? true : $0 == "false" ? false : nil }, render: { String($0) })
    }
}

extension ValueFormat where Value == Int {
    package static func integer(_ range: ClosedRange<Int>) -> Self {
        let name = "\(range.lowerBound)…\(range.upperBound)"
        return Self(
            scalar: name, expectation: "a whole number \(name)",
            decode: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, render: { String($0) })
    }
}

extension ValueFormat where Value == Double {
    package static func number(_ range: ClosedRange<Double>) -> Self {
        let name = "\(range.lowerBound)…\(range.upperBound)"
        return Self(
            scalar: name, expectation: "a number \(name)",
            decode: { text in Double(text).flatMap { range.contains($0) ? $0 : nil } }, render: { "\($0)" })
    }
}

extension ValueFormat {
    /// A list; a single scalar stands for a list of one.
    package static func list<Element>(of element: ValueFormat<Element>) -> Self where Value == [Element] {
        Self(
            name: "list of \(element.name)", expectation: "a list of \(element.name)",
            decode: { node in
                switch node.content {
                case .sequence(let items):
                    var values: [Element] = []
                    for item in items {
                        guard let value = element.decode(item) else { return nil }
                        values.append(value)
                    }
                    return values
                case .scalar: return element.decode(node).map { [$0] }
                case .mapping: return nil
                }
            },
            render: { "[" + $0.map(element.render).joined(separator: ", ") + "]" })
    }

    /// A value that may be switched off with `null`.
    package static func optional<Wrapped>(_ wrapped: ValueFormat<Wrapped>) -> Self where Value == Wrapped? {
        Self(
            name: "\(wrapped.name), or null", expectation: "\(wrapped.expectation), or null",
            decode: { node in node.isNull ? .some(nil) : wrapped.decode(node).map { .some($0) } },
            render: { $0.map(wrapped.render) ?? "null" })
    }
}

extension ValueFormat where Value == [String: String] {
    /// A mapping of free names to text, numbers or booleans.
    package static var properties: Self {
        Self(
            name: "mapping", expectation: "a mapping of names to values",
            decode: { node in
                if node.isNull { return [:] }
                guard case .mapping(let members) = node.content else { return nil }
                var values: [String: String] = [:]
                for member in members {
                    guard case .scalar(let text, _) = member.value.content else { return nil }
                    values[member.key] = text
                }
                return values
            },
            render: { properties in
                let members = properties.sorted { $0.key < $1.key }.map { "\(quoted($0.key)): \(quoted($0.value))" }
                return "{" + members.joined(separator: ", ") + "}"
            })
    }
}

/// Text as a YAML scalar: plain where that reads back the same, else in double quotes.
package func quoted(_ text: String) -> String {
    let safe = text.unicodeScalars.allSatisfy { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".", "/", "+": true
        default: false
        }
    }
    let reserved: Set = ["", "~", "...", "null", "true", "false", "yes", "no", "on", "off"]
    if safe, !reserved.contains(text.lowercased()), text.first != "-" { return text }
    var out = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": out += "\\\""
        case "\\": out += "\\\\"
        case "\n": out += "\\n"
        case "\t": out += "\\t"
        case _ where standsAlone(scalar): out.unicodeScalars.append(scalar)
        default:
            let digits = String(scalar.value, radix: 16)
            out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
    return out + "\""
}

/// Not what YAML refuses in a file, or takes for the end of a line or a byte order mark.
private func standsAlone(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\u{20}"..."\u{7E}", "\u{A0}"..."\u{2027}", "\u{202A}"..."\u{FEFE}", "\u{FF00}"..."\u{FFFD}": true
    default: scalar.value > 0xFFFF
    }
}
