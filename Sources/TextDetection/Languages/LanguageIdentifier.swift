internal import CCLD2

/// Compact Language Detector 2: knows more languages than the vote, and takes some 30 µs and more for a text. For what
/// has a hit and an unsure vote.
enum LanguageIdentifier {
    /// "V2.0 - 20141016": what it says follows from its tables.
    static let version = String(cString: weir_cld2_version())

    /// Below so many bytes it is not asked: of texts of 20 characters it calls one of thirteen wrongly.
    static let least = 40

    /// What it says, as far as it is to be heard: it calls languages that it does not know English, and so that counts
    /// only where English words stand.
    static func identify(_ text: UnsafeBufferPointer<UInt8>, _ vote: LanguageVote) -> [UInt8]? {
        guard text.count >= least else { return nil }
        return identify(text).flatMap { $0.elementsEqual("en".utf8) && !vote.hasEnglish ? nil : $0 }
    }

    /// The language's primary subtag in small letters; nil if it is not reliable.
    static func identify(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(weir_cld2_tag_size)) { tag in
            tag.initialize(repeating: 0)
            let isReliable = text.withMemoryRebound(to: CChar.self) {
                weir_cld2_identify($0.baseAddress, $0.count, tag.baseAddress)
            }
            guard isReliable else { return nil }
            return Language.primary(of: tag.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
        }
    }

    /// What an answer may stand for: it takes these for one another.
    static func meant(by subtag: [UInt8]) -> LanguageSet {
        let answer = Language.set(ofPrimary: subtag)
        return alike.reduce(answer) { $1.intersects(answer) ? $0.union($1) : $0 }
    }

    private static let alike: [LanguageSet] = [
        ["id", "ms"], ["da", "no"], ["cs", "sk"], ["sh", "sl", "sr", "mk", "bg"], ["gl", "pt", "es", "ca"],
        ["nl", "af"],
        ["tr", "az"], ["hi", "mr", "ne"], ["ru", "uk", "be"],
    ].map { tags in tags.reduce(LanguageSet.none) { $0.union(Language.set(ofPrimary: $1.utf8)) } }
}
