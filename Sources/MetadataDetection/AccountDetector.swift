package import Configuration
package import Detection
package import Events
internal import Signals

/// `metadata.account`: who uploads, where the links lead, and whether files are what they are said to be.
///
/// | finding | value |
/// | --- | --- |
/// | fact `young-account` | the account's age in seconds at the time of the event |
/// | a fact of `AgeBand`, of those that are set the narrowest | the same |
/// | a `domain`, `url` or `urlmd5` signal | — ; `link` is the position of the address among the event's links |
/// | fact `type-mismatch` | — ; the file's first bytes say another type than the platform declares |
package struct AccountDetector: Detector {
    package static let young = Setting(
        "young", .duration, standard: .seconds(24 * 3_600), "Accounts younger than this are reported as young-account.")

    static let ageBands = Setting(
        "ageBands", .ageBands, standard: [],
        "Accounts are reported by the narrowest of these that they are younger than, as hour-old-account and so on.")

    package static let registration = DetectorRegistration(
        name: "metadata.account", version: "2",
        summary: "account age, links against signals, declared against real media types",
        facts: ["young-account", "type-mismatch"] + AgeBand.allCases.map(\.fact), needs: .digests,
        settings: [young, ageBands]
    ) { context in
        AccountDetector(context)
    }

    private let context: DetectorContext
    private let youngSeconds: Int64
    private let ageBands: [AgeBand]

    package init(_ context: DetectorContext) {
        self.context = context
        youngSeconds = context.settings[AccountDetector.young].components.seconds
        ageBands = context.settings[AccountDetector.ageBands]
    }

    package func inspect(_ inspection: Inspection) async throws -> Findings {
        var findings = Findings()
        var scratch: [UInt8] = []
        let batch = inspection.batch
        inspection.selection.forEach { position in
            let event = batch.events[position]
            if let createdAt = event.accountCreatedAt {
                // A clock that runs ahead makes an account new, not unknown.
                let age = max(0, event.time.seconds(since: createdAt))
                if age < youngSeconds {
                    findings.found.append(Finding(event: position, fact: "young-account", value: age))
                }
                if let band = AgeBand.narrowest(of: ageBands, age) {
                    findings.found.append(Finding(event: position, fact: band.fact, value: age))
                }
            }
            if !event.links.isEmpty, !context.signals.links.isEmpty {
                inspectLinks(of: event, at: position, batch, &scratch, &findings)
            }
            for item in event.media where declaresAnotherType(item, batch, inspection.media) {
                findings.found.append(Finding(event: position, media: item, fact: "type-mismatch"))
            }
        }
        return findings
    }

    private func inspectLinks(
        of event: UploadEvent, at position: Int, _ batch: EventBatch, _ scratch: inout [UInt8],
        _ findings: inout Findings
    ) {
        for (index, link) in batch.links[event.links].enumerated() {
            batch.withBytes(link) { address in
                context.signals.forEachMatch(of: address, at: event.time, scratch: &scratch) { _, match in
                    var finding = Finding(event: position, signal: match)
                    finding.link = index
                    findings.found.append(finding)
                }
            }
        }
    }

    private func declaresAnotherType(_ item: Int, _ batch: EventBatch, _ media: MediaFacts) -> Bool {
        guard let real = media[item].type, real != .unknown else { return false }
        guard let declared = batch.withBytes(batch.media[item].contentType, DeclaredType.known) else { return false }
        return !declared.isCompatible(with: real)
    }
}

/// A media type (RFC 6838) as platforms write it.
enum DeclaredType {
    /// nil where the declaration says nothing that could be wrong, or names a type that is not told apart.
    static func known(_ text: UnsafeRawBufferPointer) -> MediaType? {
        let end = text.firstIndex { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: " ") } ?? text.count
        let name = UnsafeRawBufferPointer(rebasing: text[0..<end])
        for type in MediaType.allCases where type != .unknown && equal(name, type.rawValue) { return type }
        for (alias, type) in aliases where equal(name, alias) { return type }
        return nil
    }

    private static let aliases: [(String, MediaType)] = [
        ("image/jpg", .jpeg), ("image/pjpeg", .jpeg), ("image/x-png", .png), ("image/x-ms-bmp", .bmp),
        ("image/heif", .heic), ("video/x-m4v", .mp4),
    ]

    private static func equal(_ name: UnsafeRawBufferPointer, _ text: String) -> Bool {
        name.count == text.utf8.count
            && zip(name, text.utf8).allSatisfy { a, b in
                (a >= UInt8(ascii: "A") && a <= UInt8(ascii: "Z") ? a | 0x20 : a) == b
            }
    }
}

extension MediaType {
    /// Containers of one family carry each other's names in practice.
    func isCompatible(with other: MediaType) -> Bool {
        let family: Set<MediaType> = [.mp4, .quicktime]
        return self == other || (family.contains(self) && family.contains(other))
            || (Set([.heic, .avif]).isSuperset(of: [self, other]))
    }
}
