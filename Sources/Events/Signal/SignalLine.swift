internal import Configuration

/// Reads and writes signals as JSON Lines (interface, "Signals file").
package final class SignalLineReader {
    /// Longest line that is read, in bytes.
    package static let longestLine = 256 << 10

    private let reader = JSONReader(maximumDepth: 4)
    private let defaults: SignalDefaults

    package init(defaults: SignalDefaults = SignalDefaults()) { self.defaults = defaults }

    /// What is wrong with one line, in words for the one who wrote it.
    package struct Rejection: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// - Throws: `Rejection`; the next line is not affected.
    package func read(_ line: UnsafeRawBufferPointer) throws(Rejection) -> Signal {
        guard line.count <= SignalLineReader.longestLine else {
            throw Rejection(
                description: "the line has \(line.count) bytes; at most \(SignalLineReader.longestLine) are read")
        }
        let members: [String: JSONObject.Value]
        do {
            members = try JSONObject(line, reader: reader).members
        } catch let error as JSONFailure {
            throw Rejection(description: DecodeError(error, limits: SignalLineReader.limits).message)
        } catch let error as DecodeError {
            throw Rejection(description: error.message)
        } catch {
            throw Rejection(description: "\(error)")
        }
        return try read(members)
    }

    private static let limits: DecodeLimits = {
        var limits = DecodeLimits()
        limits.nesting = 4
        return limits
    }()

    /// The members of a line, or of a record that has the same ones.
    package func read(_ members: [String: JSONObject.Value]) throws(Rejection) -> Signal {
        guard let type = try choice("type", members, SignalType.self) ?? defaults.type else { throw missing("type") }
        guard let value = try text("value", members) else { throw missing("value") }
        var signal = Signal(type: type, value: try SignalValue.normalized(value, type))
        signal.opinion = try choice("opinion", members, Opinion.self) ?? defaults.opinion
        signal.labels = try list("labels", members, most: SignalLimits.labels, bytes: SignalLimits.labelBytes)
        signal.source = try text("source", members, bytes: SignalLimits.nameBytes) ?? defaults.source
        signal.id = try text("id", members, bytes: SignalLimits.nameBytes)
        signal.updatedAt = try time("updatedAt", members)
        signal.expiresAt = try time("expiresAt", members)
        signal.note = try text("note", members)
        signal.match = try choice("match", members, TermMatch.self) ?? .word
        // Else it would be taken for another; with hashes it means nothing, whatever it is.
        guard signal.match != .prefix || ![.term, .phrase, .combination].contains(type) else {
            throw Rejection(description: "match: \"prefix\" is for addresses, not for the type \(type.rawValue)")
        }
        signal.languages = try list("languages", members, most: 64, bytes: SignalLimits.labelBytes)
        switch members["deleted"] {
        case nil, .null: break
        case .boolean(let deleted): signal.deleted = deleted
        // Not to be guessed: a withdrawal that is missed keeps a signal in force.
        default: throw Rejection(description: "deleted: expected true or false")
        }
        return signal
    }

    private func missing(_ name: String) -> Rejection { Rejection(description: "\(name): is required") }

    private func text(_ name: String, _ members: [String: JSONObject.Value]) throws(Rejection) -> String? {
        switch members[name] {
        case nil, .null: return nil
        case .text(let text): return text
        default: throw Rejection(description: "\(name): expected text")
        }
    }

    /// What stands in every verdict that rests on the signal: short, and without control characters.
    private func text(
        _ name: String, _ members: [String: JSONObject.Value], bytes most: Int
    ) throws(Rejection) -> String? {
        guard let text = try text(name, members) else { return nil }
        try SignalLimits.check(text, name, bytes: most)
        return text
    }

    private func list(
        _ name: String, _ members: [String: JSONObject.Value], most: Int, bytes: Int
    ) throws(Rejection) -> [String] {
        switch members[name] {
        case nil, .null: return []
        case .list(let items):
            guard items.count <= most else {
                throw Rejection(description: "\(name): has \(items.count) entries; at most \(most) are kept")
            }
            var texts: [String] = []
            for item in items {
                guard case .text(let text) = item else {
                    throw Rejection(description: "\(name): expected a list of texts")
                }
                try SignalLimits.check(text, name, bytes: bytes)
                texts.append(text)
            }
            return texts
        default: throw Rejection(description: "\(name): expected a list of texts")
        }
    }

    private func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ members: [String: JSONObject.Value], _: Choice.Type
    ) throws(Rejection) -> Choice? {
        guard let text = try text(name, members) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw Rejection(description: "\(name): \"\(excerpt(text, 40))\" is none of \(known)")
    }

    private func time(_ name: String, _ members: [String: JSONObject.Value]) throws(Rejection) -> Timestamp? {
        guard let text = try text(name, members) else { return nil }
        do throws(Timestamp.Failure) {
            return try Timestamp(rfc3339: text)
        } catch {
            throw Rejection(description: "\(name): is not an RFC 3339 time between 1678 and 2261")
        }
    }
}

