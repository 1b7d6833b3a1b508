internal import Events

/// Near copies that one account posts again and again: the same encoded anew, or with some words exchanged. What is the same
/// byte by byte, or letter by letter, is counted where accounts are (`RepetitionRule`).
///
/// Only things that nobody else has posted within the day: how often each of many accounts did is not kept.
extension SightingFold {
    /// How often within a day, this time included; nil for what is not told of.
    borrowing func nearRepeats(_ numbers: CampaignRule.Numbers) -> Int? {
        guard settings.nearRepeats > 0, record.kind == .picture || record.kind == .document, numbers.accounts == 1,
            record.counts.lastDay >= settings.nearRepeats
        else { return nil }
        return record.counts.lastDay
    }
}
