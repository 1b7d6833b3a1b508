/// What a signal's value is (interface, "Signals file").
package enum SignalType: String, Sendable, CaseIterable {
    case sha256, md5, sha1, pdq, vpdq, tmk, url, urlmd5, domain, term, phrase, combination, document
}

/// What a source holds of a signal. Only an undisputed `positive` may act without a person.
package enum Opinion: String, Sendable, CaseIterable {
    case positive, negative, seed, disputed

    /// What several opinions on one value amount to: a negative beside any other is a dispute.
    package func joined(with other: Opinion) -> Opinion {
        if self == other { return self }
        if self == .disputed || other == .disputed || self == .negative || other == .negative { return .disputed }
        return .positive
    }
}

/// How a term must stand in the text: inside of words too, or as whole words, and then how much disguised. For an address:
/// `word` is that address alone, `prefix` all that lies below it as well.
package enum TermMatch: String, Sendable, CaseIterable {
    case word, substring
    /// Between other signs too: single letters apart, several words together or cut elsewhere.
    case despaced
    case prefix
    /// Digits and signs for letters.
    case leet
    /// Letters left out behind signs.
    case masked
    /// One letter more, less, other, or two exchanged, in words of seven and more.
    case edit1
}

/// Something known, as one source states it.
package struct Signal: Sendable, Equatable {
    package var type: SignalType
    /// Normalised: hashes and domains in lower case.
    package var value: String
    package var opinion = Opinion.seed
    package var labels: [String] = []
    package var source: String?
    package var id: String?
    package var updatedAt: Timestamp?
    package var expiresAt: Timestamp?
    package var note: String?
    package var match = TermMatch.word
    package var languages: [String] = []
    /// The source withdraws it.
    package var deleted = false

    package init(type: SignalType, value: String) {
        self.type = type
        self.value = value
    }
}

/// A signal as findings name it.
package final class MatchedSignal: Sendable {
    package let type: SignalType
    /// `type:value`; long values stand as `type:sha256:<hex>`.
    package let reference: String
    package let source: String?
    package let opinion: Opinion
    package let labels: [String]
    package let id: String?
    /// What each source holds of it, if it is several.
    private let words: [Word]

    /// One source's word.
    package struct Word: Sendable {
        package let source: String?
        package let opinion: Opinion

        package init(source: String?, opinion: Opinion) {
            self.source = source
            self.opinion = opinion
        }
    }

    package init(_ signal: Signal, words: [Word] = []) {
        self.words = words
        type = signal.type
        reference = MatchedSignal.reference(signal.type, signal.value)
        source = signal.source
        opinion = signal.opinion
        labels = signal.labels
        id = signal.id
    }

    /// Whether one of these sources holds one of these opinions of it; no opinions: any. Policies trust one source and not
    /// another, so what all amount to must not speak for each. "" is a signal without a source.
    package func isHeld(by sources: [String], as opinions: [Opinion]) -> Bool {
        all.contains { word in
            sources.contains(word.source ?? "") && (opinions.isEmpty || opinions.contains(word.opinion))
        }
    }

    /// Whether one that is none of these sources holds it.
    package func isHeld(byOtherThan sources: [String]) -> Bool { all.contains { !sources.contains($0.source ?? "") } }

    private var all: [Word] { words.isEmpty ? [Word(source: source, opinion: opinion)] : words }

    /// Whether `a` comes first among findings; nil if a verdict names both alike.
    static func order(_ a: MatchedSignal?, _ b: MatchedSignal?) -> Bool? {
        if a === b { return nil }
        guard let a, let b else { return a == nil }
        if let order = order(a.reference, b.reference) ?? order(a.source, b.source) ?? order(a.id, b.id) {
            return order
        }
        if a.opinion != b.opinion { return a.opinion.rawValue < b.opinion.rawValue }
        for (x, y) in zip(a.labels, b.labels) {
            if let order = order(x, y) { return order }
        }
        return a.labels.count == b.labels.count ? nil : a.labels.count < b.labels.count
    }

    /// By bytes: `String` takes texts for equal that only look the same.
    private static func order(_ a: String?, _ b: String?) -> Bool? {
        guard let a, let b else { return a == nil && b == nil ? nil : a == nil }
        return a.utf8.elementsEqual(b.utf8) ? nil : a.utf8.lexicographicallyPrecedes(b.utf8)
    }

    /// Longest value that stands in a verdict as it is, in bytes.
    package static let longestValue = 256

    package static func reference(_ type: SignalType, _ value: String) -> String {
        if value.utf8.count <= longestValue { return "\(type.rawValue):\(value)" }
        var hex = ByteWriter(capacity: 64)
        hex.appendHex(SHA256.hash(Array(value.utf8)))
        return "\(type.rawValue):sha256:\(String(decoding: hex.bytes, as: UTF8.self))"
    }
}
