package import Detection
package import Events

/// `metadata.sightings`: has what uploads show counted across accounts (`SightingState`).
///
/// It finds nothing by itself: sightings are written once all detectors have spoken, to be counted by whoever has their
/// partition, and what comes of it comes back as signals. It stands in a stage that reads media if pictures are to be
/// known by their PDQ and files by their SHA-256 without the platform's stating them.
package struct SightingDetector: Detector {
    package static let name = "metadata.sightings"
    package static let registration = DetectorRegistration(
        name: name, version: "1",
        summary: "counts what is posted across accounts, and makes signals of what many young ones post at once",
        uses: [], needs: [.digests, .picture], settings: SightingSettings.all
    ) { _ in
        SightingDetector()
    }

    package func inspect(_ inspection: Inspection) -> Findings { Findings() }
}
