/// Counts what one stretch of a text says.
struct LanguageBallot {
    /// Points without which nothing is sure: two words of three letters, or letters that few languages have beside them.
    static let least: Int32 = 6
    /// By how many points, and by which part of its own, a language must be ahead of the next.
    static let leastLead: Int32 = 4
    static let lead: Int32 = 10
    /// So many languages may be too alike, and the text be one of them for certain.
    static let mostAlike = 3
    /// One word of so many must be known.
    static let share: UInt32 = 8
    /// Letters without which a script that says it all is not sure; twice as many as characters of Han and Hangul.
    static let leastLetters: UInt32 = 8

    /// All of them, for the version.
    static let thresholds = [
        Int(least), Int(leastLead), Int(lead), mostAlike, Int(share), Int(leastLetters), LanguageVoter.stretch,
        LanguageVoter.longestStretch,
    ]

    /// Made once: `allCases` makes an array each time.
    private static let systems = WritingSystem.allCases

    private let tables: LanguageTables
    private let words: UnsafeMutablePointer<UInt32>
    private let scripts: UnsafeMutablePointer<UInt32>
    private let letters: UnsafeMutablePointer<UInt32>
    /// Of each profile; whatever stands there before.
    private let points: UnsafeMutablePointer<UInt32>
    private let wordCount: UInt32
    private let hasLetters: Bool

    init(
        _ tables: LanguageTables, words: UnsafeMutablePointer<UInt32>, scripts: UnsafeMutablePointer<UInt32>,
        letters: UnsafeMutablePointer<UInt32>, points: UnsafeMutablePointer<UInt32>, wordCount: UInt32,
        hasLetters: Bool
    ) {
        self.tables = tables
        self.words = words
        self.scripts = scripts
        self.letters = letters
        self.points = points
        self.wordCount = wordCount
        self.hasLetters = hasLetters
    }

    func count() -> LanguageVote {
        var (total, most, script) = (UInt32(0), UInt32(0), WritingSystem.latin)
        for one in LanguageBallot.systems {
            // A character of these is a syllable or a word.
            let letters = scripts[Int(one.rawValue)] * (one == .han || one == .kana || one == .hangul ? 2 : 1)
            total += letters
            if letters > most { (most, script) = (letters, one) }
        }
        guard most > 0 else { return LanguageVote() }
        if script == .han || script == .kana { return eastAsian(of: total) }
        // Names, loans and addresses in other letters are common; a text of two halves is neither.
        guard most * 10 >= total * 7 else { return LanguageVote() }
        if script.tag != nil { return alone(script, most) }
        return byWords(script)
    }

    /// A script that says it all.
    private func alone(_ script: WritingSystem, _ letters: UInt32) -> LanguageVote {
        let languages = LanguageSet(script)
        // Single signs stand in formulae and emoticons.
        guard letters >= LanguageBallot.leastLetters else { return LanguageVote(languages: languages) }
        return LanguageVote(outcome: .sure, languages: languages, margin: letters)
    }

    /// Japanese is written with Kana among Han, Chinese without.
    private func eastAsian(of total: UInt32) -> LanguageVote {
        let han = scripts[Int(WritingSystem.han.rawValue)]
        let kana = scripts[Int(WritingSystem.kana.rawValue)]
        let both = (han + kana) * 2
        guard both * 10 >= total * 6 else { return LanguageVote() }
        let japanese = LanguageSet(.kana)
        let chinese = LanguageSet(.han)
        if kana * 10 >= both, kana >= 2, both >= LanguageBallot.leastLetters {
            return LanguageVote(outcome: .sure, languages: japanese, margin: kana)
        }
        if kana * 40 <= both, han >= LanguageBallot.leastLetters {
            return LanguageVote(outcome: .sure, languages: chinese, margin: han)
        }
        return LanguageVote(languages: japanese.union(chinese))
    }

    private func byWords(_ script: WritingSystem) -> LanguageVote {
        let range = tables.profilesOfScript[Int(script.rawValue)]
        let points = UnsafeMutableRawPointer(self.points).assumingMemoryBound(to: Int32.self)
        for profile in range { points[profile] = Int32(words[profile] & 0xFFFF) }
        if hasLetters { weighLetters(of: script, range, points) }
        var (best, most, second) = (-1, Int32(0), Int32(0))
        for profile in range {
            if points[profile] > most {
                (best, most, second) = (profile, points[profile], most)
            } else if points[profile] > second {
                second = points[profile]
            }
        }
        var vote = LanguageVote()
        vote.hasEnglish = words[LanguageProfile.english] >> 16 >= 2
        guard best >= 0 else { return vote }
        let lead = max(LanguageBallot.leastLead, most / LanguageBallot.lead)
        for profile in range where points[profile] > 0 && most - points[profile] < lead {
            vote.languages.profiles |= 1 << UInt64(profile)
        }
        let known = words[best] >> 16
        vote.leans = known > 0 && most >= LanguageBallot.leastLead
        guard most >= LanguageBallot.least, known >= 2, known * LanguageBallot.share >= wordCount else { return vote }
        switch vote.languages.profiles.nonzeroBitCount {
        case 1:
            vote.outcome = .sure
            vote.margin = UInt32(most - second)
        case 2...LanguageBallot.mostAlike: vote.outcome = .among
        default: break
        }
        return vote
    }

    /// Letters speak for the languages that have them, and against those in which they don't stand.
    private func weighLetters(of script: WritingSystem, _ range: Range<Int>, _ points: UnsafeMutablePointer<Int32>) {
        for number in tables.lettersOfScript[Int(script.rawValue)] where letters[number] > 0 {
            let letter = tables.letters[number]
            let count = Int32(min(letters[number], 64))
            let gain = letter.own.nonzeroBitCount <= 3 ? 2 * count : count
            for profile in range {
                let bit = UInt64(1) << UInt64(profile)
                if letter.own & bit != 0 {
                    points[profile] += gain
                } else if letter.tolerated & bit == 0 {
                    points[profile] -= 3 * count
                }
            }
        }
    }
}
