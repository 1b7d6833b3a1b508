internal import Glibc

/// Reads a snapshot's file from its beginning to its end, so that no more than a block of it is in memory. Of what it
/// gives the checksum has been looked at.
///
/// Blocks; not for the cooperative pool. For one task at a time.
package final class SnapshotStream {
    private enum Source {
        case file(Int32)
        /// For tests: checksums are not looked at.
        case memory([UInt8])
    }

    private let source: Source
    /// Bytes that checksums cover.
    private let body: Int
    private let sums: [UInt32]
    private var sections: [SnapshotFormat.Place] = []
    private let block: UnsafeMutableRawBufferPointer
    /// Which part of the file `block` holds.
    private var held = 0..<0
    /// For what lies in two blocks.
    private let piece: UnsafeMutableRawBufferPointer
    private var place = 0
    private var end = 0

    package static let longestPiece = 4_096

    /// Begins a file; nil if there is none.
    package static func open(_ path: String, _ content: SnapshotContent) throws(SnapshotRefusal) -> SnapshotStream? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw SnapshotRefusal(String(cString: strerror(errno)))
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw SnapshotRefusal("is not a file")
        }
        return try SnapshotStream(.file(descriptor), count: Int(status.st_size), content)
    }

    /// Reads what stands in memory, whatever its checksums say.
    package convenience init(copying bytes: [UInt8], _ content: SnapshotContent) throws(SnapshotRefusal) {
        try self.init(.memory(bytes), count: bytes.count, content)
    }

    private init(_ source: Source, count: Int, _ content: SnapshotContent) throws(SnapshotRefusal) {
        self.source = source
        block = .allocate(byteCount: SnapshotFormat.block, alignment: 64)
        piece = .allocate(byteCount: SnapshotStream.longestPiece, alignment: 64)
        // All has a value, so that `deinit` frees what there is if the rest is refused.
        let found = Result { () throws(SnapshotRefusal) in try SnapshotStream.ends(source, count, content) }
        switch found {
        case .success(let ends):
            (body, sums) = (ends.body, ends.sums)
            try look(forTable: ends)
        case .failure(let refusal):
            (body, sums) = (0, [])
            throw refusal
        }
    }

    deinit {
        block.deallocate()
        piece.deallocate()
        if case .file(let descriptor) = source { close(descriptor) }
    }

    // MARK: Both ends

    private struct Ends {
        var body = 0
        var sums: [UInt32] = []
        var table = 0
    }

    private static func ends(
        _ source: Source, _ count: Int, _ content: SnapshotContent
    ) throws(SnapshotRefusal) -> Ends {
        guard count > SnapshotFormat.header + SnapshotFormat.trailer else {
            throw SnapshotRefusal("has only \(count) bytes")
        }
        let header = try bytes(0..<SnapshotFormat.header, of: source)
        let trailer = try bytes(count - SnapshotFormat.trailer..<count, of: source)
        var ends = Ends()
        ends.body = try Result { () throws(SnapshotRefusal) in
            try header.withUnsafeBytes { header in
                Result { () throws(SnapshotRefusal) in try SnapshotSections.checkHeader(header, content) }
            }.get()
            return try trailer.withUnsafeBytes { trailer in
                Result { () throws(SnapshotRefusal) in
                    try SnapshotSections.body(of: trailer, fileBytes: count, content)
                }
            }.get()
        }.get()
        let rest = try bytes(ends.body..<count, of: source)
        let covered = rest.count - SnapshotFormat.trailer + SnapshotFormat.covered
        let (sum, wanted) = rest.withUnsafeBytes { rest in
            (
                checksum(UnsafeRawBufferPointer(rebasing: rest[..<covered])),
                rest.loadUnaligned(fromByteOffset: covered, as: UInt32.self)
            )
        }
        if case .file = source, sum != wanted {
            throw SnapshotRefusal("is damaged: its checksums are not those that were written")
        }
        let blocks = (ends.body + SnapshotFormat.block - 1) / SnapshotFormat.block
        let (table, sections) = rest.withUnsafeBytes { rest in
            ends.sums = (0..<blocks).map { rest.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self) }
            let trailer = rest.count - SnapshotFormat.trailer
            return (
                rest.loadUnaligned(fromByteOffset: trailer + 8, as: UInt64.self),
                rest.loadUnaligned(fromByteOffset: trailer + 16, as: UInt32.self)
            )
        }
        // A state has a handful of them.
        guard sections <= 64, table >= UInt64(SnapshotFormat.header), table <= UInt64(ends.body),
            UInt64(ends.body) - table == UInt64(sections) * UInt64(SnapshotFormat.entry)
        else { throw SnapshotRefusal("has no table of its sections") }
        ends.table = Int(table)
        return ends
    }

    private func look(forTable ends: Ends) throws(SnapshotRefusal) {
        (place, end) = (ends.table, body)
        var last = SnapshotFormat.header
        while place < body {
            let entry = try next(SnapshotFormat.entry)
            let section = SnapshotFormat.Place(
                kind: entry.loadUnaligned(as: UInt32.self),
                place: Int(truncatingIfNeeded: entry.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                length: Int(truncatingIfNeeded: entry.loadUnaligned(fromByteOffset: 16, as: UInt64.self)))
            guard section.place >= last, section.length >= 0, section.place <= ends.table,
                section.length <= ends.table - section.place
            else { throw SnapshotRefusal("a section lies outside of it") }
            last = section.place + section.length
            sections.append(section)
        }
    }

    // MARK: Sections

    /// Goes to the beginning of a section; false if there is none of this kind.
    package func begin(section kind: UInt32) -> Bool {
        guard let section = sections.first(where: { $0.kind == kind }) else { return false }
        (place, end) = (section.place, section.place + section.length)
        return true
    }

    /// Bytes of the section that have not been read.
    package var left: Int { end - place }

    /// The next bytes of the section, until the next call.
    ///
    /// - Parameter count: at most `longestPiece`.
    package func next(_ count: Int) throws(SnapshotRefusal) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= left, count <= piece.count else {
            throw SnapshotRefusal("a section ends in the middle of a record")
        }
        if count == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
        if !held.contains(place) { try hold(place) }
        if place + count <= held.upperBound {
            let start = place - held.lowerBound
            place += count
            return UnsafeRawBufferPointer(rebasing: block[start..<start + count])
        }
        var done = 0
        while done < count {
            if !held.contains(place) { try hold(place) }
            let part = min(count - done, held.upperBound - place)
            let start = place - held.lowerBound
            piece.baseAddress.map { piece in
                UnsafeMutableRawBufferPointer(start: piece + done, count: part).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: block[start..<start + part]))
            }
            done += part
            place += part
        }
        return UnsafeRawBufferPointer(rebasing: piece[..<count])
    }

    private func hold(_ place: Int) throws(SnapshotRefusal) {
        let number = place / SnapshotFormat.block
        let range = number * SnapshotFormat.block..<min((number + 1) * SnapshotFormat.block, body)
        held = 0..<0
        let target = UnsafeMutableRawBufferPointer(rebasing: block[..<range.count])
        try SnapshotStream.read(range.lowerBound, of: source, into: target)
        if case .file = source, checksum(UnsafeRawBufferPointer(target)) != sums[number] {
            throw SnapshotRefusal(
                "is damaged: bytes \(range.lowerBound) to \(range.upperBound) are not those that were written")
        }
        held = range
    }

    // MARK: Bytes

    private static func bytes(_ range: Range<Int>, of source: Source) throws(SnapshotRefusal) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        try bytes.withUnsafeMutableBytes { bytes in
            Result { () throws(SnapshotRefusal) in try read(range.lowerBound, of: source, into: bytes) }
        }.get()
        return bytes
    }

    private static func read(
        _ place: Int, of source: Source, into target: UnsafeMutableRawBufferPointer
    ) throws(SnapshotRefusal) {
        switch source {
        case .memory(let bytes):
            target.copyBytes(from: bytes[place..<place + target.count])
        case .file(let descriptor):
            var done = 0
            while done < target.count {
                let count = pread(descriptor, target.baseAddress.map { $0 + done }, target.count - done, place + done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    throw SnapshotRefusal(
                        "can't be read: \(count == 0 ? "it has become shorter" : String(cString: strerror(errno)))")
                }
                done += count
            }
        }
    }
}
