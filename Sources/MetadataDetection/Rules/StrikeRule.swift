internal import Configuration
internal import Events

/// An account that the platform has acted on before (`AccountAction`): strikes count less the longer ago they were
/// (counted in Coop and in Ozone's severities alike); whoever had one for terrorist content is looked at as soon as it
/// goes live ("one strike", Facebook's rule of 15 May 2019); and one that was removed should not post at all.
///
/// | fact | value |
/// | --- | --- |
/// | `strikes` | hundredths of strikes that are left |
/// | `struck-account-live` | hours since the strike |
/// | `removed-account-active` | hours since it was removed |
/// | `account-action` | of what the platform tells itself: hundredths of strikes from then on |
struct StrikeRule: AccountRule {
    static let strikeHalfLife = Setting(
        "strikeHalfLife", .duration(.seconds(3_600)...(.seconds(86_400 * 3_650))), standard: .seconds(90 * 86_400),
        "The time in which a strike loses half of its weight.")
    static let strikesAtLeast = Setting(
        "strikesAtLeast", .number(0.01...1_000), standard: 0.5,
        "What must be left of an account's strikes for it to be reported.")
    static let oneStrikeFor = Setting(
        "oneStrikeFor", .duration(.seconds(3_600)...(.seconds(86_400 * 3_650))), standard: .seconds(30 * 86_400),
        "How long after a strike for terrorist content an account's live streams are reported.")
    static let settings: [any AnySetting] = [strikeHalfLife, strikesAtLeast, oneStrikeFor]
    static let facts: [Code] = ["strikes", "struck-account-live", "removed-account-active", "account-action"]

    let decay: StrikeDecay
    /// In thousandths.
    private let least: UInt32
    private let seconds: UInt32

    init(_ settings: Settings) {
        decay = StrikeDecay(halfLife: settings[StrikeRule.strikeHalfLife])
        least = UInt32((settings[StrikeRule.strikesAtLeast] * 1_000).rounded())
        seconds = UInt32(clamping: settings[StrikeRule.oneStrikeFor].components.seconds)
    }

    func look(at view: borrowing AccountView, _ report: (Code, Int64) -> Void) {
        guard let strikes = view.record.strikes else { return }
        let now = view.now
        func since(_ time: StateTime) -> UInt32 { now.seconds - min(time.seconds, now.seconds) }
        let left = strikes.value(at: now, decay)
        if left >= least { report("strikes", Int64(left / 10)) }
        if view.does.contains(.live), let strike = strikes.terrorism, since(strike) < seconds {
            report("struck-account-live", Int64(since(strike) / 3_600))
        }
        if let removed = strikes.removed { report("removed-account-active", Int64(since(removed) / 3_600)) }
    }
}
