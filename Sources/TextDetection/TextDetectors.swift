internal import CICU
internal import CVectorscan
package import Detection

/// What this module adds to a pipeline.
package let textDetectors: [DetectorRegistration] = [
    TermDetector.registration, LinkDetector.registration, ClassifierDetector.registration,
]

/// Versions of the libraries that decide what text folds to and how it is matched: "72.1", "5.4.9".
package let textLibraryVersions: (icu: String, vectorscan: String) = (
    String(cString: weir_icu_version()), String(String(cString: hs_version()).prefix { $0 != " " })
)
