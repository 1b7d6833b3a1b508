internal import Configuration
internal import Events

/// Language tags (BCP 47).
enum Language {
    /// The primary subtag in small letters; empty for none and for those that name no one language.
    static func primary(of tag: some Collection<UInt8>) -> [UInt8] {
        let subtag = tag.prefix { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }
            .map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        return subtag.elementsEqual("und".utf8) || subtag.elementsEqual("mul".utf8) ? [] : subtag
    }

    /// What the vote may call a text whose language has this primary subtag; none if it does not know it.
    static func set(ofPrimary subtag: some Collection<UInt8>) -> LanguageSet {
        // Two or three letters, as one number.
        guard (2...3).contains(subtag.count) else { return .none }
        return known[subtag.reduce(0) { $0 << 8 | UInt32($1) }] ?? .none
    }

    /// Of a tag as policies and settings have it; `und-Ethi` is a script.
    static func set(of tag: String) -> LanguageSet {
        if let script = scriptTags[tag.lowercased()] { return LanguageSet(script) }
        return set(ofPrimary: primary(of: tag.utf8))
    }

    /// Every tag that the vote gives, sorted.
    static let tags: [Code] = Set(LanguageProfile.all.map(\.tag) + WritingSystem.allCases.compactMap(\.tag))
        .sorted { $0.description < $1.description }

    /// A tag of a language that the vote knows.
    static var format: ValueFormat<String> {
        ValueFormat(
            scalar: "language",
            expectation: "a language tag, one of " + tags.map(\.description).joined(separator: ", "),
            decode: { set(of: $0).isEmpty ? nil : $0 }, render: { "\"\($0)\"" })
    }

    private static let scriptTags = Dictionary(
        uniqueKeysWithValues: WritingSystem.allCases.compactMap { script in
            script.tag.flatMap { $0.description.hasPrefix("und-") ? ($0.description.lowercased(), script) : nil }
        })

    private static let known: [UInt32: LanguageSet] = {
        var known: [UInt32: LanguageSet] = [:]
        func add(_ tag: String, _ set: LanguageSet) {
            known[tag.utf8.reduce(0) { $0 << 8 | UInt32($1) }, default: .none].formUnion(set)
        }
        for (index, profile) in LanguageProfile.all.enumerated() {
            add(profile.tag.description, LanguageSet(profile: index))
        }
        for script in WritingSystem.allCases {
            let set = LanguageSet(script)
            if let tag = script.tag?.description, !tag.hasPrefix("und-") { add(tag, set) }
            for member in script.members { add(member.description, set) }
        }
        // Other names, and members of what is one language here (IANA's registry of language subtags).
        for (name, tag) in aliases {
            add(name, known[tag.utf8.reduce(0) { $0 << 8 | UInt32($1) }] ?? .none)
        }
        return known
    }()

    private static let aliases: [(name: String, tag: String)] = [
        ("in", "id"), ("ind", "id"), ("iw", "he"), ("nb", "no"), ("nn", "no"), ("fil", "tl"), ("ceb", "tl"),
        ("hr", "sh"), ("bs", "sh"), ("sr", "sh"), ("cnr", "sh"), ("cnr", "sr"), ("mo", "ro"), ("msa", "ms"),
        ("zsm", "ms"), ("arb", "ar"), ("arz", "ar"), ("apc", "ar"), ("prs", "fa"), ("pes", "fa"), ("ckb", "ku"),
        ("kmr", "ku"), ("swh", "sw"), ("cmn", "zh"), ("yue", "zh"), ("wuu", "zh"), ("nan", "zh"), ("pbt", "ps"),
        ("pus", "ps"), ("urd", "ur"), ("som", "so"), ("hau", "ha"),
    ]
}
