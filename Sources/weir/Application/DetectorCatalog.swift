import Detection
import HashDetection
import MetadataDetection
import TextDetection

/// The detectors that `pipeline.yaml` may name. A new one is a folder of its own, a line here, an entry there.
enum DetectorCatalog {
    static let all: [DetectorRegistration] =
        [
            AccountDetector.registration, BehaviourDetector.registration, FileDetector.registration,
            ForwardingDetector.registration,
        ] + hashDetectors + textDetectors + [SightingDetector.registration]
}
