/// Terms that mean something only together: what a `combination` signal holds.
///
///     near(8; grey lantern; march | gather)         within eight words
///     without(attack; game | level | match)         and none of these in the sentence
///     some(2; torch; oil; rope | ladder)            two of the three in the upload
///
/// Parts stand between semicolons, a part's alternatives between bars. `\` before a sign makes it text. White space around
/// a term doesn't matter.
package struct Combination: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// One of each part within a stretch of so many words of one field.
        case near(words: Int)
        /// One of the first part in a sentence that has none of the second.
        case without
        /// So many of the parts in title and body.
        case some(least: Int)
    }

    package static let mostParts = 16
    /// Of all parts.
    package static let mostTerms = 256
    package static let mostWords = 100

    package let kind: Kind
    /// Alternatives of each part.
    package let parts: [[String]]

    package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// - Throws: what is wrong with the value.
    package init(_ value: String) throws(Failure) {
        var reader = Reader(value)
        let name = try reader.name()
        var fields = try reader.fields()
        switch name {
        case "near":
            let words = try Combination.number(&fields, 2...Combination.mostWords, "near", "words")
            kind = .near(words: words)
        case "some":
            kind = .some(
                least: try Combination.number(&fields, 1...max(1, fields.count - 1), "some", "so many of its parts"))
        case "without": kind = .without
        default:
            throw Failure(description: "\"\(name.prefix(40))\" is no combination: near, without or some")
        }
        parts = fields
        let count = kind == .without ? 2...2 : 2...Combination.mostParts
        guard count.contains(parts.count) else {
            let asked = kind == .without ? "two" : "2 to \(Combination.mostParts)"
            throw Failure(description: "has \(parts.count) parts; \(name) has \(asked)")
        }
        let terms = parts.reduce(0) { $0 + $1.count }
        guard terms <= Combination.mostTerms else {
            throw Failure(description: "has \(terms) terms; at most \(Combination.mostTerms)")
        }
    }

    private static func number(
        _ fields: inout [[String]], _ range: ClosedRange<Int>, _ name: String, _ what: String
    ) throws(Failure) -> Int {
        guard let first = fields.first, first.count == 1, let number = Int(first[0]), range.contains(number) else {
            throw Failure(
                description: "\(name) begins with a number, \(range.lowerBound) to \(range.upperBound): \(what)")
        }
        fields.removeFirst()
        return number
    }

    /// One value from its beginning to its end.
    private struct Reader {
        private var rest: Substring.UnicodeScalarView
        private let space: (Unicode.Scalar) -> Bool = { $0.properties.isWhitespace }

        init(_ value: String) { rest = Substring(value).unicodeScalars }

        mutating func name() throws(Failure) -> String {
            let name = rest.prefix { $0 != "(" }
            rest = rest.dropFirst(name.count)
            guard rest.popFirst() != nil else {
                throw Failure(description: "is none of near(…), without(…) and some(…)")
            }
            return trimmed(String.UnicodeScalarView(name))
        }

        /// What stands between the brackets, to the end of the value.
        mutating func fields() throws(Failure) -> [[String]] {
            var fields: [[String]] = [[]]
            var term = String.UnicodeScalarView()
            while let next = rest.popFirst() {
                switch next {
                case "\\":
                    guard let escaped = rest.popFirst() else { throw Failure(description: "ends behind \\") }
                    term.append(escaped)
                case ";", "|", ")":
                    let text = trimmed(term)
                    guard !text.isEmpty else {
                        throw Failure(
                            description: "has an empty term before \"\(next)\"; write \\ before a sign that is text")
                    }
                    fields[fields.count - 1].append(text)
                    term = String.UnicodeScalarView()
                    if next == ";" { fields.append([]) }
                    guard next == ")" else { continue }
                    guard rest.allSatisfy(space) else {
                        throw Failure(description: "goes on behind its last bracket")
                    }
                    return fields
                default: term.append(next)
                }
            }
            throw Failure(description: "has no bracket at its end")
        }

        private func trimmed(_ text: String.UnicodeScalarView) -> String {
            let start = text.firstIndex { !space($0) } ?? text.endIndex
            let end = text.lastIndex { !space($0) }.map(text.index(after:)) ?? start
            return String(text[start..<end])
        }
    }
}
