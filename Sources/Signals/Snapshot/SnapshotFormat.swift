package import FaultInjection
internal import Glibc

/// A snapshot's file.
///
///     header     what it is of (`SnapshotContent`), the format's version, a number that tells the order of bytes   (16 bytes, 64 with what is free)
///     sections   each at a multiple of 64
///     table      of each section: kind, a number, place, length   (24 bytes each)
///     checksums  CRC-32C of each 4 MiB of all before   (4 bytes each)
///     trailer    how long all before the checksums is, the table's place and number, and the CRC-32C of checksums and trailer
///
/// What says how to read it comes last, so it is written from its beginning to its end, and one that was not written to
/// its end has nothing that reads it. All numbers are in the order of bytes of the processors there are (little endian);
/// another one refuses the file.
enum SnapshotFormat {
    static let order: UInt32 = 0x0102_0304
    static let alignment = 64
    static let block = 4 << 20
    static let header = 64
    static let entry = 24
    static let trailer = 40
    /// Bytes of the trailer that its checksum covers.
    static let covered = 24
    /// A table of more is not one of ours: a segment holds a million hashes.
    static let mostSections = 65_536

    /// What a section holds. Numbers are for ever.
    enum Kind: UInt32, CaseIterable {
        /// Topic, places, times, and how many signals there are of which type.
        case facts = 1
        /// What statements have in common.
        case profiles = 2
        /// Where each 16 records begin.
        case recordStarts = 3
        case records = 4
        /// Of exact hashes, in the order of their mixed bits, and where each value of the highest of those begins.
        case sha256 = 10
        case sha256Directory = 11
        case sha1 = 12
        case sha1Directory = 13
        case md5 = 14
        case md5Directory = 15
        /// Several: as `PDQSegment` has them in memory; the section's number is how many hashes it holds.
        case segment = 20
        /// PDQ hashes that stand in none.
        case recentHashes = 21
    }

    /// A section of whatever kind.
    struct Place {
        let kind: UInt32
        let place: Int
        let length: Int
    }

    struct Section {
        let kind: Kind
        let number: UInt32
        let place: Int
        let length: Int
    }
}

/// What a snapshot is of.
package struct SnapshotContent: Sendable {
    /// Eight bytes.
    let magic: [UInt8]
    let version: UInt32
    /// For the one who operates this.
    let name: String
    /// Before it takes the old one's place.
    let renaming: Failpoint

    package init(magic: String, version: UInt32, name: String, renaming: Failpoint) {
        precondition(magic.utf8.count == 8, "eight bytes")
        self.magic = Array(magic.utf8)
        self.version = version
        self.name = name
        self.renaming = renaming
    }

    /// 2: domains in Punycode.
    static let signals = SnapshotContent(
        magic: "weirsign", version: 3, name: "a snapshot of signals", renaming: .snapshotRename)
}

/// A snapshot's sections, each of which lies within the file.
struct SnapshotSections {
    let all: [SnapshotFormat.Section]
    private let bytes: UnsafeRawBufferPointer

    /// How long all before the checksums is, as the trailer of a file of this many bytes says.
    ///
    /// - Parameter trailer: the last bytes of the file.
    static func body(
        of trailer: UnsafeRawBufferPointer, fileBytes: Int, _ content: SnapshotContent = .signals
    ) throws(SnapshotRefusal) -> Int {
        guard trailer.count == SnapshotFormat.trailer, trailer.suffix(8).elementsEqual(content.magic) else {
            throw SnapshotRefusal("was not written to its end")
        }
        let body = trailer.loadUnaligned(as: UInt64.self)
        let most = UInt64(fileBytes - SnapshotFormat.trailer)
        guard body >= UInt64(SnapshotFormat.header), body < most,
            most - body == (body + UInt64(SnapshotFormat.block) - 1) / UInt64(SnapshotFormat.block) * 4
        else { throw SnapshotRefusal("has \(fileBytes) bytes, which is not what it says of itself") }
        return Int(body)
    }

    /// Whether a file that begins with these bytes can be read here.
    static func checkHeader(
        _ header: UnsafeRawBufferPointer, _ content: SnapshotContent = .signals
    ) throws(SnapshotRefusal) {
        guard header.count >= 16, header.prefix(8).elementsEqual(content.magic) else {
            throw SnapshotRefusal("is not \(content.name)")
        }
        let version = header.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
        guard header.loadUnaligned(fromByteOffset: 12, as: UInt32.self) == SnapshotFormat.order else {
            throw SnapshotRefusal("was written by another kind of processor")
        }
        guard version == content.version else {
            throw SnapshotRefusal("has format \(version), and this version reads \(content.version)")
        }
    }

    /// - Parameter bytes: the whole file.
    init(_ bytes: UnsafeRawBufferPointer) throws(SnapshotRefusal) {
        guard bytes.count >= SnapshotFormat.header + SnapshotFormat.trailer else {
            throw SnapshotRefusal("has only \(bytes.count) bytes")
        }
        try SnapshotSections.checkHeader(bytes)
        let trailer = UnsafeRawBufferPointer(rebasing: bytes.suffix(SnapshotFormat.trailer))
        let body = try SnapshotSections.body(of: trailer, fileBytes: bytes.count)
        let table = trailer.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        let count = trailer.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
        guard count <= SnapshotFormat.mostSections, table <= UInt64(body),
            UInt64(body) - table == UInt64(count) * UInt64(SnapshotFormat.entry)
        else { throw SnapshotRefusal("has no table of its sections") }
        var sections: [SnapshotFormat.Section] = []
        var end = SnapshotFormat.header
        for index in 0..<Int(count) {
            let at = Int(table) + index * SnapshotFormat.entry
            let code = bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)
            let place = bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self)
            let length = bytes.loadUnaligned(fromByteOffset: at + 16, as: UInt64.self)
            // In their order, so that none lies in another.
            guard let kind = SnapshotFormat.Kind(rawValue: code), place >= UInt64(end), place <= table,
                length <= table - place, place % UInt64(SnapshotFormat.alignment) == 0
            else { throw SnapshotRefusal("section \(index) lies outside of it, or is of an unknown kind") }
            end = Int(place + length)
            sections.append(
                SnapshotFormat.Section(
                    kind: kind, number: bytes.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self),
                    place: Int(place), length: Int(length)))
        }
        all = sections
        self.bytes = bytes
    }

    func contents(of section: SnapshotFormat.Section) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[section.place..<section.place + section.length])
    }

    /// The only section of a kind; empty if there is none.
    func contents(_ kind: SnapshotFormat.Kind) throws(SnapshotRefusal) -> UnsafeRawBufferPointer {
        var found: SnapshotFormat.Section?
        for section in all where section.kind == kind {
            guard found == nil else { throw SnapshotRefusal("has two sections of \(kind)") }
            found = section
        }
        return found.map(contents(of:)) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }
}
