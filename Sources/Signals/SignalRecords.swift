/// A list of records by position, as a value: a copy shares all memory, and a change after it copies four short arrays,
/// however long the list is (a trie of 32 branches, as Clojure's vectors have).
struct SignalRecords: Sendable {
    private typealias Leaf = ContiguousArray<SignalRecord?>
    private typealias Branch = ContiguousArray<Leaf>
    private typealias Limb = ContiguousArray<Branch>

    private static let bits = 5
    private static let mask = (1 << bits) - 1

    /// Each but the last full; 32,768 records in each.
    private var limbs: ContiguousArray<Limb> = []
    private(set) var count = 0

    /// nil where a signal has been withdrawn.
    subscript(_ position: Int32) -> SignalRecord? {
        get {
            let place = Int(position)
            return limbs[place >> 15][place >> 10 & SignalRecords.mask][place >> 5 & SignalRecords.mask][
                place & SignalRecords.mask]
        }
        set {
            let place = Int(position)
            limbs[place >> 15][place >> 10 & SignalRecords.mask][place >> 5 & SignalRecords.mask][
                place & SignalRecords.mask] = newValue
        }
    }

    /// Returns its position.
    mutating func append(_ record: SignalRecord) -> Int32 {
        if count & (1 << 15 - 1) == 0 { limbs.append([]) }
        if count & (1 << 10 - 1) == 0 { limbs[count >> 15].append([]) }
        if count & SignalRecords.mask == 0 {
            var leaf = Leaf()
            leaf.reserveCapacity(1 << SignalRecords.bits)
            limbs[count >> 15][count >> 10 & SignalRecords.mask].append(leaf)
        }
        limbs[count >> 15][count >> 10 & SignalRecords.mask][count >> 5 & SignalRecords.mask].append(record)
        count += 1
        return Int32(count - 1)
    }

    func forEach(_ body: (Int32, SignalRecord) -> Void) {
        for position in 0..<Int32(count) {
            if let record = self[position] { body(position, record) }
        }
    }
}
