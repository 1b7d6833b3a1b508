internal import Glibc

/// Memory on huge pages, where the system has any: what is looked up lies at places that have nothing to do with one
/// another, and on small pages each look-up waits for page tables too.
enum HugePages {
    private static let page = 2 << 20

    /// - Returns: to be given back by `free`.
    static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, bytes >= page ? page : 64, bytes) == 0, let memory else {
            fatalError("no memory for the state of accounts: \(bytes) bytes")
        }
        // Of a table that is filled at random places every page is soon in use anyway.
        if bytes >= page { _ = madvise(memory, bytes, MADV_HUGEPAGE) }
        return memory
    }
}
