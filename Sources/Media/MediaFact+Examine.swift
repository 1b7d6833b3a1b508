internal import Detection
internal import Events

extension MediaFact {
    /// One pass over the file, in pieces that stay in the processor's nearest cache for the digests after the first.
    ///
    /// - Parameters:
    ///   - digests: whether all are wanted.
    ///   - linking: makes linking keys; nil if none are wanted.
    ///   - named: whether a picture's SHA-256 is at least, by which its hashes are kept.
    mutating func examine(_ file: [UInt8], digests: Bool, linking: LinkingHash? = nil, named: Bool) {
        state = .read
        byteCount = file.count
        file.withUnsafeBytes { bytes in
            let type = MediaSniffer.type(of: bytes)
            self.type = type
            shape = FileShape(bytes, type)
            if let linking { linkingKeys = FileTraces(bytes, type).keys(linking) }
            guard digests else {
                if named, type.isPicture { sha256 = sha256 ?? SHA256.hash(file) }
                return
            }
            var (sha256, sha1, md5) = (SHA256(), SHA1(), MD5())
            for start in stride(from: 0, to: bytes.count, by: 16 << 10) {
                let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + (16 << 10), bytes.count)])
                sha256.update(piece)
                sha1.update(piece)
                md5.update(piece)
            }
            self.sha256 = sha256.finish()
            self.sha1 = sha1.finish()
            self.md5 = md5.finish()
        }
    }
}
