internal import Configuration
internal import Glibc

/// How late events of certain sources may come, where that is not what holds for all: a feed that writes its events by
/// the hour, phones that were without a network.
///
/// A source is named as its events' `source` has it, or by how it begins and `*`. The exact name goes before a
/// beginning, a longer beginning before a shorter one.
struct SourceLateness: Sendable, Equatable {
    /// Names of sources, since each new one among the events is compared with them.
    static let most = 64
    static let longestName = 512
    static let longest = Duration.seconds(86_400)

    struct Entry: Sendable, Equatable {
        /// Without the `*`.
        var name: [UInt8]
        var isBeginning: Bool
        var lateness: Duration
    }

    /// In the order in which they are asked.
    private let entries: [Entry]

    /// None.
    init() { entries = [] }

    /// - Parameter lateness: by name; see above.
    init(_ lateness: [String: Duration]) {
        entries = lateness.map { name, lateness in
            let isBeginning = name.hasSuffix("*")
            return Entry(
                name: Array((isBeginning ? String(name.dropLast()) : name).utf8), isBeginning: isBeginning,
                lateness: lateness)
        }.sorted { a, b in
            if a.isBeginning != b.isBeginning { return b.isBeginning }
            if a.name.count != b.name.count { return a.name.count > b.name.count }
            return a.name.lexicographicallyPrecedes(b.name)
        }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// nil for a source that has none of its own.
    func lateness(of source: UnsafeRawBufferPointer) -> Duration? {
        for entry in entries {
            let count = entry.name.count
            guard source.count == count || (entry.isBeginning && source.count > count) else { continue }
            let isSame = entry.name.withUnsafeBytes { name in
                guard let name = name.baseAddress, let source = source.baseAddress else { return count == 0 }
                return memcmp(name, source, count) == 0
            }
            if isSame { return entry.lateness }
        }
        return nil
    }

    /// As YAML has it.
    var byName: [(name: String, lateness: Duration)] {
        entries.map { (String(decoding: $0.name, as: UTF8.self) + ($0.isBeginning ? "*" : ""), $0.lateness) }
    }
}

extension ValueFormat where Value == SourceLateness {
    static var sourceLateness: Self {
        let duration = ValueFormat<Duration>.duration(.zero...SourceLateness.longest)
        let name = "durations by source, at most \(SourceLateness.most)"
        return Self(
            name: name, expectation: "a mapping of at most \(SourceLateness.most) sources to durations",
            decode: { node in
                if node.isNull { return SourceLateness() }
                guard case .mapping(let members) = node.content, fault(members, node.place, duration) == nil else {
                    return nil
                }
                var lateness: [String: Duration] = [:]
                for member in members { lateness[member.key] = duration.read(member.value) }
                return SourceLateness(lateness)
            },
            render: { value in
                "{" + value.byName.map { "\(quoted($0.name)): \(duration.show($0.lateness))" }.joined(separator: ", ")
                    + "}"
            },
            explain: { node in
                guard case .mapping(let members) = node.content else { return nil }
                return fault(members, node.place, duration)
            })
    }

    /// What is wrong with a mapping; nil for nothing.
    private static func fault(
        _ members: [YAMLNode.Member], _ place: Place, _ duration: ValueFormat<Duration>
    ) -> Fault? {
        guard members.count <= SourceLateness.most else {
            return Fault(
                "names \(members.count) sources; at most \(SourceLateness.most) are allowed: let one that ends in \"*\""
                    + " stand for those that begin alike", at: place)
        }
        for member in members {
            let (name, stars) = (member.key, member.key.utf8.count { $0 == UInt8(ascii: "*") })
            guard !name.isEmpty, name != "*", name.utf8.count <= SourceLateness.longestName else {
                return Fault(
                    "expected a source of 1…\(SourceLateness.longestName) bytes, or its beginning and \"*\"; what"
                        + " holds for all others is \"lateness\"", key: name.isEmpty ? "\"\"" : excerpt(name, 60),
                    at: member.place)
            }
            guard stars == 0 || (stars == 1 && name.hasSuffix("*")) else {
                return Fault("\"*\" may only stand at the end", key: excerpt(name, 60), at: member.place)
            }
            guard duration.read(member.value) != nil else {
                return Fault(
                    "expected a \(duration.name), such as 90s, 10m or 24h, found \(member.value.kind)",
                    key: excerpt(name, 60), at: member.value.place)
            }
        }
        return nil
    }
}
