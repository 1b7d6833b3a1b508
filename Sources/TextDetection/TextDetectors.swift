internal import CICU
internal import CVectorscan
package import Detection
package import Events

/// What this module adds to a pipeline.
package let textDetectors: [DetectorRegistration] = [
    TermDetector.registration, CombinationDetector.registration, LinkDetector.registration,
    DocumentDetector.registration, ClassifierDetector.registration,
]

/// Why a term, phrase, combination or document can't be looked for; nil if it can, or is of another type.
package func textProblem(_ signal: Signal) -> String? {
    termProblem(signal) ?? combinationProblem(signal) ?? documentProblem(signal)
}

/// What texts fold to rests on this table: its digest, and its size in bytes.
package var foldTable: (digest: String, byteCount: Int) { (FoldTable.shared.digest, FoldTable.shared.byteCount) }

/// Versions of the libraries that decide what text folds to and how it is matched: "72.1", "5.4.9".
package let textLibraryVersions: (icu: String, vectorscan: String) = (
    String(cString: weir_icu_version()), String(String(cString: hs_version()).prefix { $0 != " " })
)
