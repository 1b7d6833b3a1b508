internal import Configuration
internal import Events

/// Walks an answer in JSON: an object, one of whose members is the list of records.
///
/// Only members that are asked for are looked at, at any depth: exchanges add others without a word.
struct ExchangeJSON {
    typealias Body = (ExchangeMembers, Int, inout ExchangeDocument) throws(SignalLineReader.Rejection) -> Void

    static let maximumDepth = 16

    /// The member that holds the records.
    let list: String
    let kept: Set<String>

    /// - Parameter body: takes a record and its number, from 1; what it throws costs that record only.
    /// - Throws: `ImportFailure` if the whole is no JSON, or has no such list.
    func read(_ bytes: [UInt8], _ body: Body) throws(ImportFailure) -> ExchangeDocument {
        var document = ExchangeDocument()
        var walk = Walk(kept: kept)
        var lists = 0
        do throws(JSONFailure) {
            let reader = walk.reader
            let kind = try bytes.withUnsafeBufferPointer { bytes throws(JSONFailure) in
                // Some tools put a byte order mark before what they save.
                let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
                return try reader.begin(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[mark...])))
            }
            guard kind == .object else { throw .type }
            try reader.enter()
            while let (kind, key) = try reader.next() {
                guard key.elementsEqual(list.utf8), kind == .array else { continue }
                lists += 1
                try reader.enter()
                while let (kind, _) = try reader.next() {
                    walk.number += 1
                    read(try walk.value(kind), walk, body, into: &document)
                    walk.duplicate = nil
                }
            }
            try reader.finish()
        } catch {
            var limits = DecodeLimits()
            limits.nesting = ExchangeJSON.maximumDepth
            let place = walk.number > 0 ? " (at record \(walk.number), or behind it)" : ""
            throw ImportFailure("\(DecodeError(error, limits: limits).message)\(place)")
        }
        guard lists > 0 else {
            throw ImportFailure("has no list \"\(list)\": is it another kind of answer, or an error?")
        }
        guard lists == 1 else { throw ImportFailure("has the list \"\(list)\" twice") }
        return document
    }

    private func read(
        _ value: JSONObject.Value, _ walk: Walk, _ body: Body, into document: inout ExchangeDocument
    ) {
        do throws(SignalLineReader.Rejection) {
            guard case .object(let members) = value else {
                throw SignalLineReader.Rejection(description: "is not a JSON object")
            }
            // Which of the two counts nobody knows.
            if let name = walk.duplicate {
                throw SignalLineReader.Rejection(description: "\(name): stands twice")
            }
            try body(ExchangeMembers(members), walk.number, &document)
        } catch {
            document.reject(walk.number, error.description)
        }
    }

    /// Builds a value of what is kept.
    private struct Walk {
        let reader = JSONReader(maximumDepth: ExchangeJSON.maximumDepth)
        let kept: Set<String>
        var number = 0
        /// A member of the record at hand that stands twice.
        var duplicate: String?

        mutating func value(_ kind: JSONKind) throws(JSONFailure) -> JSONObject.Value {
            switch kind {
            case .string: return .text(String(decoding: try reader.string(), as: UTF8.self))
            case .number:
                let (integer, value) = try reader.number()
                return integer.map(JSONObject.Value.integer) ?? .number(value)
            case .boolean: return .boolean(try reader.boolean())
            case .null: return .null
            case .array:
                var items: [JSONObject.Value] = []
                try reader.enter()
                while let (kind, _) = try reader.next() { items.append(try value(kind)) }
                return .list(items)
            case .object:
                var members: [String: JSONObject.Value] = [:]
                try reader.enter()
                while let (kind, key) = try reader.next() {
                    let name = String(decoding: key, as: UTF8.self)
                    guard kept.contains(name) else { continue }
                    if members.updateValue(try value(kind), forKey: name) != nil { duplicate = name }
                }
                return .object(members)
            }
        }
    }
}

