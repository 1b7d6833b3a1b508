internal import CVectorscan
internal import Glibc

/// Owns a compiled set of literal patterns.
///
/// Literals only, without flags: texts and patterns are folded before, and this is Vectorscan's best tested path.
final class TermDatabase: @unchecked Sendable {
    // Sendable: set in `init`, freed in `deinit`, and Vectorscan only reads a database of block mode.
    fileprivate let handle: OpaquePointer
    /// Of what texts a scan fails: for tests.
    private let refuses: (@Sendable (UnsafeBufferPointer<UInt8>) -> Bool)?

    static let mode = UInt32(HS_MODE_BLOCK)
    static let flags: UInt32 = 0

    /// Takes about 35 µs a pattern: not for the cooperative pool.
    ///
    /// - Parameter texts: not empty, nor is one of them; a pattern's number is its position.
    init(
        _ texts: ContiguousArray<[UInt8]>, refuses: (@Sendable (UnsafeBufferPointer<UInt8>) -> Bool)? = nil
    ) throws(TermCompileError) {
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
                [UInt32](repeating: TermDatabase.flags, count: texts.count), (0..<UInt32(texts.count)).map(\.self),
                texts.map(\.count), UInt32(texts.count), TermDatabase.mode, nil, &handle, &failure)
        }
        defer { hs_free_compile_error(failure) }
        guard code == HS_SUCCESS, let handle else {
            let message = failure.flatMap(\.pointee.message).map { String(cString: $0) }
            throw TermCompileError(terms: texts.count, code: Int(code), message: message)
        }
        self.handle = handle
        self.refuses = refuses
    }

    /// - Parameter bytes: what `withSerialized` gave, bit by bit: of others Vectorscan promises nothing.
    init(_ bytes: UnsafeRawBufferPointer) throws(TermDatabaseFile.Refusal) {
        var handle: OpaquePointer?
        let code = bytes.withMemoryRebound(to: CChar.self) {
            hs_deserialize_database($0.baseAddress, $0.count, &handle)
        }
        guard code == HS_SUCCESS, let handle else {
            throw TermDatabaseFile.Refusal("Vectorscan refuses it: code \(code)")
        }
        self.handle = handle
        refuses = nil
    }

    deinit { hs_free_database(handle) }

    /// Calls `body` with what Vectorscan makes of the database for a file.
    ///
    /// - Returns: nil if it could not.
    func withSerialized<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result? {
        var bytes: UnsafeMutablePointer<CChar>?
        var count = 0
        guard hs_serialize_database(handle, &bytes, &count) == HS_SUCCESS, let bytes else { return nil }
        // Vectorscan's own allocator is malloc's, which nobody has exchanged.
        defer { free(bytes) }
        return try body(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// Calls `found` with each pattern's number and the offset behind each place where it stands.
    ///
    /// - Returns: false if Vectorscan failed; it may then have missed something.
    func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, with scratch: TermScratch, context: UnsafeMutableRawPointer,
        found: @convention(c) (UInt32, UInt64, UInt64, UInt32, UnsafeMutableRawPointer?) -> Int32
    ) -> Bool {
        if let refuses, refuses(bytes) { return false }
        return bytes.withMemoryRebound(to: CChar.self) { bytes in
            hs_scan(handle, bytes.baseAddress, UInt32(bytes.count), 0, scratch.handle, found, context) == HS_SUCCESS
        }
    }
}

/// Owns Vectorscan's working memory: what a scan needs beside its database. For one scan at a time.
final class TermScratch {
    fileprivate let handle: OpaquePointer

    /// Enough for any of some databases.
    init(for databases: [TermDatabase]) {
        var scratch: OpaquePointer?
        for database in databases {
            guard hs_alloc_scratch(database.handle, &scratch) == HS_SUCCESS else { fatalError("out of memory") }
        }
        guard let scratch else { preconditionFailure("nothing is scanned") }
        handle = scratch
    }

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
