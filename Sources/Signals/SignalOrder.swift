internal import Events

extension SignalKey {
    /// Places of keys by type and bytes. Their first bytes, which tell most apart, are compared as one number.
    static func order(_ keys: [SignalKey]) -> [Int] {
        struct Place: BitwiseCopyable {
            let rank: UInt8
            let beginning: UInt64
            let index: Int32
        }
        var places = keys.enumerated().map { index, key in
            let beginning = key.withBytes { bytes in
                (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64($1 < bytes.count ? bytes[$1] : 0) }
            }
            return Place(rank: key.type.rank, beginning: beginning, index: Int32(index))
        }
        places.sort { a, b in
            if a.rank != b.rank { return a.rank < b.rank }
            if a.beginning != b.beginning { return a.beginning < b.beginning }
            return keys[Int(a.index)].withBytes { a in
                keys[Int(b.index)].withBytes { b in a.lexicographicallyPrecedes(b) }
            }
        }
        return places.map { Int($0.index) }
    }
}

extension Signal {
    /// The order of values in which signals are kept and listed.
    static func precedes(_ a: Signal, _ b: Signal) -> Bool {
        if a.type != b.type { return a.type.rank < b.type.rank }
        return a.value.utf8.lexicographicallyPrecedes(b.value.utf8)
    }
}

extension SignalType {
    /// Place in the order of their names.
    fileprivate var rank: UInt8 { SignalType.ranks[self] ?? 0 }

    private static let ranks: [SignalType: UInt8] = Dictionary(
        uniqueKeysWithValues: allCases.sorted { $0.rawValue < $1.rawValue }.enumerated().map { ($1, UInt8($0)) })
}
