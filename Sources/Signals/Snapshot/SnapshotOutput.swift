package import Configuration
internal import FaultInjection
internal import Glibc

/// Writes a snapshot's file from its beginning to its end: beside the one that is there, whose place it takes when all of
/// it is on the disk. So there is the old one or the new one, whatever ends the process between.
///
/// One process at a time writes a file; another one is refused.
package final class SnapshotOutput {
    private let content: SnapshotContent
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private let shouldStop: () -> Bool
    private let buffer: UnsafeMutableRawBufferPointer
    private var filled = 0
    private var written = 0
    private var sums: [UInt32] = []
    private var sections: [(kind: UInt32, number: UInt32, place: Int, end: Int)] = []

    /// - Parameter shouldStop: asked before each block is written.
    /// - Throws: `FileError`.
    package init(
        _ path: String, _ content: SnapshotContent, shouldStop: @escaping () -> Bool
    ) throws(FileError) {
        self.content = content
        self.path = path
        self.shouldStop = shouldStop
        temporary = path + ".new"
        try SnapshotOutput.makeFolder(of: path[...])
        descriptor = try SnapshotOutput.open(temporary)
        buffer = .allocate(byteCount: SnapshotFormat.block, alignment: 64)
        append(content.magic)
        append(content.version)
        append(SnapshotFormat.order)
    }

    deinit {
        buffer.deallocate()
        close(descriptor)
    }

    /// A file that nobody else writes. One that was left behind by a process that ended is taken over.
    private static func open(_ path: String) throws(FileError) -> Int32 {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        var (own, there) = (stat(), stat())
        // What was locked may have been moved to its place by the one who wrote it, and must not be cut off there.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &own) == 0, stat(path, &there) == 0,
            own.st_ino == there.st_ino, own.st_dev == there.st_dev
        else {
            close(descriptor)
            throw FileError(path: path, reason: "another process writes it")
        }
        guard fchmod(descriptor, 0o600) == 0, ftruncate(descriptor, 0) == 0 else {
            defer { close(descriptor) }
            throw failure(path)
        }
        return descriptor
    }

    /// With those above it; for nobody else, since whoever can write there decides what is known.
    private static func makeFolder(of path: Substring) throws(FileError) {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
        let folder = path[..<slash]
        if mkdir(String(folder), 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT else { throw failure(String(folder)) }
        try makeFolder(of: folder)
        guard mkdir(String(folder), 0o700) == 0 || errno == EEXIST else { throw failure(String(folder)) }
    }

    private static func failure(_ path: String) -> FileError {
        FileError(path: path, reason: String(cString: strerror(errno)))
    }

    // MARK: Sections

    private var place: Int { written + filled }

    func begin(_ kind: SnapshotFormat.Kind, number: Int = 0) { begin(section: kind.rawValue, number: number) }

    package func begin(section kind: UInt32, number: Int = 0) {
        while place % SnapshotFormat.alignment != 0 || place < SnapshotFormat.header { append(byte: 0) }
        sections.append((kind, UInt32(number), place, place))
    }

    package func end() { sections[sections.count - 1].end = place }

    /// How long the section is that was begun last.
    var sectionLength: Int { sections.last.map { place - $0.place } ?? 0 }

    // MARK: Bytes. What goes wrong is kept, and thrown by `finish`.

    private var failed: FileError?

    package var hasFailed: Bool { failed != nil }

    /// There is to be no such file.
    package func fail(_ reason: String) { failed = failed ?? FileError(path: temporary, reason: reason) }

    func append(byte: UInt8) { withUnsafeBytes(of: byte) { append($0) } }

    func append(_ value: some FixedWidthInteger & BitwiseCopyable) {
        withUnsafeBytes(of: value.littleEndian) { append($0) }
    }

    package func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    func append(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        while !rest.isEmpty {
            let count = min(rest.count, buffer.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + count])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            filled += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if filled == buffer.count { flush() }
        }
    }

    /// Writes the block that is full, or the last one.
    private func flush() {
        let block = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
        sums.append(checksum(block))
        write(block)
        written += filled
        filled = 0
    }

    private func write(_ bytes: UnsafeRawBufferPointer) {
        if failed == nil, shouldStop() { failed = FileError(path: temporary, reason: "stopped") }
        var done = 0
        while failed == nil, done < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if count >= 0 { done += count } else if errno != EINTR { failed = SnapshotOutput.failure(temporary) }
        }
    }

    // MARK: The end

    /// Puts the file into its place.
    ///
    /// - Parameter check: whether it may take that place, once all of it is written.
    /// - Returns: how many bytes it has.
    /// - Throws: `FileError`; the old file is then where it was, and the new one gone.
    package func finish(_ check: () throws(FileError) -> Void = {}) throws(FileError) -> Int {
        writeEnd()
        let bytes = place
        do throws(FileError) {
            if let failed { throw failed }
            try check()
            guard fsync(descriptor) == 0 else { throw SnapshotOutput.failure(temporary) }
            do throws(InjectedFault) {
                try content.renaming.hit()
            } catch {
                throw FileError(path: temporary, reason: "\(error)")
            }
            guard rename(temporary, path) == 0 else { throw SnapshotOutput.failure(path) }
        } catch {
            unlink(temporary)
            throw error
        }
        // Without this the name may be lost by a power cut, and then the old file is there: no harm, so no error.
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let directory = Glibc.open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
        return bytes
    }

    private func writeEnd() {
        while place % 8 != 0 { append(byte: 0) }
        let table = place
        for section in sections {
            append(section.kind)
            append(section.number)
            append(UInt64(section.place))
            append(UInt64(section.end - section.place))
        }
        let body = place
        if filled > 0 { flush() }
        var out = SnapshotBytes()
        for sum in sums { out.append(sum) }
        out.append(UInt64(body))
        out.append(UInt64(table))
        out.append(UInt32(sections.count))
        out.append(content.version)
        out.append(out.bytes.withUnsafeBytes { checksum($0) })
        out.append(UInt32(0))
        out.append(contentsOf: content.magic)
        out.bytes.withUnsafeBytes { write($0) }
        written += out.bytes.count
    }
}
