/// What a file's structure says beyond its first bytes.
package struct FileShape: Sendable, Equatable {
    /// Bytes behind the end that its own structure gives it; nil if it was not looked for.
    package var trailingBytes: Int?
    /// It ends before its own structure does.
    package var isTruncated = false
    /// What it is as well: an archive or a document that readers of those find in it.
    package var alsoIs: MediaType?
    /// Files of an archive that can't be read without a password; 1 for a document.
    package var encryptedEntries = 0

    package init() {}
}
