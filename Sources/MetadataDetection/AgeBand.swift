internal import Configuration
internal import Events

/// Accounts by their age. Of the accounts that supported terrorist groups more than three in ten were suspended within
/// two days of their making, where one platform looked for them (M. Conway and others, "Disrupting Daesh", 2017): what
/// an account's first hours say is another thing than what its first month says.
enum AgeBand: String, CaseIterable {
    case hour, day, week, month, quarter, year

    /// In seconds; an account of this age is not in the band.
    var end: Int64 {
        switch self {
        case .hour: 3_600
        case .day: 86_400
        case .week: 7 * 86_400
        case .month: 30 * 86_400
        case .quarter: 91 * 86_400
        case .year: 365 * 86_400
        }
    }

    var fact: Code {
        switch self {
        case .hour: "hour-old-account"
        case .day: "day-old-account"
        case .week: "week-old-account"
        case .month: "month-old-account"
        case .quarter: "quarter-old-account"
        case .year: "year-old-account"
        }
    }

    /// The narrowest of some bands, in their order, that an age lies in.
    static func narrowest(of bands: [AgeBand], _ age: Int64) -> AgeBand? { bands.first { age < $0.end } }
}

extension ValueFormat where Value == [AgeBand] {
    /// In their order, each once.
    static var ageBands: Self {
        let names = ValueFormat<[String]>.list(of: .choice(AgeBand.allCases.map(\.rawValue)))
        let words = AgeBand.allCases.map(\.rawValue).joined(separator: ", ")
        return Self(
            name: names.name, expectation: "a list of \(words)",
            decode: { node in
                if node.isNull { return [] }
                return names.read(node).map { names in AgeBand.allCases.filter { names.contains($0.rawValue) } }
            },
            render: { names.show($0.map(\.rawValue)) },
            explain: { node in
                guard case .sequence(let items) = node.content else { return nil }
                let wrong = items.first { item in !AgeBand.allCases.contains { item.isWord($0.rawValue) } }
                return wrong.map { Fault("expected one of \(words), found \($0.kind)", at: $0.place) }
            })
    }
}

extension YAMLNode {
    fileprivate func isWord(_ word: String) -> Bool {
        guard case .scalar(let text, _) = content else { return false }
        return text == word
    }
}
