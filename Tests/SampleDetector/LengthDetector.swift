internal import Configuration
package import Detection
package import Events
internal import Signals

/// `sample.length`: a detector outside the product. Says which texts are longer than a number of bytes, and which
/// uploads name a known domain at all.
///
/// | finding | value |
/// | --- | --- |
/// | fact `long-text` | bytes of the body |
/// | fact `knows-links` | how many links the upload has, if any domain is known |
package struct LengthDetector: Detector {
    package static let registration = DetectorRegistration(
        name: "sample.length", version: "3", summary: "long texts", settings: [longest]
    ) { context in LengthDetector(context) }

    private static let longest = Setting("longest", .integer(0...1_000_000), standard: 10, "Bytes that are not long.")

    private let longest: Int
    private let knowsLinks: Bool

    private init(_ context: DetectorContext) {
        longest = context.settings[LengthDetector.longest]
        knowsLinks = !context.signals.links.isEmpty
    }

    package func inspect(_ inspection: Inspection) async throws -> Findings {
        var findings = Findings()
        inspection.selection.forEach { position in
            let event = inspection.batch.events[position]
            let count = Int(event.body.count)
            if count > longest {
                findings.found.append(Finding(event: position, fact: "long-text", value: Int64(count)))
            }
            if knowsLinks, !event.links.isEmpty {
                findings.found.append(Finding(event: position, fact: "knows-links", value: Int64(event.links.count)))
            }
        }
        return findings
    }
}
