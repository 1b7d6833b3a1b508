internal import CICU

/// What NFKC_Casefold (UAX #44) makes of each code point below 0x20000 by itself, worked out from ICU once.
///
/// Folding looks at more than one code point only where one has no boundary before it, such as a mark that composes
/// with its letter. Those are told apart here, so that ICU is asked about nothing else.
struct FoldTable: Sendable {
    /// What to do with a code point; the three lowest bits of an entry.
    enum Kind {
        /// Has a boundary before it and stays.
        static let copy: UInt32 = 0
        /// Has a boundary before it and becomes what `pool` says.
        static let map: UInt32 = 1
        /// White space.
        static let space: UInt32 = 2
        /// A mark that stays, if those before it are in canonical order.
        static let mark: UInt32 = 3
        /// Default-ignorable: goes away, wherever it stands.
        static let delete: UInt32 = 4
        /// For ICU, together with what it may join: back to the last boundary, up to the next.
        static let join: UInt32 = 5
        /// For ICU, but with a boundary before it.
        static let start: UInt32 = 6

        static let mask: UInt32 = 7
    }

    /// The mapping is one code point of the same length, so that offsets stay as they are.
    static let sameLength: UInt32 = 8
    /// Canonical_Combining_Class of a mark, or of the last code point of a mapping.
    @inline(__always)
    static func combiningClass(_ entry: UInt32) -> UInt32 { entry >> 4 & 0xFF }
    /// Where in `pool` the mapping stands: its length, then its bytes.
    @inline(__always)
    static func mapping(_ entry: UInt32) -> Int { Int(entry >> 12) }

    /// Planes 0 and 1; beyond are rare ideographs.
    static let limit: UInt32 = 0x2_0000
    /// Longest mapping in the pool; longer ones are left to ICU.
    static let longestMapping = 31

    let entries: [UInt32]
    let pool: [UInt8]

    static let shared = FoldTable()

    private init() {
        var entries = [UInt32](repeating: Kind.start, count: Int(FoldTable.limit))
        var pool: [UInt8] = []
        let folder = ICUFolder()
        for code in 0..<FoldTable.limit {
            guard let scalar = Unicode.Scalar(code) else { continue }
            let traits = weir_icu_fold_traits(code)
            entries[Int(code)] = FoldTable.entry(scalar, traits, folder, &pool)
        }
        self.entries = entries
        self.pool = pool
    }

    /// For a code point that the table has not.
    @inline(never)
    static func entryBeyond(_ code: UInt32) -> UInt32 {
        weir_icu_fold_traits(code).boundary_before ? Kind.start : Kind.join
    }

    private static func entry(
        _ scalar: Unicode.Scalar, _ traits: weir_icu_traits, _ folder: ICUFolder, _ pool: inout [UInt8]
    ) -> UInt32 {
        if scalar.properties.isWhitespace { return Kind.space }
        if traits.inert { return Kind.copy }
        let unknown = traits.boundary_before ? Kind.start : Kind.join
        let original = Array(String(scalar).utf8)
        guard let folded = folder.fold(original) else { return unknown }
        if folded.isEmpty { return Kind.delete }
        guard traits.boundary_before else {
            return traits.stays && traits.combining_class > 0
                ? Kind.mark | UInt32(traits.combining_class) << 4 : unknown
        }
        if folded == original { return Kind.copy }
        let scalars = Array(String(decoding: folded, as: UTF8.self).unicodeScalars)
        guard folded.count <= longestMapping, pool.count < 1 << 20, let last = scalars.last,
            !scalars.contains(where: \.properties.isWhitespace)
        else { return unknown }
        var entry = Kind.map | UInt32(pool.count) << 12
        entry |= UInt32(weir_icu_fold_traits(last.value).combining_class) << 4
        if scalars.count == 1, folded.count == original.count { entry |= sameLength }
        pool.append(UInt8(folded.count))
        pool += folded
        return entry
    }
}
