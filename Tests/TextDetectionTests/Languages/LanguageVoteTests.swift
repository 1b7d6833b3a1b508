import Events
import TestSupport
import Testing

@testable import TextDetection

@Suite struct LanguageVoteTests {
    @Test(arguments: LanguageSentences.all)
    func sentences(tag: String, text: String) {
        let vote = vote(text)
        #expect(vote.tag?.description == tag, "\(vote.languages.tags)")
        #expect(vote.margin > 0)
    }

    @Test(arguments: LanguageSentences.alike)
    func alikeLanguagesAreNotTakenForOneAnother(tags: [String], text: String) {
        let vote = vote(text)
        #expect(vote.outcome == .among)
        #expect(vote.languages.tags.map(\.description) == tags)
        #expect(vote.tag == nil)
    }

    /// Nothing, too little, no prose, names.
    @Test(arguments: [
        "", " ", "ok", "lobak", "😀 👍🏽", "12 345 67,8", "Anna Berg", "https://de.example/die/und/der?ist=das",
        "@die #und der_das", "x = 3 + 4", "α β", "日本", "lorem dolor sit amet consectetur", "\u{0}\u{1}\u{2}",
        "qwerty uiop asdf ghjkl zxcv bnm tree house river stone",
    ])
    func tooLittleIsNotSure(text: String) {
        #expect(!vote(text).isCertain)
    }

    /// Foreign words, names, addresses, capitals, punctuation of other scripts.
    @Test(arguments: [
        ("en", "“The café” is open, AND you are WELCOME to come (with your dog): see https://cafe.example/de/la/les"),
        ("ru", "Смотри на https://site.example/the/and/of, там всё есть, но не для меня, потому что я не был там"),
        ("ar", "هذا هو الكتاب الذي كان عند المعلم، ثم ذهب إلى Berlin؟ نعم، لكن لم يكن مع أحد"),
        ("de", "DIE RÄUME SIND NICHT OFFEN, UND WIR KÖNNEN ES AUCH NICHT ÄNDERN"),
        ("fr", "Aujourd’hui, l’école n’est pas ouverte: c’est ce qu’il a dit à la mairie"),
        ("ja", "東京の天気は晴れです。ABC社の新しい本を読みました。"),
        ("ur", "یہ ایک کتاب ہے۔ وہ کتاب میری نہیں ہے، اور نہ ہی اس کی ہے۔"),
    ])
    func otherSignsDoNotMatter(tag: String, text: String) {
        #expect(vote(text).tag?.description == tag)
    }

    /// A sentence does not vanish in what is written around it.
    @Test func stretchesThatDisagreeMakeItMixed() throws {
        let english = String(repeating: "The house is by the river, and they are not at home when we come. ", count: 20)
        let german = String(repeating: "Das Haus ist am Fluss, und sie sind nicht da, wenn wir kommen. ", count: 10)
        #expect(vote(english).tag == "en")
        #expect(vote(english + german).outcome == .mixed)
        #expect(vote(german + english).outcome == .mixed)
        #expect(vote(english + german).languages == vote(english).languages.union(vote(german).languages))
        #expect(vote(english + german, untilSure: true).tag == "en")
        #expect(vote(german + english, untilSure: true).tag == "de")
    }

    @Test func stretchesThatNarrowEachOtherDown() {
        var vote = LanguageVote(outcome: .among, languages: LanguageSet(profiles: 0b110))
        vote.add(LanguageVote())
        #expect(vote.outcome == .among)
        vote.add(LanguageVote(outcome: .sure, languages: LanguageSet(profiles: 0b100), margin: 7))
        #expect(vote == LanguageVote(outcome: .sure, languages: LanguageSet(profiles: 0b100), margin: 7))
        vote.add(LanguageVote(outcome: .among, languages: LanguageSet(profiles: 0b1100)))
        #expect(vote.outcome == .sure && vote.languages == LanguageSet(profiles: 0b100))
        vote.add(LanguageVote(outcome: .sure, languages: LanguageSet(profiles: 0b1), margin: 9))
        #expect(vote == LanguageVote(outcome: .mixed, languages: LanguageSet(profiles: 0b101)))
        vote.add(LanguageVote(outcome: .sure, languages: LanguageSet(profiles: 0b1), margin: 9))
        #expect(vote.outcome == .mixed)
        var pair = LanguageVote(outcome: .among, languages: LanguageSet(profiles: 0b110))
        pair.add(LanguageVote(outcome: .among, languages: LanguageSet(profiles: 0b1100)))
        #expect(pair == LanguageVote(outcome: .sure, languages: LanguageSet(profiles: 0b100)))
    }

