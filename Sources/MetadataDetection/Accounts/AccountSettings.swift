package import Configuration
internal import Events

/// What the fold over accounts is told: the clock, the bounds of its state, and its rules with theirs.
package struct AccountSettings: Sendable {
    static let lateness = Setting(
        "lateness", .duration(.zero...(.seconds(86_400))), standard: .seconds(600),
        "How much later than the newest event of its partition an event may come and still count.")
    static let latenessBySource = Setting(
        "latenessBySource", .sourceLateness, standard: SourceLateness(),
        "The same for events of one source (`source` of the CloudEvent), or of those that begin alike (`/feeds/*`).")
    static let ahead = Setting(
        "ahead", .duration(.zero...(.seconds(86_400))), standard: .seconds(60),
        "How far an event's time may be ahead of its record's; beyond it the record's counts.")
    static let mostAccounts = Setting(
        "mostAccounts", .integer(1_000...1_000_000_000), standard: 10_000_000,
        "Accounts of one partition that are remembered; of more, those that were seen longest ago are forgotten.")
    static let mostBytes = Setting(
        "mostBytes", .byteSize((1 << 20)...(1 << 40)), standard: ByteSize(bytes: 2 << 30),
        "Bytes that the accounts of one partition may take; beyond it the same.")
    static let mostEvents = Setting(
        "mostEvents", .integer(1_000...100_000_000), standard: 1_000_000,
        "Events of one partition that are remembered for a day, so that one that is delivered again counts once.")

    package static var all: [any AnySetting] {
        [lateness, latenessBySource, ahead, mostAccounts, mostBytes, mostEvents]
            + AccountRules.all.flatMap { $0.settings }
    }

    let lateness: Duration
    let latenessBySource: SourceLateness
    let ahead: Duration
    let mostAccounts: Int
    let mostBytes: Int
    let mostEvents: Int
    let rules: AccountRuleSet

    package init(_ settings: Settings) {
        lateness = settings[AccountSettings.lateness]
        latenessBySource = settings[AccountSettings.latenessBySource]
        ahead = settings[AccountSettings.ahead]
        mostAccounts = settings[AccountSettings.mostAccounts]
        mostBytes = settings[AccountSettings.mostBytes].bytes
        mostEvents = settings[AccountSettings.mostEvents]
        rules = AccountRuleSet(settings)
    }

    /// Every setting at its default.
    package init() { self.init(Settings(known: AccountSettings.all)) }
}
