internal import Configuration
internal import Events

/// Looks at what an account has done, once the present event is counted, and says what stands out.
///
/// A pure function of the view. A rule never decides: it reports a fact, and the policy says what follows.
protocol AccountRule: Sendable {
    static var settings: [any AnySetting] { get }
    /// What it may report.
    static var facts: [Code] { get }

    init(_ settings: Settings)

    func look(at view: borrowing AccountView, _ report: (Code, Int64) -> Void)
}

/// Every rule: what the detector declares of facts and settings is theirs.
enum AccountRules {
    static let all: [any AccountRule.Type] = [
        DormancyRule.self, VelocityRule.self, LinkSpreadRule.self, RepetitionRule.self, FirstStreamRule.self,
        StrikeRule.self, HashtagRule.self,
    ]
}

/// The same rules as they were set, each kept, made and asked. By their types and not as a list: they look at every
/// event.
struct AccountRuleSet: Sendable {
    private let dormancy: DormancyRule
    private let velocity: VelocityRule
    private let linkSpread: LinkSpreadRule
    private let repetition: RepetitionRule
    private let firstStream: FirstStreamRule
    private let strikes: StrikeRule
    private let hashtags: HashtagRule

    var strikeDecay: StrikeDecay { strikes.decay }

    init(_ settings: Settings) {
        dormancy = DormancyRule(settings)
        velocity = VelocityRule(settings)
        linkSpread = LinkSpreadRule(settings)
        repetition = RepetitionRule(settings)
        firstStream = FirstStreamRule(settings)
        strikes = StrikeRule(settings)
        hashtags = HashtagRule(settings)
    }

    @inline(__always)
    func look(at view: borrowing AccountView, _ report: (Code, Int64) -> Void) {
        dormancy.look(at: view, report)
        velocity.look(at: view, report)
        linkSpread.look(at: view, report)
        repetition.look(at: view, report)
        firstStream.look(at: view, report)
        strikes.look(at: view, report)
        hashtags.look(at: view, report)
    }
}

/// An account as it stands with the present event.
struct AccountView: ~Copyable {
    var record: AccountRecord
    /// When the event was, or the account last seen if that is later; and whether it was never seen before.
    var now: StateTime
    var isNew = true
    /// What the event is.
    let does: ActivitySet
    /// Different hosts that its links led to within a day; 0 where the event has no link.
    var hosts = 0
    /// Different hashtags of the event, and of its account within a day; 0 where the event has none.
    var hashtags = 0
    var hashtagsOfDay = 0
    /// How often the event's text, and that of its media that comes most often, were posted by this account within a day.
    var textRepeats = 0
    var mediaRepeats = 0
    /// Whether it is of the first live stream of this account within a week.
    var isFirstStream = false

    /// An account that was never seen.
    init(firstSeen time: StateTime, does: ActivitySet) {
        record = AccountRecord(first: time)
        now = time
        self.does = does
    }
}

struct ActivitySet: OptionSet {
    let rawValue: UInt8

    init(rawValue: UInt8) { self.rawValue = rawValue }
    init(_ activity: Activity) { rawValue = 1 << UInt8(activity.rawValue) }

    func contains(_ activity: Activity) -> Bool { contains(ActivitySet(activity)) }
}
