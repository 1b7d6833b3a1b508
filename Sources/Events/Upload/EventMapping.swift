package import Configuration

/// Reads a mapping file: where a platform's own JSON has the fields of an upload event (JSON Pointer, RFC 6901).
///
/// ```yaml
/// version: 1
/// constants: { type: weir.upload.created.v1, source: /posts }
/// fields:
///   id: /post/uuid
///   account.id: /author/id
///   account.createdAt: { pointer: /author/joined, format: epoch-seconds }
///   text.body: /post/text
///   links: /post/urls              # a list of texts
///   media: /post/attachments       # a list of objects; the pointers below start in each of them
///   media.url: /src
/// types: { new_post: weir.upload.created.v1 }
/// ```
package enum EventMapping {
    /// - Throws: `InvalidConfiguration` with every problem of the file.
    package static func read(_ text: [UInt8], file: String) throws(InvalidConfiguration) -> EventShape {
        let root = try YAMLParser.parse(text, file: file)
        let problems = Problems(file: file)
        var shape = EventShape()
        shape.acceptsNumbersAsText = true
        if let top = StrictMapping(root, problems) {
            _ = top.required("version", .integer(1...1))
            constants(top, into: &shape)
            types(top, into: &shape, problems)
            fields(top, into: &shape, problems)
            top.finish()
        }
        try problems.check()
        return shape
    }

    private static func constants(_ top: StrictMapping, into shape: inout EventShape) {
        guard let constants = top.mapping("constants") else { return }
        shape.constantType = constants.optional("type", .uploadKind)
        shape.constantSource = constants.optional("source", .source).map { Array($0.utf8) }
        constants.finish()
    }

    private static func types(_ top: StrictMapping, into shape: inout EventShape, _ problems: Problems) {
        for entry in top.entries("types") {
            shape.types[entry.key] = ValueFormat.uploadKind.read(entry.value, key: "types.\(entry.key)", problems)
        }
    }

    private static func fields(_ top: StrictMapping, into shape: inout EventShape, _ problems: Problems) {
        let known = Dictionary(uniqueKeysWithValues: EventField.allCases.map { ($0.mappingName, $0) })
        var pointers: [EventField: (pointer: [String], time: EventShape.TimeFormat, place: Place)] = [:]
        var mediaList: [String]?
        var mediaPlace: Place?
        for entry in top.entries("fields") {
            let key = "fields.\(entry.key)"
            if entry.key == "media" {
                mediaList = pointer(entry.value, key: key, problems)
                mediaPlace = entry.place
            } else if let field = known[entry.key] {
                guard let (way, time) = place(entry.value, field, key: key, problems) else { continue }
                pointers[field] = (way, time, entry.place)
            } else {
                let near = suggestion(for: entry.key, among: known.keys + ["media"])
                problems.add("unknown field; \(near)", key: key, at: entry.place)
            }
        }
        for field in EventField.allCases {
            guard let (way, time, place) = pointers[field] else { continue }
            let key = "fields.\(field.mappingName)"
            if field.isOfMedia {
                guard let mediaList else {
                    problems.add("needs \"media\", the pointer to the list of items", key: key, at: place)
                    continue
                }
                insert(field, mediaList, way, time)
            } else {
                insert(field, way, [], time)
            }
            func insert(_ field: EventField, _ list: [String], _ item: [String], _ time: EventShape.TimeFormat) {
                switch shape.insert(field, at: list, below: item, time: time) {
                case nil: break
                case .occupied:
                    problems.add("points into or through a place that another field has", key: key, at: place)
                case .otherForm:
                    problems.add("stands where another field does that is read in another way", key: key, at: place)
                }
            }
        }
        if mediaList != nil, !pointers.keys.contains(where: \.isOfMedia) {
            problems.add(
                "needs pointers to what its items hold, such as media.url", key: "fields.media", at: mediaPlace)
        }
        for (field, isConstant) in [
            (EventField.type, shape.constantType != nil), (.source, shape.constantSource != nil),
        ] {
            guard isConstant, let pointer = pointers[field] else { continue }
            let name = field.mappingName
            problems.add("constants.\(name) says it already", key: "fields.\(name)", at: pointer.place)
        }
        for field in [EventField.id, .accountID] where pointers[field] == nil {
            problems.add("is missing: every event needs it", key: "fields.\(field.mappingName)")
        }
        if shape.constantType == nil, pointers[.type] == nil {
            problems.add("is missing: give fields.type, or constants.type", key: "fields.type")
        }
        if shape.constantSource == nil, pointers[.source] == nil {
            problems.add("is missing: give fields.source, or constants.source", key: "fields.source")
        }
        if shape.nodes.count > EventShape.mostNodes {
            problems.add("the pointers pass \(shape.nodes.count) places; at most \(EventShape.mostNodes) are followed")
        }
    }

    private static func place(
        _ node: YAMLNode, _ field: EventField, key: String, _ problems: Problems
    ) -> (pointer: [String], time: EventShape.TimeFormat)? {
        guard case .mapping = node.content, let mapping = StrictMapping(node, path: key, problems) else {
            return pointer(node, key: key, problems).map { ($0, .rfc3339) }
        }
        let way = mapping.required("pointer", .pointer)
        let format = mapping.optional("format", .choice(EventShape.TimeFormat.allCases.map(\.rawValue)))
        mapping.finish()
        guard case .time = field.content else {
            if format != nil { mapping.add("only times have a format", key: "format") }
            return way.map { ($0, .rfc3339) }
        }
        return way.map { ($0, format.flatMap(EventShape.TimeFormat.init) ?? .rfc3339) }
    }

    private static func pointer(_ node: YAMLNode, key: String, _ problems: Problems) -> [String]? {
        ValueFormat.pointer.read(node, key: key, problems)
    }
}

extension EventField {
    /// The field's name in mapping files: its path in the standard form without `data` and list marks.
    var mappingName: String {
        switch self {
        case .link: "links"
        default:
            "\(path)".split(separator: ".").filter { $0 != "*" && $0 != "data" }.joined(separator: ".")
        }
    }
}

extension ValueFormat where Value == [String] {
    /// RFC 6901: `/a/b`, with `~1` for a slash and `~0` for a tilde.
    fileprivate static var pointer: Self {
        Self(
            scalar: "JSON Pointer", expectation: "a JSON Pointer such as /post/text",
            decode: { text in
                guard text.hasPrefix("/"), !escapesBadly(text) else { return nil }
                return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
                    String($0.replacing("~1", with: "/").replacing("~0", with: "~"))
                }
            },
            render: { names in
                names.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
            })
    }

    /// Whether a tilde is followed by neither 0 nor 1.
    private static func escapesBadly(_ pointer: String) -> Bool {
        pointer.split(separator: "~", omittingEmptySubsequences: false).dropFirst().contains {
            $0.first != "0" && $0.first != "1"
        }
    }
}

extension ValueFormat where Value == String {
    fileprivate static var source: Self {
        let most = DecodeLimits().identifierBytes
        return Self(
            scalar: "text", expectation: "text of 1…\(most) bytes",
            decode: { (1...most).contains($0.utf8.count) ? $0 : nil }, render: quoted)
    }
}

extension ValueFormat where Value == UploadKind {
    fileprivate static var uploadKind: Self {
        let names = UploadKind.allCases.map { "\($0.typeName)" }
        return Self(
            scalar: "event type", expectation: "one of \(names.joined(separator: ", "))",
            decode: { text in UploadKind.allCases.first { "\($0.typeName)" == text } },
            render: { "\($0.typeName)" })
    }
}
