internal import Events

/// What is known of an account as it is first seen with a mark, or begins to stream.
struct KnownAccount {
    let fact: Code
    let hours: Int

    /// nil if nothing is.
    ///
    /// - Parameters:
    ///   - account: of a streamer, its stream.
    ///   - age: of the account, in hours.
    init?(
        _ record: borrowing ThingRecord, _ account: UInt32, _ isYoung: Bool, _ age: UInt32?, _ time: StateTime,
        _ settings: SightingSettings
    ) {
        let removed = record.removed.flatMap { removed in
            time >= removed.at && time.seconds - removed.at.seconds <= settings.returnWithin ? removed : nil
        }
        if let returning = record.kind.returning {
            // What many share names nobody: a picture that everybody begins with, the device of a library.
            guard let removed, removed.account != account, isYoung, record.recent.count < settings.returnAccounts else {
                return nil
            }
            fact = returning
            hours = Int(time.seconds - removed.at.seconds) / 3_600
        } else if let removed {
            // One strike for live (Facebook, 15 May 2019).
            fact = "struck-account-live"
            hours = Int(time.seconds - removed.at.seconds) / 3_600
        } else {
            let week = StateTime(seconds: time.seconds - min(7 * 86_400, time.seconds))
            guard isYoung, record.recent.count(since: week, youngOnly: false) == 0 else { return nil }
            fact = "first-stream"
            hours = Int(age ?? 0)
        }
    }
}
