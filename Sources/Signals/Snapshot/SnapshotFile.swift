internal import Configuration
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Reads a snapshot's file: all of it, on all processors, each block's checksum while it is at hand.
///
/// Blocks, and calculates; not for the cooperative pool.
package struct SnapshotFile: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    package enum Outcome: Sendable {
        case found(SignalSnapshot)
        /// There is no such file.
        case none
        case refused(SnapshotRefusal)
    }

    package func read() -> Outcome {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            return errno == ENOENT ? .none : .refused(SnapshotRefusal(String(cString: strerror(errno))))
        }
        defer { close(descriptor) }
        do throws(SnapshotRefusal) {
            return .found(try SignalSnapshot(try SnapshotFile.memory(of: descriptor)))
        } catch {
            return .refused(error)
        }
    }

    private static func memory(of descriptor: Int32) throws(SnapshotRefusal) -> SnapshotMemory {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SnapshotRefusal(String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SnapshotRefusal("is not a file") }
        let count = Int(status.st_size)
        // A look at both ends first, so that nothing large is read that is no snapshot.
        var ends = [UInt8](repeating: 0, count: SnapshotFormat.header + SnapshotFormat.trailer)
        guard count > ends.count else { throw SnapshotRefusal("has only \(count) bytes") }
        let problem = ends.withUnsafeMutableBytes { ends in
            read(descriptor, UnsafeMutableRawBufferPointer(rebasing: ends[..<SnapshotFormat.header]), from: 0)
                && read(
                    descriptor, UnsafeMutableRawBufferPointer(rebasing: ends[SnapshotFormat.header...]),
                    from: count - SnapshotFormat.trailer)
        }
        guard problem else { throw SnapshotRefusal("can't be read: \(String(cString: strerror(errno)))") }
        let body = try ends.withUnsafeBytes { ends in
            Result { () throws(SnapshotRefusal) in
                try SnapshotSections.checkHeader(ends)
                return try SnapshotSections.body(
                    of: UnsafeRawBufferPointer(rebasing: ends[SnapshotFormat.header...]), fileBytes: count)
            }
        }.get()
        return try SnapshotMemory(count: count) { bytes throws(SnapshotRefusal) in
            try fill(bytes, from: descriptor, body: body)
        }
    }

    private static func fill(
        _ bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, body: Int
    ) throws(SnapshotRefusal) {
        let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[body...])
        guard read(descriptor, rest, from: body) else {
            throw SnapshotRefusal("can't be read: \(String(cString: strerror(errno)))")
        }
        try checkTrailer(UnsafeRawBufferPointer(rest))
        let blocks = (body + SnapshotFormat.block - 1) / SnapshotFormat.block
        let lanes = max(1, min(blocks, Processors.count))
        let problem = Mutex<String?>(nil)
        // Nobody else touches a lane's blocks.
        nonisolated(unsafe) let bytes = bytes
        DispatchQueue.concurrentPerform(iterations: lanes) { lane in
            for block in stride(from: lane, to: blocks, by: lanes) {
                let start = block * SnapshotFormat.block
                let end = min(start + SnapshotFormat.block, body)
                let wanted = bytes.loadUnaligned(fromByteOffset: body + block * 4, as: UInt32.self)
                let found = read(descriptor, bytes, start..<end)
                if found == wanted { continue }
                let reason =
                    found == nil
                    ? "can't be read: \(String(cString: strerror(errno)))"
                    : "is damaged: bytes \(start) to \(end) are not those that were written"
                problem.withLock { $0 = $0 ?? reason }
                return
            }
        }
        if let reason = problem.withLock({ $0 }) { throw SnapshotRefusal(reason) }
    }

    /// - Parameter rest: all behind the body.
    private static func checkTrailer(_ rest: UnsafeRawBufferPointer) throws(SnapshotRefusal) {
        let covered = rest.count - SnapshotFormat.trailer + SnapshotFormat.covered
        guard
            rest.loadUnaligned(fromByteOffset: covered, as: UInt32.self)
                == checksum(UnsafeRawBufferPointer(rebasing: rest[..<covered]))
        else { throw SnapshotRefusal("is damaged: its checksums are not those that were written") }
    }

    /// Some at a time, so that the checksum finds them in the processor's cache. Returns it; nil if they can't be read.
    private static func read(
        _ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer, _ range: Range<Int>
    ) -> UInt32? {
        var sum: UInt32 = 0
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 256 << 10) {
            let piece = UnsafeMutableRawBufferPointer(
                rebasing: bytes[start..<min(start + 256 << 10, range.upperBound)])
            guard read(descriptor, piece, from: start) else { return nil }
            sum = checksum(UnsafeRawBufferPointer(piece), after: sum)
        }
        return sum
    }

    /// Whether all could be read; a file that has become shorter is one that can't.
    private static func read(
        _ descriptor: Int32, _ piece: UnsafeMutableRawBufferPointer, from place: Int
    ) -> Bool {
        var done = 0
        while done < piece.count {
            let count = pread(descriptor, piece.baseAddress.map { $0 + done }, piece.count - done, place + done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                if count == 0 { errno = EIO }
                return false
            }
            done += count
        }
        return true
    }
}
