internal import Configuration
internal import Events

/// An account whose links lead to many different hosts within a day, as those do that pass on mirrors of removed content
/// (Tech Against Terrorism on domain hopping; `promo-domain` rules of Bluesky's automod count alike).
///
/// Fact `many-hosts`; value: how many. From 65 on it is an estimate (`DistinctCount`).
struct LinkSpreadRule: AccountRule {
    static let hostsAtLeast = Setting(
        "hostsAtLeast", .integer(2...10_000), standard: 20,
        "Different hosts that an account's links led to within a day, from which on it is reported.")
    static let settings: [any AnySetting] = [hostsAtLeast]
    static let facts: [Code] = ["many-hosts"]

    private let least: Int

    init(_ settings: Settings) { least = settings[LinkSpreadRule.hostsAtLeast] }

    func look(at view: borrowing AccountView, _ report: (Code, Int64) -> Void) {
        if view.hosts >= least { report("many-hosts", Int64(view.hosts)) }
    }
}
