internal import CSandbox
internal import Glibc

/// Memory that this process writes files into and a decoding process reads them from.
///
/// Its size is sealed, so that the other side can't make it shorter under this one's hands.
///
/// `@unchecked Sendable`: one decoding process has it, and one caller at a time has that process (`DecodeWorkers`). Whatever
/// the other side writes here is never read.
final class SharedMemory: @unchecked Sendable {
    let descriptor: Int32
    let size: Int
    private let start: UnsafeMutableRawPointer

    /// What stays after a file: pages below are soon needed again.
    private static let kept = 1 << 20

    init(size: Int) throws(SystemFailure) {
        let descriptor = weir_sandbox_memory(size)
        guard descriptor >= 0 else { throw SystemFailure("memory for files, \(size) bytes") }
        guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), start != MAP_FAILED else {
            let failure = SystemFailure("memory for files, \(size) bytes")
            close(descriptor)
            throw failure
        }
        self.descriptor = descriptor
        self.size = size
        self.start = start
    }

    deinit {
        munmap(start, size)
        close(descriptor)
    }

    func put(_ file: [UInt8]) {
        precondition(file.count <= size, "a file longer than the memory for it")
        file.withUnsafeBytes { bytes in
            if let from = bytes.baseAddress { start.copyMemory(from: from, byteCount: bytes.count) }
        }
    }

    /// Gives a large file's pages back.
    func forget(_ count: Int) {
        if count > SharedMemory.kept { weir_sandbox_forget(descriptor, SharedMemory.kept, size) }
    }
}

/// A call of the system that failed.
package struct SystemFailure: Error, CustomStringConvertible {
    package let what: String
    package let code: Int32

    init(_ what: String, code: Int32 = errno) {
        self.what = what
        self.code = code
    }

    package var description: String { "\(what): \(String(cString: strerror(code)))" }
}
