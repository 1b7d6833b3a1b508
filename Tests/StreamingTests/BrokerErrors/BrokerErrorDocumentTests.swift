internal import Foundation
internal import Testing

/// The table of docs/operations.md says what `Resources/broker-errors.json` says.
@Suite struct BrokerErrorDocumentTests {
    @Test func operatorsReadTheSameTable() throws {
        let document = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../docs/operations.md").standardizedFileURL
        let lines = try String(contentsOf: document, encoding: .utf8).split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex(of: Self.head), "the table is not there")
        let found = Array(lines[start...].prefix { $0.hasPrefix("|") }.dropFirst(2))
        #expect(found == Self.lines, "should be:\n\(Self.lines.joined(separator: "\n"))")
    }

    @Test func everyRequestIsMetWithErrors() {
        #expect(Set(BrokerError.all.map(\.request)) == Set(BrokerErrorNames.requests.keys))
    }

    private static let head = "| request | what Weir does |"

    /// A line for each kind of request, in the order of the file; an error stands with the most that it leads to.
    private static var lines: [String] {
        var requests: [String] = []
        var reactions: [String: [(error: String, reaction: BrokerError.Reaction)]] = [:]
        for row in BrokerError.all {
            let request = row.label
            if reactions[request] == nil { requests.append(request) }
            var known = reactions[request] ?? []
            if let place = known.firstIndex(where: { $0.error == row.word }) {
                known[place].reaction = max(known[place].reaction, row.reaction)
            } else {
                known.append((row.word, row.reaction))
            }
            reactions[request] = known
        }
        return requests.map { request in
            let cells = BrokerError.Reaction.allCases.compactMap { reaction -> String? in
                let errors = (reactions[request] ?? []).filter { $0.reaction == reaction }.map(\.error)
                return errors.isEmpty ? nil : "**\(reaction)**: \(errors.joined(separator: ", "))"
            }
            return "| \(request) | \(cells.joined(separator: "; ")) |"
        }
    }
}

extension BrokerError {
    fileprivate var label: String {
        if mending != nil { return "`\(request)`, while it mends a failure" }
        return switch topic {
        case "input": "`\(request)`, of the input"
        case nil: "`\(request)`"
        default: "`\(request)`, of an output"
        }
    }

    fileprivate var word: String {
        switch error {
        case "NO_ERROR": "an answer that is late"
        case "_TRANSPORT": "connection closed"
        default: "`\(error)`"
        }
    }
}
