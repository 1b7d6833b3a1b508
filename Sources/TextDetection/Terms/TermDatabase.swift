internal import CVectorscan

/// Owns a compiled set of literal patterns.
///
/// Literals only, without flags: texts and patterns are folded before, and this is Vectorscan's best tested path.
final class TermDatabase: @unchecked Sendable {
    // Sendable: set in `init`, freed in `deinit`, and Vectorscan only reads a database of block mode.
    private let handle: OpaquePointer

    /// Takes about 35 µs a pattern: not for the cooperative pool.
    ///
    /// - Parameter texts: not empty, nor is one of them; a pattern's number is its position.
    init(_ texts: ContiguousArray<[UInt8]>) throws(TermCompileError) {
        var bytes: [CChar] = []
        bytes.reserveCapacity(texts.reduce(0) { $0 + $1.count })
        var offsets: [Int] = []
        for text in texts {
            offsets.append(bytes.count)
            bytes.append(contentsOf: text.lazy.map { CChar(bitPattern: $0) })
        }
        var handle: OpaquePointer?
        var failure: UnsafeMutablePointer<hs_compile_error_t>?
        let code = bytes.withUnsafeBufferPointer { bytes in
            hs_compile_lit_multi(
                offsets.map { offset in bytes.baseAddress.map { $0 + offset } },
                [UInt32](repeating: 0, count: texts.count), (0..<UInt32(texts.count)).map(\.self),
                texts.map(\.count), UInt32(texts.count), UInt32(HS_MODE_BLOCK), nil, &handle, &failure)
        }
        defer { hs_free_compile_error(failure) }
        guard code == HS_SUCCESS, let handle else {
            let message = failure.flatMap(\.pointee.message).map { String(cString: $0) }
            throw TermCompileError(terms: texts.count, code: Int(code), message: message)
        }
        self.handle = handle
    }

    deinit { hs_free_database(handle) }

    /// What a scan needs beside the database; for one scan at a time.
    func makeScratch() -> TermScratch {
        var scratch: OpaquePointer?
        guard hs_alloc_scratch(handle, &scratch) == HS_SUCCESS, let scratch else { fatalError("out of memory") }
        return TermScratch(handle: scratch)
    }

    /// Calls `found` with each pattern's number and the offset behind each place where it stands.
    ///
    /// - Returns: false if Vectorscan failed; it may then have missed something.
    func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, with scratch: TermScratch, context: UnsafeMutableRawPointer,
        found: @convention(c) (UInt32, UInt64, UInt64, UInt32, UnsafeMutableRawPointer?) -> Int32
    ) -> Bool {
        bytes.withMemoryRebound(to: CChar.self) { bytes in
            hs_scan(handle, bytes.baseAddress, UInt32(bytes.count), 0, scratch.handle, found, context) == HS_SUCCESS
        }
    }
}

/// Owns Vectorscan's working memory.
final class TermScratch {
    fileprivate let handle: OpaquePointer

    fileprivate init(handle: OpaquePointer) { self.handle = handle }

    deinit { hs_free_scratch(handle) }
}

/// Vectorscan did not take the terms, for a reason that lies in none of them.
struct TermCompileError: Error, CustomStringConvertible {
    let terms: Int
    let code: Int
    let message: String?

    var description: String {
        let why =
            code == Int(HS_ARCH_ERROR)
            ? "this processor lacks SSE4.2, which Vectorscan needs" : message ?? "code \(code)"
        return "\(terms) terms could not be compiled: \(why)"
    }
}
