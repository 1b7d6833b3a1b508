package import Events

/// A compiled database as it stands in a file: a header that says what it is of, and Vectorscan's bytes.
///
/// Little-endian: `weirterm`, version, 0 (each of four bytes), the key, the SHA-256 of the bytes, their number (eight
/// bytes), the bytes. Nothing is behind them. Vectorscan must not be given bytes that it did not write: who can put a
/// file with a right checksum there can do what the process can.
package enum TermDatabaseFile {
    package static let version: UInt32 = 1
    private static let magic = Array("weirterm".utf8)
    package static let headerBytes = 8 + 4 + 4 + 32 + 32 + 8
    /// Of a whole file; a million terms take a tenth of it.
    package static let largest = 1 << 30

    /// Why a file is not used.
    package struct Refusal: Error, Equatable, CustomStringConvertible {
        package let description: String

        package init(_ description: String) { self.description = description }
    }

    package static func header(_ key: Digest256, of bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var out = magic
        append(version, to: &out)
        append(UInt32(0), to: &out)
        withUnsafeBytes(of: key.words) { out.append(contentsOf: $0) }
        withUnsafeBytes(of: checksum(bytes).words) { out.append(contentsOf: $0) }
        append(UInt64(bytes.count), to: &out)
        return out
    }

    /// Vectorscan's bytes in a file, if all of it is as it was written.
    ///
    /// - Parameter key: of the database that is wanted.
    package static func contents(
        of file: UnsafeRawBufferPointer, _ key: Digest256
    ) throws(Refusal) -> UnsafeRawBufferPointer {
        guard file.count >= headerBytes, file.prefix(8).elementsEqual(magic) else { throw Refusal("is no such file") }
        let found = UInt32(littleEndian: file.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        guard found == version else { throw Refusal("has version \(found), and \(version) is read") }
        guard file.loadUnaligned(fromByteOffset: 12, as: UInt32.self) == 0 else { throw Refusal("has an odd header") }
        guard digest(file, at: 16) == key else {
            throw Refusal("is of other terms, another Vectorscan, or another processor")
        }
        let count = UInt64(littleEndian: file.loadUnaligned(fromByteOffset: 80, as: UInt64.self))
        guard count == UInt64(file.count - headerBytes), count > 0 else {
            throw Refusal("has \(file.count - headerBytes) bytes behind its header where \(count) were written")
        }
        let contents = UnsafeRawBufferPointer(rebasing: file[headerBytes...])
        guard digest(file, at: 48) == checksum(contents) else { throw Refusal("is damaged: its checksum is another") }
        return contents
    }

    private static func digest(_ file: UnsafeRawBufferPointer, at place: Int) -> Digest256 {
        file.loadUnaligned(fromByteOffset: place, as: Digest256.self)
    }

    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> Digest256 {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    private static func append(_ number: some FixedWidthInteger, to out: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { out.append(contentsOf: $0) }
    }
}
