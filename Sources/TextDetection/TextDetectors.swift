internal import CICU
internal import CVectorscan
package import Detection
package import Events

/// What this module adds to a pipeline.
package let textDetectors: [DetectorRegistration] = [
    TermDetector.registration, CombinationDetector.registration, LinkDetector.registration,
    DocumentDetector.registration, ClassifierDetector.registration, LanguageDetector.registration,
]

/// Why a term, phrase, combination or document can't be looked for; nil if it can, or is of another type.
package func textProblem(_ signal: Signal) -> String? {
    termProblem(signal) ?? combinationProblem(signal) ?? documentProblem(signal)
}

/// What texts fold to rests on this table: its digest, and its size in bytes.
package var foldTable: (digest: String, byteCount: Int) { (FoldTable.shared.digest, FoldTable.shared.byteCount) }

/// Versions of the libraries that decide what text folds to, how it is matched and which language it is in: "72.1", "5.4.9",
/// "V2.0 - 20141016".
package let textLibraryVersions: (icu: String, vectorscan: String, cld2: String) = (
    String(cString: weir_icu_version()), String(String(cString: hs_version()).prefix { $0 != " " }),
    LanguageIdentifier.version
)

/// Which language a text is in, by the vote: a tag, `und`, or `mul`; and if it is certain, all it may be. Not for the hot
/// path.
package func languageOfText(_ text: UnsafeRawBufferPointer) -> (tag: String, among: [String]) {
    let vote = text.withMemoryRebound(to: UInt8.self) { LanguageVoter.vote($0) }
    return (
        vote.tag?.description ?? (vote.outcome == .mixed ? "mul" : "und"),
        vote.isCertain ? vote.languages.tags.map(\.description) : []
    )
}

/// What the identifier calls a text, as far as it is heard after a hit; nil if it is not sure. Not for the hot path.
package func identifiedLanguage(of text: UnsafeRawBufferPointer) -> String? {
    text.withMemoryRebound(to: UInt8.self) { text in
        LanguageIdentifier.identify(text, LanguageVoter.vote(text)).map { String(decoding: $0, as: UTF8.self) }
    }
}