/// Bounds on what signals bring into verdicts, so that no signal can make one unwritable.
package enum SignalLimits {
    package static let labels = 16
    /// Labels of a signal that several sources state, and of a verdict.
    package static let joinedLabels = 32
    package static let labelBytes = 64
    /// Of `source` and `id`.
    package static let nameBytes = 256

    package static func check(
        _ text: String, _ name: String, bytes most: Int
    ) throws(SignalLineReader.Rejection) {
        guard text.utf8.count <= most else {
            throw SignalLineReader.Rejection(
                description: "\(name): has \(text.utf8.count) bytes; at most \(most) are kept")
        }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw SignalLineReader.Rejection(description: "\(name): has a control character")
        }
    }
}

/// What holds for signals that do not say it themselves.
package struct SignalDefaults: Sendable {
    /// nil: each must say it.
    package var type: SignalType?
    package var opinion = Opinion.seed
    package var source: String?

    package init() {}
}

/// The one form in which each type of value is kept and compared.
package enum SignalValue {
    /// Longest value of a type that is not a hash, in bytes.
    package static let longest = 64 << 10

    /// - Throws: a `Rejection` if the value can't be one of its type. Nothing is trimmed: a hash with a stray
    ///   newline is a broken hash.
    package static func normalized(_ value: String, _ type: SignalType) throws(SignalLineReader.Rejection) -> String {
        switch type {
        case .sha256, .pdq: return try hex(value, digits: 64, type)
        case .sha1: return try hex(value, digits: 40, type)
        case .md5, .urlmd5: return try hex(value, digits: 32, type)
        case .domain: return try domain(value)
        case .url, .term, .phrase, .combination, .document, .vpdq, .tmk:
            guard value.contains(where: { !$0.isWhitespace }) else { throw reject(type, "is empty") }
            guard value.utf8.count <= longest else {
                throw reject(type, "has \(value.utf8.count) bytes; at most \(longest) are kept")
            }
            if type == .combination {
                do throws(Combination.Failure) {
                    _ = try Combination(value)
                } catch {
                    throw reject(type, error.description)
                }
            }
            if type == .document, DocumentWords.isWritten(value) {
                do throws(DocumentWords.Failure) {
                    _ = try DocumentWords(value)
                } catch {
                    throw reject(type, error.description)
                }
            }
            return value
        }
    }

    private static func hex(_ value: String, digits: Int, _ type: SignalType) throws(SignalLineReader.Rejection)
        -> String
    {
        let isHex = value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"):
                true
            default: false
            }
        }
        guard isHex, value.utf8.count == digits else { throw reject(type, "must be \(digits) hexadecimal digits") }
        return value.lowercased()
    }

    private static func domain(_ value: String) throws(SignalLineReader.Rejection) -> String {
        let name = value.lowercased()
        let trimmed = name.hasSuffix(".") ? String(name.dropLast()) : name
        let labels = trimmed.split(separator: ".", omittingEmptySubsequences: false)
        let valid =
            trimmed.utf8.count <= 253 && labels.count >= 1
            && labels.allSatisfy { label in
                !label.isEmpty && label.utf8.count <= 63
                    && label.utf8.allSatisfy { byte in
                        byte >= 0x80 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    }
            }
        guard valid else { throw reject(.domain, "is not a domain name") }
        var ascii = trimmed
        if !trimmed.utf8.allSatisfy({ $0 < 0x80 }) {
            guard let mapped = ascii.withUTF8({ DomainName.ascii(UnsafeRawBufferPointer($0)) }) else {
                throw reject(.domain, "is not a domain name")
            }
            ascii = String(decoding: mapped, as: UTF8.self)
        }
        guard !ascii.withUTF8({ DomainName.isPublicSuffix(UnsafeRawBufferPointer($0), .registry) }) else {
            throw reject(.domain, "\"\(ascii)\" is a public suffix: names below it belong to everybody")
        }
        return ascii
    }

    private static func reject(_ type: SignalType, _ why: String) -> SignalLineReader.Rejection {
        SignalLineReader.Rejection(description: "value: \(why) (type \(type.rawValue))")
    }
}

extension ByteWriter {
    /// One line, newline included. Members at their defaults are left out.
    package mutating func append(_ signal: Signal) {
        append("{\"type\":")
        appendJSON(signal.type.rawValue)
        append(",\"value\":")
        appendJSON(signal.value)
        append(",\"opinion\":")
        appendJSON(signal.opinion.rawValue)
        append(",\"labels\":")
        appendJSON(signal.labels)
        appendMember(",\"source\":", signal.source)
        appendMember(",\"id\":", signal.id)
        appendMember(",\"updatedAt\":", signal.updatedAt)
        appendMember(",\"expiresAt\":", signal.expiresAt)
        appendMember(",\"note\":", signal.note)
        if signal.match != .word { appendMember(",\"match\":", signal.match.rawValue) }
        if !signal.languages.isEmpty {
            append(",\"languages\":")
            appendJSON(signal.languages)
        }
        if signal.deleted { append(",\"deleted\":true") }
        append("}\n")
    }

    private mutating func appendMember(_ name: StaticString, _ text: String?) {
        guard let text else { return }
        append(name)
        appendJSON(text)
    }

    private mutating func appendMember(_ name: StaticString, _ time: Timestamp?) {
        guard let time else { return }
        append(name)
        appendJSON(time)
    }
}
