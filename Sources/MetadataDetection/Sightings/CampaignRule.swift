/// When a thing is a campaign.
///
/// Many young accounts within a short time (Christchurch: 1.5 million copies in a day, more than 800 variants; GIFCT's
/// incident response opens by volume), or any accounts within seconds (co-ordinated sharing; Ferrara and others, 2016);
/// the link to a young account's live stream that many post (of Christchurch's the first report came 29 minutes after it
/// began, and fewer than 200 watched: neither is waited for); one text that leads to many hosts (domains that hop; Tech
/// Against Terrorism).
/// What is popular is neither: most who share it are no newcomers, and it was shared before. Numbers are guesses to begin
/// with, as those of all rules are.
enum CampaignRule {
    struct Numbers {
        /// Within a day.
        let accounts: Int
        let young: Int
        let networks: Int
        let hosts: Int

        init(_ record: inout ThingRecord, now: StateTime) {
            accounts = record.accounts.count(now: now)
            young = record.young.count(now: now)
            networks = record.networks.count(now: now)
            hosts = record.hasHosts ? record.hosts.count(now: now) : 0
        }
    }

    static func reason(
        _ settings: SightingSettings, _ record: borrowing ThingRecord, _ numbers: Numbers, now: StateTime
    ) -> Campaign.Reason? {
        if isBurst(settings, record, numbers, now: now) { return .youngAccounts }
        if isStream(settings, record, now: now) { return .stream }
        if settings.textHosts > 0, numbers.hosts >= settings.textHosts, isShareOfYoung(settings, numbers) {
            return .hosts
        }
        let least = settings.togetherAccounts
        guard least > 0, now.seconds - record.first.seconds <= settings.togetherWithin else { return nil }
        return record.recent.count(since: record.first, youngOnly: false) >= least ? .together : nil
    }

    private static func isStream(
        _ settings: SightingSettings, _ record: borrowing ThingRecord, now: StateTime
    ) -> Bool {
        guard settings.streamAccounts > 0, let stream = record.stream, stream.isYoung else { return false }
        let start = StateTime(seconds: now.seconds - min(settings.streamWithin, now.seconds))
        return record.recent.count(since: start, youngOnly: false, without: stream.account) >= settings.streamAccounts
    }

    private static func isShareOfYoung(_ settings: SightingSettings, _ numbers: Numbers) -> Bool {
        Double(numbers.young) >= settings.youngShare * Double(numbers.accounts)
    }

    private static func isBurst(
        _ settings: SightingSettings, _ record: borrowing ThingRecord, _ numbers: Numbers, now: StateTime
    ) -> Bool {
        guard record.recent.count >= settings.youngAccounts else { return false }
        let start = StateTime(seconds: now.seconds - min(settings.within, now.seconds))
        guard record.recent.count(since: start, youngOnly: true) >= settings.youngAccounts,
            isShareOfYoung(settings, numbers)
        else { return false }
        // The hours of the week that were before this one, of which those before the thing was first seen are not.
        let lastHour = record.counts.lastHour
        let hours = min(7 * 24, (now.seconds - record.first.seconds) / 3_600)
        let before = Double(max(0, record.counts.lastWeek - lastHour)) / Double(max(1, hours))
        return Double(lastHour) >= settings.times * max(1, before)
    }
}
