package import Events

/// What is known of one account, for people.
package struct AccountSummary: Sendable {
    /// Of a kind of activity.
    package struct Counts: Sendable, Equatable {
        package var name: String
        package var lastHour: Int
        package var lastDay: Int
        package var lastWeek: Int
    }

    package var firstSeen: Timestamp
    package var lastSeen: Timestamp
    /// When it came back after at least a day, and after how many hours, if that was ever so.
    package var returned: (at: Timestamp, afterHours: Int)?
    /// Of the windows that end when it was last seen; only of what it does.
    package var counts: [Counts]
    /// What the platform did about it: strikes as they stood at the newest event, in thousandths, and when there was
    /// one for terrorist content and when it was removed, last.
    package var strikes: (thousandths: Int, terrorism: Timestamp?, removed: Timestamp?)?
    /// Different hosts that its links led to in the day before it was last seen.
    package var hosts: Int
    /// Different hashtags of that day.
    package var hashtags: Int
    /// Bytes of its record.
    package var bytes: Int
}

extension AccountState {
    /// nil if nothing is known of it.
    package func summary(of account: String) -> AccountSummary? {
        guard let bytes = content.store[content.key(of: account)], let record = AccountRecord(bytes) else { return nil }
        let counts = Activity.allCases.compactMap { activity -> AccountSummary.Counts? in
            let count = record[activity]
            if count.isEmpty { return nil }
            return AccountSummary.Counts(
                name: "\(activity)", lastHour: count.lastHour, lastDay: count.lastDay, lastWeek: count.lastWeek)
        }
        return AccountSummary(
            firstSeen: record.first.timestamp, lastSeen: record.last.timestamp,
            returned: record.woke.map { ($0.at.timestamp, Int($0.afterHours)) }, counts: counts,
            strikes: record.strikes.map { strikes in
                let now = max(record.last, newest.map { StateTime($0) } ?? record.last)
                return (
                    Int(strikes.value(at: now, content.settings.rules.strikeDecay)), strikes.terrorism?.timestamp,
                    strikes.removed?.timestamp
                )
            },
            hosts: record.distinct(record.hosts), hashtags: record.distinct(record.hashtags), bytes: bytes.count)
    }
}

extension AccountRecord {
    /// How many different things a part has, when the account was last seen.
    fileprivate func distinct(_ part: Part) -> Int {
        var known = DistinctCount()
        known.read(part)
        return known.count(now: last)
    }
}