    @Test(arguments: UInt64(1)...60)
    func votesAsTheModelDoes(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let model = LanguageModel()
        for _ in 0..<4 {
            let text = randomText(&random)
            let (fast, plain) = (vote(text), model.vote(text))
            #expect(fast == plain, "\(text.unicodeScalars.map(\.value))")
        }
    }

    /// Any bytes, wherever they lie: with others before and behind them, and at the end of their memory.
    @Test(arguments: UInt64(1)...100)
    func bytesAroundDoNotMatter(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var bytes = Array(randomText(&random).utf8)
        for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        let alone = bytes.withUnsafeBufferPointer { LanguageVoter.vote($0) }
        for shift in [1, 3, 8] {
            let front = (0..<shift).map { _ in UInt8.random(in: 0...255, using: &random) }
            let among = front + bytes + Array("the and of".utf8)
            let there = among.withUnsafeBufferPointer {
                LanguageVoter.vote(UnsafeBufferPointer(rebasing: $0[shift..<shift + bytes.count]))
            }
            #expect(there == alone)
        }
    }

    @Test func profilesAreWellFormed() {
        #expect(LanguageProfile.all.count <= 64)
        for profile in LanguageProfile.all {
            let words = profile.words.split(separator: " ")
            #expect(words.count >= 20, "\(profile.tag)")
            for word in words {
                #expect(word.lowercased() == word && !word.isEmpty, "\(profile.tag) \(word)")
                for letter in word.unicodeScalars {
                    let script = letter.properties.isAlphabetic || letter.value >= 0x300
                    #expect(script, "\(profile.tag) \(word)")
                    #expect(WritingSystem(letter.value) == profile.script, "\(profile.tag) \(word)")
                }
            }
        }
    }

    @Test func tagsOfTheVoteAreKnownByName() {
        for tag in Language.tags { #expect(!Language.set(of: tag.description).isEmpty, "\(tag)") }
        #expect(Language.set(of: "nb-NO") == Language.set(of: "no"))
        #expect(Language.set(of: "am").tags == ["und-Ethi"])
        #expect(Language.set(of: "sr").tags.map(\.description).sorted() == ["sh", "sr"])
        #expect(Language.set(of: "IW") == Language.set(of: "he"))
        #expect(Language.set(of: "und-ethi").tags == ["und-Ethi"])
        #expect(Language.set(of: "xx").isEmpty && Language.set(of: "").isEmpty && Language.set(of: "und").isEmpty)
    }

    private func vote(_ text: String, untilSure: Bool = false) -> LanguageVote {
        var text = text
        return text.withUTF8 { LanguageVoter.vote($0, untilSure: untilSure) }
    }

    /// Words of languages, of none, and signs, in any order.
    private func randomText(_ random: inout SplitMix64) -> String {
        let signs = [
            " ", " ", " ", " ", ", ", ". ", ".", ":", "://", "@", "#", "-", "'", "’", "\n", "1", "، ", "。", "\u{200C}",
            "\u{AD}", "\u{301}", "😀", "É", "\u{0}", "ạ", "ß", "«", "\u{1D400}", "𠀀",
        ]
        let one = Int.random(in: 0..<LanguageProfile.all.count, using: &random)
        let sentences = LanguageSentences.all.map(\.text)
        var text = ""
        for _ in 0..<Int.random(in: 0...90, using: &random) {
            switch Int.random(in: 0..<12, using: &random) {
            case 0...5:
                let words = LanguageProfile.all[one].words.split(separator: " ")
                text += words.randomElement(using: &random) ?? ""
            case 6:
                let words = LanguageProfile.all.randomElement(using: &random)?.words.split(separator: " ")
                text += words?.randomElement(using: &random)?.uppercased() ?? ""
            case 7:
                let sentence = Array(sentences.randomElement(using: &random) ?? "")
                let start = Int.random(in: 0..<sentence.count, using: &random)
                text += String(sentence[start...].prefix(Int.random(in: 1...40, using: &random)))
            case 8: text += String(repeating: "abc日ж".randomElement(using: &random) ?? "a", count: 30)
            default: text += signs.randomElement(using: &random) ?? ""
            }
            text += Bool.random(using: &random) ? " " : signs.randomElement(using: &random) ?? " "
        }
        return text
    }
}
