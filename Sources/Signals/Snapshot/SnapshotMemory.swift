internal import Glibc

/// Why a snapshot is not used, for the one who operates this.
package struct SnapshotRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    package let reason: String

    package init(_ reason: String) { self.reason = reason }

    package var description: String { reason }
}

/// A piece of memory of its own that is filled once and then only read. A snapshot is read into it rather than mapped,
/// although either would do: what has been checked can't change any more, whatever happens to the file; a file that
/// somebody cuts off can't end the process (SIGBUS); and look-ups go to huge pages, which files seldom have.
///
/// `@unchecked Sendable`: nobody else has the object while `init` writes the memory. After that the system refuses to
/// let anybody write it, and it is unmapped when nobody has the object any more.
final class SnapshotMemory: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer

    /// - Parameter fill: writes all of it; it is zero before.
    /// - Throws: `SnapshotRefusal` if there is no such memory, or what `fill` throws.
    init(count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(SnapshotRefusal) -> Void) throws(SnapshotRefusal) {
        guard count > 0,
            let start = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            start != MAP_FAILED
        else { throw SnapshotRefusal("no memory for \(count) bytes: \(String(cString: strerror(errno)))") }
        _ = madvise(start, count, MADV_HUGEPAGE)
        bytes = UnsafeRawBufferPointer(start: start, count: count)
        try fill(UnsafeMutableRawBufferPointer(start: start, count: count))
        _ = mprotect(start, count, PROT_READ)
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}
