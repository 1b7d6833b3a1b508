internal import Configuration
internal import Events

/// An account that posts far more of a kind within an hour than it used to: its own past is the measure, since a news
/// agency's usual hour would be a burst of anybody else's.
///
/// Facts `text-burst`, `media-burst`, `link-burst`, `live-burst`; value: how many within the hour.
struct VelocityRule: AccountRule {
    static let burstAtLeast = Setting(
        "burstAtLeast", .integer(2...60_000), standard: 30, "So many of a kind within an hour, at least, are a burst.")
    static let burstTimes = Setting(
        "burstTimes", .integer(1...1_000), standard: 6,
        "A burst is so many times what the account posted of that kind in an hour, on average of the week before; less than "
            + "one an hour counts as one.")
    static let settings: [any AnySetting] = [burstAtLeast, burstTimes]

    private let least: Int
    private let times: Int

    init(_ settings: Settings) {
        least = settings[VelocityRule.burstAtLeast]
        times = settings[VelocityRule.burstTimes]
    }

    func look(at view: borrowing AccountView, _ report: (Code, Int64) -> Void) {
        for activity in Activity.allCases where view.does.contains(activity) {
            let hour = view.record.counts[activity.rawValue].lastHour
            guard hour >= least else { continue }
            // Of the 167 hours before; without fractions, so that all machines agree.
            let before = max(0, view.record.counts[activity.rawValue].lastWeek - hour)
            guard hour * 167 >= times * max(167, before) else { continue }
            report(VelocityRule.facts[activity.rawValue], Int64(hour))
        }
    }

    private static let facts: [Code] = ["text-burst", "media-burst", "link-burst", "live-burst"]
}
