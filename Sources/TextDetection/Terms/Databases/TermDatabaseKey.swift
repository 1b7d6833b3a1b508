internal import CVectorscan
internal import Events

/// What decides the bytes of a compiled database beside the terms: Vectorscan's version and the processor.
struct TermPlatform: Sendable, Equatable {
    var version: String
    var tune: UInt32
    var features: UInt64

    /// nil where Vectorscan does not say what it makes of the processor.
    static let current: TermPlatform? = {
        var info = hs_platform_info_t()
        guard hs_populate_platform(&info) == HS_SUCCESS else { return nil }
        return TermPlatform(version: String(cString: hs_version()), tune: info.tune, features: info.cpu_features)
    }()

    /// What tells a database from all others.
    func key(of texts: ContiguousArray<[UInt8]>) -> Digest256 {
        var out: [UInt8] = []
        func append(_ number: UInt64) { withUnsafeBytes(of: number.littleEndian) { out.append(contentsOf: $0) } }
        func append(_ text: some Collection<UInt8>) {
            append(UInt64(text.count))
            out.append(contentsOf: text)
        }
        out.reserveCapacity(texts.reduce(256) { $0 + $1.count + 8 })
        append("weir terms".utf8)
        append(UInt64(TermDatabaseFile.version))
        append(version.utf8)
        append(UInt64(tune))
        append(features)
        append(UInt64(TermDatabase.mode))
        append(UInt64(TermDatabase.flags))
        append(UInt64(texts.count))
        for text in texts { append(text) }
        return SHA256.hash(out)
    }
}
