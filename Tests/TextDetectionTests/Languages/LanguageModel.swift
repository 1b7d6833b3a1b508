@testable import TextDetection

/// The vote in plain Swift: characters, strings, dictionaries, one stretch after the other.
struct LanguageModel {
    private struct Stretch {
        var scripts: [WritingSystem: Int] = [:]
        var words: [[UInt8]] = []
        var letters: [Unicode.Scalar: Int] = [:]
    }

    private let forms: [Set<[UInt8]>]
    private let own: [Set<Unicode.Scalar>]
    private let tolerated: [Set<Unicode.Scalar>]

    init() {
        var forms: [Set<[UInt8]>] = []
        for profile in LanguageProfile.all {
            var its: Set<[UInt8]> = []
            for word in profile.words.split(separator: " ") {
                let capital = word.prefix(1).uppercased() + String(word.dropFirst())
                for form in [String(word), capital, word.uppercased()] where form.utf8.count <= 24 {
                    its.insert(LanguageModel.smallASCII(Array(form.utf8)))
                }
            }
            forms.append(its)
        }
        self.forms = forms
        own = LanguageProfile.all.map { Set($0.letters.unicodeScalars.map(LanguageModel.small)) }
        tolerated = LanguageProfile.all.map { Set(($0.letters + $0.tolerated).unicodeScalars.map(LanguageModel.small)) }
    }

