internal import Events

/// What is known of an account as it begins to use a device, or to stream.
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
        if record.kind == .device {
            // Wright and others, 2016: who was suspended comes back.
            guard let removed, removed.account != account, isYoung else { return nil }
            fact = "returning-account"
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
