internal import Configuration
internal import Events

/// An account that slept for long and posts much at once: it may have been taken over (accounts of supporters of
/// terrorist groups have been run on hijacked, long idle ones: M. Ayad, "The Propaganda Pipeline", ISD, 2020).
///
/// Fact `dormant-account-active`; value: the days it had not been seen.
struct DormancyRule: AccountRule {
    static let dormantFor = Setting(
        "dormantFor", .duration(.seconds(86_400)...(.seconds(86_400 * 3_650))), standard: .seconds(90 * 86_400),
        "An account that was not seen for so long, and has been seen before, was dormant.")
    static let dormantUploads = Setting(
        "dormantUploads", .integer(1...10_000), standard: 5,
        "Uploads within an hour from which on a dormant account that is back is reported, until it has been back for a day."
    )
    static let settings: [any AnySetting] = [dormantFor, dormantUploads]
    static let facts: [Code] = ["dormant-account-active"]

    private let hours: UInt32
    private let uploads: Int

    init(_ settings: Settings) {
        hours = UInt32(settings[DormancyRule.dormantFor].components.seconds / 3_600)
        uploads = settings[DormancyRule.dormantUploads]
    }

    func look(at view: borrowing AccountView, _ report: (Code, Int64) -> Void) {
        guard let woke = view.record.woke, woke.afterHours >= hours, view.now >= woke.at,
            view.now.seconds - woke.at.seconds < 86_400
        else { return }
        var count = 0
        for activity in view.record.counts.indices { count += view.record.counts[activity].lastHour }
        if count >= uploads { report("dormant-account-active", Int64(woke.afterHours / 24)) }
    }
}
