internal import Events

/// Languages that the vote knows: a bit for each profile, and for each script that needs no words.
struct LanguageSet: Sendable, Equatable, BitwiseCopyable {
    /// By position in `LanguageProfile.all`.
    var profiles: UInt64 = 0
    /// By `WritingSystem`.
    var scripts: UInt64 = 0

    static let none = LanguageSet()

    init(profiles: UInt64 = 0, scripts: UInt64 = 0) {
        self.profiles = profiles
        self.scripts = scripts
    }

    init(_ script: WritingSystem) { scripts = 1 << UInt64(script.rawValue) }

    init(profile: Int) { profiles = 1 << UInt64(profile) }

    var isEmpty: Bool { profiles | scripts == 0 }
    var count: Int { profiles.nonzeroBitCount + scripts.nonzeroBitCount }

    func intersects(_ other: LanguageSet) -> Bool { profiles & other.profiles | scripts & other.scripts != 0 }

    func intersection(_ other: LanguageSet) -> LanguageSet {
        LanguageSet(profiles: profiles & other.profiles, scripts: scripts & other.scripts)
    }

    func union(_ other: LanguageSet) -> LanguageSet {
        LanguageSet(profiles: profiles | other.profiles, scripts: scripts | other.scripts)
    }

    mutating func formUnion(_ other: LanguageSet) { self = union(other) }

    /// Tags of the languages, in the order of profiles and scripts. Not for the hot path.
    var tags: [Code] {
        LanguageProfile.all.indices.filter { profiles >> UInt64($0) & 1 != 0 }.map { LanguageProfile.all[$0].tag }
            + WritingSystem.allCases.filter { scripts >> UInt64($0.rawValue) & 1 != 0 }.compactMap(\.tag)
    }
}
