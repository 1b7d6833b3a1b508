internal import Events

/// What telling languages rests on, as detectors' versions name it.
enum LanguageVersion {
    /// `lang.` and the first digits of a SHA-256 over words, letters, scripts and thresholds; to be counted up by hand
    /// where the reading of texts changes.
    static let ofVote: String = {
        var text = "1"
        for profile in LanguageProfile.all {
            text += "\n\(profile.tag) \(profile.script) \(profile.letters) \(profile.tolerated) \(profile.words)"
        }
        for script in WritingSystem.allCases { text += "\n\(script) \(script.tag?.description ?? "")" }
        for number in LanguageBallot.thresholds { text += " \(number)" }
        var hex = ByteWriter()
        hex.appendHex(SHA256.hash(Array(text.utf8)))
        return "lang." + String(decoding: hex.bytes.prefix(12), as: UTF8.self)
    }()

    /// `cld2.2.0-20141016`
    static let ofIdentifier =
        "cld2." + LanguageIdentifier.version.filter { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }

    /// What finding terms rests on: the folding, and whether a signal's languages are the text's.
    static let ofTerms = "fold.\(FoldTable.shared.digest.prefix(12))+\(ofVote)+\(ofIdentifier)"
}
