package import Detection

/// Tells a file's type by its first bytes: the patterns of WHATWG MIME Sniffing, sections 6 and 7, and the formats'
/// own standards for what is not there (TIFF 6.0, ISO/IEC 14496-12 brands, Matroska's EBML header).
package enum MediaSniffer {
    /// So many first bytes decide.
    static let reach = 512

    package static func type(of file: UnsafeRawBufferPointer) -> MediaType {
        let head = UnsafeRawBufferPointer(rebasing: file.prefix(reach))
        for (type, magic) in signatures where head.starts(with: magic) { return type }
        if head.has("WEBPVP", at: 8), head.starts(with: "RIFF") { return .webp }
        if head.starts(with: "BM"), isBitmap(head) { return .bmp }
        if let type = isoMedia(head) { return type }
        if isWebM(head) { return .webm }
        if isMPEG(head) { return .mpeg }
        return .unknown
    }

    private static let signatures: [(MediaType, [UInt8])] = [
        (.jpeg, [0xFF, 0xD8, 0xFF]),
        (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        (.gif, Array("GIF87a".utf8)), (.gif, Array("GIF89a".utf8)),
        // TIFF and BigTIFF, little and big endian.
        (.tiff, [0x49, 0x49, 0x2A, 0x00]), (.tiff, [0x4D, 0x4D, 0x00, 0x2A]),
        (.tiff, [0x49, 0x49, 0x2B, 0x00]), (.tiff, [0x4D, 0x4D, 0x00, 0x2B]),
        (.pdf, Array("%PDF-".utf8)),
        // With files, empty, and the later parts of one that was cut into several.
        (.zip, [0x50, 0x4B, 0x03, 0x04]), (.zip, [0x50, 0x4B, 0x05, 0x06]), (.zip, [0x50, 0x4B, 0x07, 0x08]),
    ]

    /// Two letters are little to go by, so the size of the header behind the file's must be a known one too.
    private static func isBitmap(_ head: UnsafeRawBufferPointer) -> Bool {
        guard head.count >= 18 else { return false }
        let size = head.loadUnaligned(fromByteOffset: 14, as: UInt32.self).littleEndian
        return [12, 16, 40, 52, 56, 64, 108, 124].contains(size)
    }

    /// A file of ISO boxes by its brands; QuickTime's from before brands by its first atom.
    private static func isoMedia(_ head: UnsafeRawBufferPointer) -> MediaType? {
        guard head.count >= 12 else { return nil }
        guard head.has("ftyp", at: 4) else {
            return ["moov", "mdat", "wide", "pnot"].contains { head.has($0, at: 4) } ? .quicktime : nil
        }
        let stated = Int(head.loadUnaligned(as: UInt32.self).bigEndian)
        guard stated >= 16, stated.isMultiple(of: 4) else { return nil }
        // The major brand, then those the file is compatible with; between them a version.
        let others = stride(from: 16, to: min(stated, head.count) - 3, by: 4)
        for offset in [8] + Array(others) {
            for (type, brands) in isoBrands where brands.contains(where: { head.has($0, at: offset) }) { return type }
        }
        return nil
    }

    private static let isoBrands: [(MediaType, [StaticString])] = [
        (.avif, ["avif", "avis"]),
        (.heic, ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"]),
        (.quicktime, ["qt  "]),
        (.mp4, ["isom", "iso2", "iso4", "iso5", "iso6", "mp4", "avc1", "M4V", "M4A", "MSNV", "dash", "3gp", "3g2"]),
    ]

    /// Matroska too, which WebM is a subset of.
    private static func isWebM(_ head: UnsafeRawBufferPointer) -> Bool {
        guard head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) else { return false }
        // The document type, element 0x4282, stands near the front, behind its length.
        for offset in 4..<min(48, head.count) where head.has([0x42, 0x82], at: offset) {
            if head.has("webm", at: offset + 3) || head.has("matroska", at: offset + 3) { return true }
        }
        return false
    }

    /// A program stream's pack header, an elementary stream's sequence header, or packets of a transport stream.
    private static func isMPEG(_ head: UnsafeRawBufferPointer) -> Bool {
        if head.starts(with: [0, 0, 1, 0xBA]) || head.starts(with: [0, 0, 1, 0xB3]) { return true }
        return head.count > 2 * 188 && [0, 188, 376].allSatisfy { head[$0] == 0x47 }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func starts(with text: StaticString) -> Bool { has(text, at: 0) }

    fileprivate func has(_ text: StaticString, at offset: Int) -> Bool {
        text.withUTF8Buffer { has($0, at: offset) }
    }

    fileprivate func has(_ bytes: some Collection<UInt8>, at offset: Int) -> Bool {
        offset + bytes.count <= count && self[offset...].starts(with: bytes)
    }
}
