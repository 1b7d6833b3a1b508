import Events
import Media

/// A file that is no list of events, as the event of its own upload.
enum ScanFile {
    /// Nobody sends these over a wire: a file may be as large as media may.
    static func limits(_ largestFile: Int) -> DecodeLimits {
        var limits = DecodeLimits()
        limits.textBytes = largestFile
        limits.identifierBytes = 64 << 10
        // In base64 three bytes are four, and the event stands around them.
        limits.recordBytes = largestFile / 3 * 4 + (1 << 20)
        return limits
    }

    /// What reads as text is a text, everything else a media item that says nothing of its type.
    static func event(path: String, contents: [UInt8]) -> [UInt8] {
        var out = ByteWriter(capacity: contents.count * 3 / 2 + 512)
        out.append("{\"specversion\":\"1.0\",\"type\":\"weir.upload.created.v1\",\"source\":\"/scan\",\"id\":")
        out.appendJSON(path)
        out.append(",\"data\":{\"account\":{\"id\":\"scan\"},")
        if isText(contents) {
            out.append("\"text\":{\"body\":")
            contents.withUnsafeBytes { out.appendJSON($0) }
            out.append("}}}")
        } else {
            out.append("\"media\":[{\"inline\":\"")
            out.append(Base64.encode(contents))
            out.append("\"}]}}")
        }
        return out.bytes
    }

    private static func isText(_ contents: [UInt8]) -> Bool {
        !contents.contains(0) && contents.withUnsafeBytes { JSONReader.isUTF8($0) }
    }
}
