internal import Events

/// Which signals a verdict was judged by: the files' contents and the place in the topic up to which it was read.
package struct SignalVersion: Sendable, Equatable, CustomStringConvertible {
    /// The beginning of a SHA-256 of the files' own, in hexadecimal; nil without files.
    package var files: String?
    package var topic: String?
    /// Of the topic's partitions, in order: the first offset that has not been read.
    package var offsets: [Int64]

    package init(files: String? = nil, topic: String? = nil, offsets: [Int64] = []) {
        self.files = files
        self.topic = topic
        self.offsets = offsets
    }

    /// Of more partitions their offsets would make verdicts long.
    private static let mostOffsets = 64

    /// `files:0123456789ab`, `signals@17.0.5`, both, or `none`. Of more than 64 partitions the beginning of the SHA-256 of
    /// the same list stands in its place, `signals@#0123456789ab`.
    package var description: String {
        var parts: [String] = []
        if let files { parts.append("files:\(files)") }
        if let topic {
            let list = offsets.map(String.init).joined(separator: ".")
            if offsets.count <= SignalVersion.mostOffsets {
                parts.append("\(topic)@\(list)")
            } else {
                var name = ByteWriter()
                name.appendHex(SHA256.hash(Array(list.utf8)))
                parts.append("\(topic)@#\(String(decoding: name.bytes.prefix(12), as: UTF8.self))")
            }
        }
        return parts.isEmpty ? "none" : parts.joined(separator: " ")
    }
}
