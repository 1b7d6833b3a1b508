internal import Configuration
internal import Events

/// An account that posts the same again and again (`IdenticalReply` of Bluesky's automod counts alike).
///
/// Facts `repeated-text`, `repeated-media`; value: how often within a day. Texts are the same if their letters are
/// (`TextSkeleton`), media if their SHA-256 is, or else their
/// MD5.
struct RepetitionRule: AccountRule {
    static let repeatsAtLeast = Setting(
        "repeatsAtLeast", .integer(2...10_000), standard: 5,
        "How often an account posts the same within a day before it is reported.")
    static let settings: [any AnySetting] = [repeatsAtLeast]
    static let facts: [Code] = ["repeated-text", "repeated-media"]

    private let least: Int

    init(_ settings: Settings) { least = settings[RepetitionRule.repeatsAtLeast] }

    func look(at view: borrowing AccountView, _ report: (Code, Int64) -> Void) {
        if view.textRepeats >= least { report("repeated-text", Int64(view.textRepeats)) }
        if view.mediaRepeats >= least { report("repeated-media", Int64(view.mediaRepeats)) }
    }
}
