internal import CYAML

/// Reads the part of YAML 1.1 that configuration needs: one document of mappings, lists and scalars.
///
/// Anchors and aliases are refused (a few lines of them can stand for gigabytes), and so are tags,
/// keys that are not scalars and keys that occur twice.
package enum YAMLParser {
    package static let maximumBytes = 4 << 20
    package static let maximumDepth = 32

    /// - Throws: `InvalidConfiguration` with the first place where the text can't be read.
    package static func parse(_ text: [UInt8], file: String) throws(InvalidConfiguration) -> YAMLNode {
        let problems = Problems(file: file)
        guard text.count <= maximumBytes else {
            problems.add("is \(text.count) bytes long; at most \(maximumBytes) are read")
            throw InvalidConfiguration(problems.found)
        }
        let reader = EventReader()
        let node = text.withUnsafeBufferPointer { bytes -> YAMLNode? in
            reader.start(bytes)
            return reader.document(problems)
        }
        try problems.check()
        guard let node else {
            problems.add("is empty")
            throw InvalidConfiguration(problems.found)
        }
        return node
    }
}

/// Owns libyaml's parser and turns its events into nodes.
private final class EventReader {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let event: UnsafeMutablePointer<yaml_event_t>
    private var holdsEvent = false

    init() {
        parser = .allocate(capacity: 1)
        event = .allocate(capacity: 1)
        yaml_parser_initialize(parser)
    }

    deinit {
        release()
        yaml_parser_delete(parser)
        parser.deallocate()
        event.deallocate()
    }

    /// `bytes` must outlive the reading.
    func start(_ bytes: UnsafeBufferPointer<UInt8>) {
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    func document(_ problems: Problems) -> YAMLNode? {
        var root: YAMLNode?
        while let kind = next(problems) {
            switch kind {
            case YAML_STREAM_START_EVENT, YAML_DOCUMENT_START_EVENT, YAML_DOCUMENT_END_EVENT: continue
            case YAML_STREAM_END_EVENT: return root
            default:
                guard root == nil else {
                    problems.add("holds more than one document", at: place)
                    return nil
                }
                guard let node = node(kind, depth: 1, problems) else { return nil }
                root = node
            }
        }
        return nil
    }

    private func node(_ kind: yaml_event_type_t, depth: Int, _ problems: Problems) -> YAMLNode? {
        let start = place
        guard depth <= YAMLParser.maximumDepth else {
            problems.add("is nested deeper than \(YAMLParser.maximumDepth) levels", at: start)
            return nil
        }
        switch kind {
        case YAML_SCALAR_EVENT:
            guard let text = scalar(problems) else { return nil }
            return YAMLNode(.scalar(text, plain: event.pointee.data.scalar.style == YAML_PLAIN_SCALAR_STYLE), at: start)
        case YAML_SEQUENCE_START_EVENT:
            guard plain(anchor: event.pointee.data.sequence_start.anchor, problems) else { return nil }
            return sequence(at: start, depth: depth, problems)
        case YAML_MAPPING_START_EVENT:
            guard plain(anchor: event.pointee.data.mapping_start.anchor, problems) else { return nil }
            return mapping(at: start, depth: depth, problems)
        default:
            problems.add("anchors and aliases are not supported: write the value out", at: start)
            return nil
        }
    }

    private func sequence(at start: Place, depth: Int, _ problems: Problems) -> YAMLNode? {
        var items: [YAMLNode] = []
        while let kind = next(problems) {
            if kind == YAML_SEQUENCE_END_EVENT { return YAMLNode(.sequence(items), at: start) }
            guard let item = node(kind, depth: depth + 1, problems) else { return nil }
            items.append(item)
        }
        return nil
    }

    private func mapping(at start: Place, depth: Int, _ problems: Problems) -> YAMLNode? {
        var members: [YAMLNode.Member] = []
        var seen: [String: Place] = [:]
        while let kind = next(problems) {
            if kind == YAML_MAPPING_END_EVENT { return YAMLNode(.mapping(members), at: start) }
            let keyPlace = place
            guard kind == YAML_SCALAR_EVENT, let key = scalar(problems) else {
                problems.add("a key must be plain text", at: keyPlace)
                return nil
            }
            if let first = seen.updateValue(keyPlace, forKey: key) {
                problems.add("stands twice; first in line \(first.line)", key: key, at: keyPlace)
            }
            guard let kind = next(problems), let value = node(kind, depth: depth + 1, problems) else { return nil }
            members.append(YAMLNode.Member(key: key, place: keyPlace, value: value))
        }
        return nil
    }

    private func scalar(_ problems: Problems) -> String? {
        let scalar = event.pointee.data.scalar
        guard plain(anchor: scalar.anchor, problems) else { return nil }
        return String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
    }

    private func plain(anchor: UnsafePointer<yaml_char_t>?, _ problems: Problems) -> Bool {
        guard anchor == nil else {
            problems.add("anchors and aliases are not supported: write the value out", at: place)
            return false
        }
        return true
    }

    private var place: Place {
        Place(line: Int(event.pointee.start_mark.line) + 1, column: Int(event.pointee.start_mark.column) + 1)
    }

    private func next(_ problems: Problems) -> yaml_event_type_t? {
        release()
        guard yaml_parser_parse(parser, event) == 1 else {
            let mark = parser.pointee.problem_mark
            let reason = parser.pointee.problem.map { String(cString: $0) } ?? "can't be read"
            problems.add("not YAML: \(reason)", at: Place(line: Int(mark.line) + 1, column: Int(mark.column) + 1))
            return nil
        }
        holdsEvent = true
        return event.pointee.type
    }

    private func release() {
        if holdsEvent { yaml_event_delete(event) }
        holdsEvent = false
    }
}