/// The members of a record, each taken out by its type; errors name the member.
struct ExchangeMembers {
    private let members: [String: JSONObject.Value]

    init(_ members: [String: JSONObject.Value]) { self.members = members }

    /// Not empty.
    func text(_ name: String) throws(SignalLineReader.Rejection) -> String {
        guard let text = try optionalText(name), !text.isEmpty else {
            throw SignalLineReader.Rejection(description: "\(name): is required")
        }
        return text
    }

    func optionalText(_ name: String) throws(SignalLineReader.Rejection) -> String? {
        switch members[name] {
        case nil, .null: return nil
        case .text(let text): return text
        default: throw wrong(name, "text")
        }
    }

    /// Some write them as numbers; nil if missing or empty.
    func identifier(_ name: String) throws(SignalLineReader.Rejection) -> String? {
        switch members[name] {
        case nil, .null, .text(""): return nil
        case .text(let text): return text
        case .integer(let number): return String(number)
        default: throw wrong(name, "text or a whole number")
        }
    }

    /// Missing: false. Never guessed: a withdrawal that is missed keeps a signal in force.
    func boolean(_ name: String) throws(SignalLineReader.Rejection) -> Bool {
        switch members[name] {
        case nil, .null: return false
        case .boolean(let value): return value
        default: throw wrong(name, "true or false")
        }
    }

    /// Seconds since 1970 (a number, or its digits in a text), or RFC 3339.
    func time(_ name: String) throws(SignalLineReader.Rejection) -> Timestamp? {
        let time: Timestamp? =
            switch members[name] {
            case nil, .null: Optional<Timestamp>.none
            case .integer(let seconds): Timestamp(seconds: Double(seconds))
            case .number(let seconds): Timestamp(seconds: seconds)
            case .text(let text): Double(text).map(Timestamp.init(seconds:)) ?? (try? Timestamp(rfc3339: text))
            default: Optional<Timestamp>.none
            }
        if time == nil, members[name] != nil, members[name] != .null {
            throw wrong(name, "seconds since 1970 or an RFC 3339 time, between 1678 and 2261")
        }
        return time
    }

    func object(_ name: String) throws(SignalLineReader.Rejection) -> ExchangeMembers? {
        switch members[name] {
        case nil, .null: return nil
        case .object(let members): return ExchangeMembers(members)
        default: throw wrong(name, "an object")
        }
    }

    func objects(_ name: String) throws(SignalLineReader.Rejection) -> [ExchangeMembers] {
        var objects: [ExchangeMembers] = []
        for item in try list(name) {
            guard case .object(let members) = item else { throw wrong(name, "a list of objects") }
            objects.append(ExchangeMembers(members))
        }
        return objects
    }

    /// A list of texts, or one text.
    func texts(_ name: String) throws(SignalLineReader.Rejection) -> [String] {
        if case .text(let text) = members[name] { return [text] }
        var texts: [String] = []
        for item in try list(name) {
            guard case .text(let text) = item else { throw wrong(name, "a list of texts") }
            texts.append(text)
        }
        return texts
    }

    func isObject(_ name: String) -> Bool {
        if case .object = members[name] { true } else { false }
    }

    private func list(_ name: String) throws(SignalLineReader.Rejection) -> [JSONObject.Value] {
        switch members[name] {
        case nil, .null: return []
        case .list(let items): return items
        default: throw wrong(name, "a list")
        }
    }

    private func wrong(_ name: String, _ expected: String) -> SignalLineReader.Rejection {
        SignalLineReader.Rejection(description: "\(name): expected \(expected)")
    }
}

extension Timestamp {
    /// nil outside the range of times, which milliseconds since 1970 are, too.
    init?(seconds: Double) {
        guard seconds.magnitude < 9_223_372_036 else { return nil }
        self.init(milliseconds: Int64((seconds * 1_000).rounded()))
    }
}