    private static func smallASCII(_ text: [UInt8]) -> [UInt8] {
        text.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 32 : $0 }
    }

    private static func small(_ letter: Unicode.Scalar) -> Unicode.Scalar {
        let small = letter.properties.lowercaseMapping.unicodeScalars
        return small.count == 1 ? small.first ?? letter : letter
    }

    /// The letters that any profile names, and the one that stands for Vietnamese vowels with two marks.
    private func named(_ scalar: Unicode.Scalar, _ script: WritingSystem) -> Unicode.Scalar? {
        guard scalar.value >= 0x80 else { return nil }
        for (index, profile) in LanguageProfile.all.enumerated() where profile.script == script {
            // By each letter's own forms, as a capital may have several small ones.
            for letter in tolerated[index] where letter.value >= 0x80 {
                let upper = letter.properties.uppercaseMapping.unicodeScalars
                if letter == scalar || upper.count == 1 && upper.first == scalar { return letter }
            }
        }
        return script == .latin && (0x1EA0...0x1EF9).contains(scalar.value) ? "ạ" : nil
    }

    private func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x300...0x36F, 0x483...0x489, 0x2B0...0x2FF, 0xAD, 0x200B, 0x200D, 0x2060, 0xFE00...0xFE0F,
            0xFE20...0xFE2F,
            0x1AB0...0x1AFF, 0x1DC0...0x1DFF:
            WritingSystem(scalar.value) == nil
        default: false
        }
    }

    func vote(_ text: String) -> LanguageVote {
        let scalars = Array(text.unicodeScalars)
        var vote = LanguageVote()
        var stretch = Stretch()
        var (bytes, word) = (0, String.UnicodeScalarView())
        var before: Unicode.Scalar?
        var hasLetter = false
        let signs = Set("0123456789#$%&+/=@\\_~".unicodeScalars)

        func close(_ next: Unicode.Scalar?, _ afterNext: Unicode.Scalar?) {
            defer { (word, hasLetter) = (String.UnicodeScalarView(), false) }
            guard hasLetter else { return }
            if let before, signs.contains(before) || before == "." || before == ":" { return }
            if let next, signs.contains(next) { return }
            if next == "." || next == ":", let after = afterNext,
                after == "/" || after.isASCII && after.properties.isAlphabetic
            {
                return
            }
            let bytes = Array(String(word).utf8)
            stretch.words.append(bytes)
            stretch.scripts[.latin, default: 0] += word.count { $0.isASCII }
        }
        func end() {
            vote.add(decide(stretch))
            (stretch, bytes) = (Stretch(), 0)
        }
        for (place, scalar) in scalars.enumerated() {
            let length = String(scalar).utf8.count
            let isASCIILetter = scalar.isASCII && scalar.properties.isAlphabetic
            let script = scalar.isASCII ? nil : WritingSystem(scalar.value)
            bytes += length
            if isASCIILetter || script != nil || isMark(scalar) {
                word.append(scalar)
                if let script {
                    stretch.scripts[script, default: 0] += 1
                    if let letter = named(scalar, script) { stretch.letters[letter, default: 0] += 1 }
                }
                if !isMark(scalar) { hasLetter = true }
                if !scalar.isASCII, bytes >= LanguageVoter.longestStretch {
                    // What is so long without a space is cut, and its first part is no word.
                    (word, hasLetter, before) = (String.UnicodeScalarView(), false, scalar)
                    end()
                }
            } else {
                close(scalar, place + 1 < scalars.count ? scalars[place + 1] : nil)
                before = scalar
                if bytes >= LanguageVoter.stretch { end() }
            }
        }
        close(nil, nil)
        vote.add(decide(stretch))
        return vote
    }

    private func decide(_ stretch: Stretch) -> LanguageVote {
        var vote = LanguageVote()
        func weight(_ script: WritingSystem) -> Int {
            (stretch.scripts[script] ?? 0) * ([.han, .kana, .hangul].contains(script) ? 2 : 1)
        }
        let total = WritingSystem.allCases.reduce(0) { $0 + weight($1) }
        guard total > 0, let most = WritingSystem.allCases.map(weight).max(),
            let script = WritingSystem.allCases.first(where: { weight($0) == most })
        else { return vote }
        if script == .han || script == .kana {
            let (han, kana) = (stretch.scripts[.han] ?? 0, stretch.scripts[.kana] ?? 0)
            guard (han + kana) * 20 >= total * 6 else { return vote }
            if kana * 5 >= han + kana, kana >= 2, han + kana >= 4 {
                return LanguageVote(outcome: .sure, languages: LanguageSet(.kana), margin: UInt32(kana))
            }
            if kana * 20 <= han + kana, han >= 8 {
                return LanguageVote(outcome: .sure, languages: LanguageSet(.han), margin: UInt32(han))
            }
            vote.languages = LanguageSet(.han).union(LanguageSet(.kana))
            return vote
        }
        guard most * 10 >= total * 7 else { return vote }
        if script.tag != nil {
            vote.languages = LanguageSet(script)
            if most >= 8 { (vote.outcome, vote.margin) = (.sure, UInt32(most)) }
            return vote
        }
        return byWords(stretch, script)
    }

    private func byWords(_ stretch: Stretch, _ script: WritingSystem) -> LanguageVote {
        var vote = LanguageVote()
        let words = stretch.words.map(LanguageModel.smallASCII)
        func known(_ profile: Int) -> [[UInt8]] { words.filter(forms[profile].contains) }
        let english = LanguageProfile.english
        vote.hasEnglish = known(english).count >= 2
        var points: [(profile: Int, points: Int)] = []
        for (profile, its) in LanguageProfile.all.enumerated() where its.script == script {
            var sum = known(profile).reduce(0) { $0 + min(String(decoding: $1, as: UTF8.self).count, 3) }
            for (letter, count) in stretch.letters where WritingSystem(letter.value) == script {
                let count = min(count, 64)
                let owners = own.indices.filter { LanguageProfile.all[$0].script == script && own[$0].contains(letter) }
                if owners.contains(profile) {
                    sum += owners.count <= 3 ? 2 * count : count
                } else if !tolerated[profile].contains(letter) {
                    sum -= 3 * count
                }
            }
            points.append((profile, sum))
        }
        guard let best = points.max(by: { ($0.points, -$0.profile) < ($1.points, -$1.profile) }), best.points > 0 else {
            return vote
        }
        let lead = max(4, best.points / 10)
        let near = points.filter { $0.points > 0 && best.points - $0.points < lead }.map(\.profile)
        vote.languages = near.reduce(LanguageSet.none) { $0.union(LanguageSet(profile: $1)) }
        let count = known(best.profile).count
        vote.leans = count > 0 && best.points >= 4
        guard best.points >= 6, count >= 2, count * 8 >= words.count else { return vote }
        if near.count == 1 {
            vote.outcome = .sure
            let second = points.filter { $0.profile != best.profile }.map(\.points).max() ?? 0
            vote.margin = UInt32(best.points - max(0, second))
        } else if near.count <= 3 {
            vote.outcome = .among
        }
        return vote
    }
}
