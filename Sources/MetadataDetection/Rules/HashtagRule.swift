internal import Configuration
internal import Events

/// Hashtags by the dozen, as accounts that push content into what others follow put under it (supporters of ISIL
/// flooded hashtags that trended elsewhere: M. Ayad, "The Propaganda Pipeline", ISD, 2020). Noisy by itself: automod's
/// rule for it is off, and shops, bands and travellers do the same. It says something beside a known signal.
///
/// | fact | value |
/// | --- | --- |
/// | `many-hashtags` | different ones in the title and body of one upload, at most 64 |
/// | `hashtag-flood` | different ones of the account within a day; from 65 on an estimate (`DistinctCount`) |
struct HashtagRule: AccountRule {
    static let hashtagsAtLeast = Setting(
        "hashtagsAtLeast", .integer(2...EventHashtags.most), standard: 15,
        "Different hashtags in one upload, from which on it is reported.")
    static let floodAtLeast = Setting(
        "hashtagFloodAtLeast", .integer(2...10_000), standard: 60,
        "Different hashtags of an account within a day, from which on its uploads that have some are reported.")
    static let settings: [any AnySetting] = [hashtagsAtLeast, floodAtLeast]
    static let facts: [Code] = ["many-hashtags", "hashtag-flood"]

    private let least: Int
    private let flood: Int

    init(_ settings: Settings) {
        least = settings[HashtagRule.hashtagsAtLeast]
        flood = settings[HashtagRule.floodAtLeast]
    }

    func look(at view: borrowing AccountView, _ report: (Code, Int64) -> Void) {
        if view.hashtags >= least { report("many-hashtags", Int64(view.hashtags)) }
        if view.hashtagsOfDay >= flood { report("hashtag-flood", Int64(view.hashtagsOfDay)) }
    }
}
