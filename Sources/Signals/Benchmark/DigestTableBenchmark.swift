package import Events

/// For `weir bench`: a table of SHA-256 digests, looked up in this module, where the compiler knows the type of its keys.
package struct DigestTableBenchmark {
    private var table = DigestTable<Digest256>()

    package init(_ digests: [Digest256]) {
        for (value, digest) in digests.enumerated() { table.insert(digest, Int32(value)) }
    }

    package var bytes: Int { table.bytes }

    /// How many of the digests are in the table.
    package func found(_ digests: [Digest256]) -> Int {
        var found = 0
        for digest in digests where table[digest] != nil { found += 1 }
        return found
    }

    /// One change of a table of which a copy is kept, as look-ups beside it do.
    package mutating func insert(_ digest: Digest256) -> DigestTableBenchmark {
        let before = self
        table.insert(digest, 0)
        return before
    }
}
