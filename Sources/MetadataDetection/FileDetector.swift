internal import Configuration
package import Detection
package import Events

/// `metadata.file`: whether files are what they are said to be, and no more than that.
///
/// | fact | value |
/// | --- | --- |
/// | `empty-file` | — |
/// | `size-mismatch` | bytes; the platform states another number |
/// | `extension-mismatch` | — ; the address ends like another type's |
/// | `truncated-file` | — ; it ends before its own structure does |
/// | `trailing-data` | bytes behind its end. Phones put a film behind a picture: by itself it says little |
/// | `polyglot-file` | — ; an archive or a PDF too |
/// | `encrypted-archive` | files in it that need a password; 1 for a PDF |
///
/// Facts that link uploads and order queues: none of them says what a file shows.
///
/// With `linkingKeys` the verdict's fingerprints say besides what links files to others (`LinkingKey`): that is no
/// finding, so that no rule can ask for it.
package struct FileDetector: Detector {
    static let linkingKeys = Setting(
        "linkingKeys", .boolean, standard: false,
        "Whether verdicts say, as hashes, with what, when and how a file was made, to link it to others.")

    package static let registration = DetectorRegistration(
        name: "metadata.file", version: "1",
        summary: "empty, cut, longer or otherwise than stated; two types at once; archives under a password", uses: [],
        facts: [
            "empty-file", "size-mismatch", "extension-mismatch", "truncated-file", "trailing-data", "polyglot-file",
            "encrypted-archive",
        ],
        needs: .digests, needsWith: { $0[linkingKeys] ? .linking : [] }, settings: [linkingKeys]
    ) { _ in
        FileDetector()
    }

    package init() {}

    package func inspect(_ inspection: Inspection) -> Findings {
        var findings = Findings()
        let batch = inspection.batch
        inspection.selection.forEach { position in
            for item in batch.events[position].media {
                let fact = inspection.media[item]
                guard fact.state == .read, let count = fact.byteCount else { continue }
                func report(_ code: Code, _ value: Int64? = nil) {
                    findings.found.append(Finding(event: position, media: item, fact: code, value: value))
                }
                if let stated = batch.media[item].byteCount, stated != Int64(count) {
                    report("size-mismatch", Int64(count))
                }
                guard count > 0 else {
                    report("empty-file")
                    continue
                }
                if let real = fact.type, hasExtensionOfAnother(batch, item, real) { report("extension-mismatch") }
                guard let shape = fact.shape else { continue }
                if shape.isTruncated { report("truncated-file") }
                if let trailing = shape.trailingBytes, trailing > 0 { report("trailing-data", Int64(trailing)) }
                if shape.alsoIs != nil { report("polyglot-file") }
                if shape.encryptedEntries > 0 { report("encrypted-archive", Int64(shape.encryptedEntries)) }
            }
        }
        return findings
    }

    private func hasExtensionOfAnother(_ batch: EventBatch, _ item: Int, _ real: MediaType) -> Bool {
        guard real != .unknown, let stated = batch.withBytes(batch.media[item].url, FileExtension.type) else {
            return false
        }
        return !stated.isCompatible(with: real)
    }
}

/// What an address's last letters say that a file is.
enum FileExtension {
    /// nil for none that is known. Query and fragment don't count.
    static func type(_ address: UnsafeRawBufferPointer) -> MediaType? {
        let end = address.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? address.count
        let path = UnsafeRawBufferPointer(rebasing: address[..<end])
        guard let dot = path.lastIndex(of: UInt8(ascii: ".")), path.count - dot - 1 <= 5,
            !path[dot...].contains(UInt8(ascii: "/"))
        else { return nil }
        let letters = path[(dot + 1)...].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return known.first { letters.elementsEqual($0.0.utf8) }?.1
    }

    private static let known: [(String, MediaType)] = [
        ("jpg", .jpeg), ("jpeg", .jpeg), ("png", .png), ("gif", .gif), ("webp", .webp), ("bmp", .bmp), ("tif", .tiff),
        ("tiff", .tiff), ("heic", .heic), ("heif", .heic), ("avif", .avif), ("mp4", .mp4), ("m4v", .mp4),
        ("mov", .quicktime), ("webm", .webm), ("mkv", .webm), ("mpg", .mpeg), ("mpeg", .mpeg), ("pdf", .pdf),
        ("zip", .zip),
    ]
}
