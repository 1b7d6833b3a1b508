internal import Configuration
internal import Events

/// Looks at what an account has done, once the present event is counted, and says what stands out.
///
/// A pure function of the view. A rule never decides: it reports a fact, and the policy says what follows.
protocol AccountRule: Sendable {
    static var settings: [any AnySetting] { get }

    init(_ settings: Settings)

    func look(at view: borrowing AccountView, _ report: (Code, Int64) -> Void)
}

/// The rules in the order of their facts in `docs/metadata.md`.
enum AccountRules {
    static let all: [any AccountRule.Type] = [
        DormancyRule.self, VelocityRule.self, LinkSpreadRule.self, RepetitionRule.self, FirstStreamRule.self,
    ]
}

/// An account as it stands with the present event.
struct AccountView: ~Copyable {
    let record: AccountRecord
    /// When the event was, and whether the account was never seen before.
    let now: StateTime
    let isNew: Bool
    /// What the event is.
    let does: ActivitySet
    /// Different hosts that its links led to within a day; 0 where the event has no link.
    var hosts = 0
    /// How often the event's text, and that of its media that comes most often, were posted by this account within a day.
    var textRepeats = 0
    var mediaRepeats = 0
    /// Whether it is the first live segment of this account.
    var isFirstStream = false
}

struct ActivitySet: OptionSet {
    let rawValue: UInt8

    init(rawValue: UInt8) { self.rawValue = rawValue }
    init(_ activity: Activity) { rawValue = 1 << UInt8(activity.rawValue) }

    func contains(_ activity: Activity) -> Bool { contains(ActivitySet(activity)) }
}
