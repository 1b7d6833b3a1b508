internal import Events

/// What tells one language from others of its script: its commonest words, and letters that few have.
struct LanguageProfile: Sendable {
    /// ISO 639-1, or 639-2 where there is none; `sh` is Bosnian, Croatian and Serbian in Latin letters, which words
    /// don't tell apart.
    let tag: Code
    let script: WritingSystem
    /// In small letters, as written; those that hold sentences together, not those that they are about.
    let words: String
    /// Letters of its alphabet beyond those that the script's languages share.
    let letters: String
    /// Letters beyond those that its texts hold all the same: in loans, or typed on others' keyboards.
    let tolerated: String

    init(_ tag: Code, _ script: WritingSystem, letters: String = "", tolerated: String = "", _ words: String) {
        self.tag = tag
        self.script = script
        self.words = words
        self.letters = letters
        self.tolerated = tolerated
    }

    /// At most 64, as sets of them are the bits of a word (`LanguageSet`).
    ///
    /// Those of a script stand together.
    static let all: [LanguageProfile] = germanic + romance + slavicLatin + otherLatin + cyrillic + arabic + devanagari
    /// Position of English.
    static let english = all.firstIndex { $0.tag == "en" } ?? 0
}
