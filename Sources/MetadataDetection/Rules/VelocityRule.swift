internal import Configuration
internal import Events

/// An account that posts far more of a kind within an hour, or a few minutes, than it used to: its own past is the
/// measure, since a news agency's usual hour would be a burst of anybody else's.
///
/// Facts `text-burst`, `media-burst`, `link-burst`, `live-burst`; value: how many within that time.
struct VelocityRule: AccountRule {
    static let burstWithin = Setting(
        "burstWithin", .choice(Span.allCases.map(\.rawValue)), standard: Span.hour.rawValue,
        "The time that a burst is looked for in: a minute, five, or an hour.")
    static let burstAtLeast = Setting(
        "burstAtLeast", .integer(2...60_000), standard: 30, "So many of a kind within that time, at least, are a burst."
    )
    static let burstTimes = Setting(
        "burstTimes", .integer(1...1_000), standard: 6,
        "A burst is so many times what the account posted of that kind in such a time, on average of the week before; less"
            + " than one counts as one.")
    static let settings: [any AnySetting] = [burstWithin, burstAtLeast, burstTimes]
    /// By `Activity`.
    static let facts: [Code] = ["text-burst", "media-burst", "link-burst", "live-burst"]

    enum Span: String, CaseIterable, Sendable {
        case minute = "1m"
        case fiveMinutes = "5m"
        case hour = "1h"

        /// How often it stands in the rest of a week.
        var inRestOfWeek: Int {
            switch self {
            case .minute: 7 * 24 * 60 - 1
            case .fiveMinutes: 7 * 24 * 12 - 1
            case .hour: 7 * 24 - 1
            }
        }

        @inline(__always)
        func count(_ counts: SlidingCount) -> Int {
            switch self {
            case .minute: counts.lastMinute
            case .fiveMinutes: counts.lastFiveMinutes
            case .hour: counts.lastHour
            }
        }
    }

    private let within: Span
    private let least: Int
    private let times: Int

    init(_ settings: Settings) {
        within = Span(rawValue: settings[VelocityRule.burstWithin]) ?? .hour
        least = settings[VelocityRule.burstAtLeast]
        times = settings[VelocityRule.burstTimes]
    }

    func look(at view: borrowing AccountView, _ report: (Code, Int64) -> Void) {
        for activity in Activity.allCases where view.does.contains(activity) {
            let lately = within.count(view.record.counts[activity.rawValue])
            guard lately >= least else { continue }
            // Of the rest of the week; without fractions, so that all machines agree.
            let before = max(0, view.record.counts[activity.rawValue].lastWeek - lately)
            guard lately * within.inRestOfWeek >= times * max(within.inRestOfWeek, before) else { continue }
            report(VelocityRule.facts[activity.rawValue], Int64(lately))
        }
    }
}
