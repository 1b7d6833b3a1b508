package import Configuration

/// What the counting across accounts is told.
package struct SightingSettings: Sendable {
    package static let things = Setting(
        "things", .list(of: .choice(Sighting.Kind.allCases.map(\.name))),
        standard: ["file", "picture", "link", "device", "streamer", "avatar", "profile"],
        "What is counted by: file (SHA-256), picture (PDQ), link, document (texts of 12 words and more, near copies as one), text "
            + "(the first letters of longer ones); and of accounts device, streamer, avatar, profile and name."
    )
    static let youngerThan = Setting(
        "youngerThan", .duration, standard: .seconds(7 * 86_400),
        "Accounts younger than this are young, if the platform says when they were made.")
    static let youngAccounts = Setting(
        "youngAccounts", .integer(2...64), standard: 10,
        "So many different young accounts with one thing within `within` are a campaign, if the next three hold too.")
    static let within = Setting(
        "within", .duration(.seconds(1)...(.seconds(86_400))), standard: .seconds(3_600), "See youngAccounts.")
    static let youngShare = Setting(
        "youngShare", .number(0...1), standard: 0.5,
        "Share that young accounts have at least of all that posted the thing within a day.")
    static let times = Setting(
        "times", .number(0...1_000_000), standard: 4,
        "How many times as often it is posted within an hour as in an hour of the week before, on average; less than one "
            + "an hour counts as one.")
    static let togetherAccounts = Setting(
        "togetherAccounts", .integer(0...64), standard: 0,
        "So many different accounts, of any age, within togetherWithin of the first are a campaign too; 0: no number is."
    )
    static let togetherWithin = Setting(
        "togetherWithin", .duration(.seconds(1)...(.seconds(3_600))), standard: .seconds(30), "See togetherAccounts.")
    static let streamAccounts = Setting(
        "streamAccounts", .integer(0...63), standard: 8,
        "So many different accounts that post the link to a young account's live stream within streamWithin are a campaign; "
            + "0: no number is.")
    static let streamWithin = Setting(
        "streamWithin", .duration(.seconds(1)...(.seconds(86_400))), standard: .seconds(600), "See streamAccounts.")
    static let textHosts = Setting(
        "textHosts", .integer(0...64), standard: 8,
        "So many different hosts that one text leads to within a day are a campaign, if young accounts are youngShare of "
            + "those that posted it; 0: no number is. Counts where things has document or text.")
    static let returnWithin = Setting(
        "returnWithin", .duration(.seconds(60)...(.seconds(ThingRecord.longestMemory))),
        standard: .seconds(30 * 86_400),
        "How long after an account's removal a young one with the same device, avatar, profile or name is taken for its "
            + "return, and how long after a strike for terrorist content an account's live streams are told of.")
    static let returnAccounts = Setting(
        "returnAccounts", .integer(1...64), standard: 5,
        "A device, avatar, profile or name that more different accounts had than so many, beside those that were removed, "
            + "names nobody.")
    static let nearRepeats = Setting(
        "nearRepeats", .integer(0...1_000), standard: 0,
        "An upload is told of from the one on with which one account alone has posted near copies of one picture or text so many "
            + "times within a day; 0: none is.")
    static let quiet = Setting(
        "quiet", .duration(.seconds(60)...(.seconds(5 * 86_400))), standard: .seconds(6 * 3_600),
        "A campaign ends when its thing was not posted for so long.")
    static let signalFor = Setting(
        "signalFor", .duration(.seconds(60)...(.seconds(90 * 86_400))), standard: .seconds(3 * 86_400),
        "How long a campaign's signal is in force after its last update.")
    static let distance = Setting(
        "distance", .integer(0...64), standard: 31, "Bits by which pictures that are one may differ at most.")
    static let lateness = Setting(
        "lateness", .duration(.zero...(.seconds(86_400))), standard: .seconds(3_600),
        "How much later than the newest of its partition a sighting may come and still count.")
    static let mostThings = Setting(
        "mostThings", .integer(1_000...1_000_000_000), standard: 5_000_000,
        "Things of one partition that are remembered; of more, those that were seen longest ago are forgotten.")
    static let mostSightings = Setting(
        "mostSightings", .integer(1_000...100_000_000), standard: 1_000_000,
        "Sightings of one partition that are remembered for a day, so that one that is written again counts once.")

    package static var all: [any AnySetting] {
        [
            things, youngerThan, youngAccounts, within, youngShare, times, togetherAccounts, togetherWithin,
            streamAccounts, streamWithin, textHosts, returnWithin, returnAccounts, nearRepeats, quiet,
            signalFor, distance, lateness, mostThings, mostSightings,
        ]
    }

    let things: Set<Sighting.Kind>
    /// In seconds, as all times here.
    let youngerThan: Int64
    let youngAccounts: Int
    let within: UInt32
    let youngShare: Double
    let times: Double
    let togetherAccounts: Int
    let togetherWithin: UInt32
    let streamAccounts: Int
    let streamWithin: UInt32
    let textHosts: Int
    let returnWithin: UInt32
    let returnAccounts: Int
    let nearRepeats: Int
    let quiet: UInt32
    let signalFor: Int64
    let distance: Int
    let lateness: Duration
    let mostThings: Int
    let mostSightings: Int

    package init(_ settings: Settings) {
        let names = settings[SightingSettings.things]
        things = Set(Sighting.Kind.allCases.filter { names.contains($0.name) })
        youngerThan = settings[SightingSettings.youngerThan].components.seconds
        youngAccounts = settings[SightingSettings.youngAccounts]
        within = UInt32(clamping: settings[SightingSettings.within].components.seconds)
        youngShare = settings[SightingSettings.youngShare]
        times = settings[SightingSettings.times]
        togetherAccounts = settings[SightingSettings.togetherAccounts]
        togetherWithin = UInt32(clamping: settings[SightingSettings.togetherWithin].components.seconds)
        streamAccounts = settings[SightingSettings.streamAccounts]
        streamWithin = UInt32(clamping: settings[SightingSettings.streamWithin].components.seconds)
        textHosts = settings[SightingSettings.textHosts]
        returnWithin = UInt32(clamping: settings[SightingSettings.returnWithin].components.seconds)
        returnAccounts = settings[SightingSettings.returnAccounts]
        nearRepeats = settings[SightingSettings.nearRepeats]
        quiet = UInt32(clamping: settings[SightingSettings.quiet].components.seconds)
        signalFor = settings[SightingSettings.signalFor].components.seconds
        distance = settings[SightingSettings.distance]
        lateness = settings[SightingSettings.lateness]
        mostThings = settings[SightingSettings.mostThings]
        mostSightings = settings[SightingSettings.mostSightings]
    }

    /// Every setting at its default.
    package init() { self.init(Settings(known: SightingSettings.all)) }
}
