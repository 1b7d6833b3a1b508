/// What a platform is asked to do, in rising order of force (interface, "Verdict").
package enum Action: UInt8, Sendable, CaseIterable, Comparable, BitwiseCopyable {
    case allow, label, limit, redirect, review, hold, remove, endStream, escalate

    package var name: StaticString {
        switch self {
        case .allow: "allow"
        case .label: "label"
        case .limit: "limit"
        case .redirect: "redirect"
        case .review: "review"
        case .hold: "hold"
        case .remove: "remove"
        case .endStream: "endStream"
        case .escalate: "escalate"
        }
    }

    package init?(name: String) {
        guard let action = Action.allCases.first(where: { "\($0.name)" == name }) else { return nil }
        self = action
    }

    /// Whether a person has to look: such verdicts stand on the review topic too.
    package var needsPerson: Bool { self == .review || self == .hold || self == .escalate }

    /// Whether the action is taken without a person.
    package var isAutomated: Bool { self != .review && self != .escalate }

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
