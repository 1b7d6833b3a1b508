package import Detection

extension FileShape {
    /// Looks at a file of a type that its first bytes tell.
    package init(_ file: UnsafeRawBufferPointer, _ type: MediaType) {
        self.init()
        switch FileStructure.end(of: file, type) {
        case .at(let end): trailingBytes = file.count - end
        case .beyond: isTruncated = true
        case .unknown: break
        }
        let archive = ArchiveDirectory(file)
        encryptedEntries = archive?.encrypted ?? 0
        if type == .zip {
            isTruncated = archive == nil
        } else if let archive, archive.entries > 0 {
            alsoIs = .zip
        } else if type != .pdf, FileShape.find("%PDF-", in: file.prefix(1_024)) != nil {
            // Readers look for it there (ISO 32000-1, H.3, note 13).
            alsoIs = .pdf
        }
        if type == .unknown { encryptedEntries = max(encryptedEntries, LockedArchive.entries(of: file)) }
        if type == .pdf, FileShape.find("/Encrypt", in: file.suffix(2_048)) != nil { encryptedEntries = 1 }
    }

    private static func find(_ text: StaticString, in bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        text.withUTF8Buffer { text in
            var place = bytes.startIndex
            while let next = bytes[place...].firstIndex(of: text[0]) {
                if bytes[next...].starts(with: text) { return next }
                place = next + 1
            }
            return nil
        }
    }
}
