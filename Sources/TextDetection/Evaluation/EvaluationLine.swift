package import Events

/// One labelled text: `{"text":"…","labels":["threat"],"language":"en","functionality":"threat-person"}`.
///
/// No labels: none applies. Language and functionality may be left out; other members are passed over.
package struct EvaluationLine: Sendable, Equatable {
    package var text: String
    package var labels: [String]
    package var language: String
    package var functionality: String

    /// Longest line that is read, in bytes.
    package static let longest = 1 << 20

    package struct Rejection: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    /// - Parameter known: labels that there are.
    package init(
        _ line: UnsafeRawBufferPointer, known: [String], reader: JSONReader
    ) throws(Rejection) {
        guard line.count <= EvaluationLine.longest else {
            throw Rejection("the line has more than \(EvaluationLine.longest) bytes")
        }
        let members: [String: JSONObject.Value]
        do {
            members = try JSONObject(line, reader: reader).members
        } catch let error as JSONFailure {
            throw Rejection("is no JSON object (\(error))")
        } catch let error as DecodeError {
            throw Rejection(error.message)
        } catch {
            throw Rejection("\(error)")
        }
        guard case .text(let text) = members["text"] else { throw Rejection("text: is required, as text") }
        self.text = text
        guard case .list(let items) = members["labels"] else {
            throw Rejection("labels: is required, as a list; it may be empty")
        }
        labels = []
        for item in items {
            guard case .text(let label) = item else { throw Rejection("labels: expected a list of texts") }
            guard known.contains(label) else {
                throw Rejection("labels: one is none of \(known.joined(separator: ", "))")
            }
            if !labels.contains(label) { labels.append(label) }
        }
        language = try EvaluationLine.word("language", members) ?? "und"
        functionality = try EvaluationLine.word("functionality", members) ?? "none"
    }

    private static func word(
        _ name: String, _ members: [String: JSONObject.Value]
    ) throws(Rejection) -> String? {
        switch members[name] {
        case nil, .null: return nil
        case .text(let word):
            guard (1...64).contains(word.utf8.count) else { throw Rejection("\(name): must have 1 to 64 bytes") }
            return word
        default: throw Rejection("\(name): expected text")
        }
    }
}
