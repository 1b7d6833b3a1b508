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
    /// Different hosts that its links led to in the day before it was last seen.
    package var hosts: Int
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
            hosts: record.hostCount, bytes: bytes.count)
    }
}

extension AccountRecord {
    /// When it was last seen.
    fileprivate var hostCount: Int {
        guard !hosts.isEmpty else { return 0 }
        var reader = RecordReader(hosts.bytes)
        var known = DistinctCount()
        known.read(now: hosts.base, from: &reader)
        return known.count(now: last)
    }
}
