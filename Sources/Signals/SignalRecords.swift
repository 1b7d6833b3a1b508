internal import Events

/// A list of records by position, as a value: a copy shares all memory, and a change after it copies four short arrays,
/// however long the list is (a trie of 32 branches, as Clojure's vectors have).
///
/// The first ones may be those of a snapshot, which stay where they are. Only what has changed of them stands in the trie;
/// an empty array means that nothing has.
struct SignalRecords: Sendable {
    /// What is known of a position here.
    enum Place: Sendable {
        /// What the snapshot has there, which may be nothing.
        case unchanged
        case withdrawn
        case stated(SignalRecord)
    }

    private typealias Leaf = ContiguousArray<Place>
    private typealias Branch = ContiguousArray<Leaf>
    private typealias Limb = ContiguousArray<Branch>

    private static let bits = 5
    private static let branches = 1 << bits
    private static let mask = branches - 1

    let base: SignalSnapshot?
    /// Each but the last full; 32,768 records in each.
    private var limbs: ContiguousArray<Limb> = []
    /// The position of the next one.
    private(set) var count = 0

    init() { base = nil }

    /// - Parameter base: its records come first; those after it begin at a limb of their own.
    init(base: SignalSnapshot) {
        self.base = base
        limbs = ContiguousArray(repeating: [], count: (base.count + (1 << 15 - 1)) >> 15)
        count = limbs.count << 15
    }

    /// nil where a signal has been withdrawn.
    subscript(_ position: Int32) -> SignalRecord? {
        get {
            switch place(position) {
            case .stated(let record): record
            case .withdrawn: nil
            case .unchanged: base?.record(at: position)
            }
        }
        set { set(position, newValue.map(Place.stated) ?? .withdrawn) }
    }

    /// Whether there is a record; for many positions, of which none is then made.
    func isStated(_ position: Int32) -> Bool {
        switch place(position) {
        case .stated: true
        case .withdrawn: false
        case .unchanged: base?.isStated(position) ?? false
        }
    }

    func place(_ position: Int32) -> Place {
        let place = Int(position)
        let (limb, branch, leaf) = (
            place >> 15, place >> 10 & SignalRecords.mask, place >> 5 & SignalRecords.mask
        )
        // Without names for the arrays: references to them would be counted, by all threads in one place.
        if base != nil, limbs[limb].isEmpty || limbs[limb][branch].isEmpty || limbs[limb][branch][leaf].isEmpty {
            return .unchanged
        }
        return limbs[limb][branch][leaf][place & SignalRecords.mask]
    }

    private mutating func set(_ position: Int32, _ value: Place) {
        let place = Int(position)
        let (branch, leaf) = (place >> 10 & SignalRecords.mask, place >> 5 & SignalRecords.mask)
        func fill<Element>(_ array: inout ContiguousArray<Element>, _ element: Element) {
            if array.isEmpty { array = ContiguousArray(repeating: element, count: SignalRecords.branches) }
        }
        fill(&limbs[place >> 15], [])
        fill(&limbs[place >> 15][branch], [])
        fill(&limbs[place >> 15][branch][leaf], .unchanged)
        limbs[place >> 15][branch][leaf][place & SignalRecords.mask] = value
    }

    /// Returns its position.
    mutating func append(_ record: SignalRecord) -> Int32 {
        if count & (1 << 15 - 1) == 0 { limbs.append([]) }
        if count & (1 << 10 - 1) == 0 { limbs[count >> 15].append([]) }
        if count & SignalRecords.mask == 0 {
            var leaf = Leaf()
            leaf.reserveCapacity(SignalRecords.branches)
            limbs[count >> 15][count >> 10 & SignalRecords.mask].append(leaf)
        }
        limbs[count >> 15][count >> 10 & SignalRecords.mask][count >> 5 & SignalRecords.mask].append(.stated(record))
        count += 1
        return Int32(count - 1)
    }

    func forEach(_ body: (Int32, SignalRecord) -> Void) {
        for position in 0..<Int32(count) {
            if let record = self[position] { body(position, record) }
        }
    }

    /// All that a snapshot does not have in this form, which is all without one.
    func forEachChanged(_ body: (Int32, SignalRecord) -> Void) {
        forEachPlace { position, place in
            if case .stated(let record) = place { body(position, record) }
        }
    }

    /// Those of some types; of a snapshot no others are looked at.
    func forEach(of types: Set<SignalType>, _ body: (Int32, SignalRecord) -> Void) {
        if let base {
            for range in base.ranges where types.contains(range.type) {
                for position in range.positions {
                    guard case .unchanged = place(position), let record = base.record(at: position) else { continue }
                    body(position, record)
                }
            }
        }
        forEachChanged { position, record in
            if types.contains(record.type) { body(position, record) }
        }
    }

    /// What stands in the trie.
    private func forEachPlace(_ body: (Int32, Place) -> Void) {
        for (limb, branches) in limbs.enumerated() {
            for (branch, leaves) in branches.enumerated() {
                for (leaf, places) in leaves.enumerated() {
                    let start = Int32(limb << 15 | branch << 10 | leaf << 5)
                    for (index, place) in places.enumerated() { body(start + Int32(index), place) }
                }
            }
        }
    }

    // MARK: Differences

    /// Whether both have the same snapshot below, or none.
    func hasSameBase(as other: SignalRecords) -> Bool { base === other.base }

    /// Positions at which the lists may differ, ascending; arrays that both share are passed over. Both have the same base.
    func forEachDifference(from old: SignalRecords, _ body: (Int32) -> Void) {
        for limb in 0..<max(limbs.count, old.limbs.count) {
            let (mine, others) = (SignalRecords.part(limbs, limb), SignalRecords.part(old.limbs, limb))
            if SignalRecords.isShared(mine, others) { continue }
            for branch in 0..<max(mine.count, others.count) {
                let (mine, others) = (SignalRecords.part(mine, branch), SignalRecords.part(others, branch))
                if SignalRecords.isShared(mine, others) { continue }
                for leaf in 0..<max(mine.count, others.count) {
                    let (mine, others) = (SignalRecords.part(mine, leaf), SignalRecords.part(others, leaf))
                    if SignalRecords.isShared(mine, others) { continue }
                    let start = Int32(limb << 15 | branch << 10 | leaf << 5)
                    for place in 0..<Int32(max(mine.count, others.count)) { body(start + place) }
                }
            }
        }
    }

    /// As the subscript, at any position.
    func record(at position: Int32) -> SignalRecord? { Int(position) < count ? self[position] : nil }

    private static func part<Element>(
        _ array: ContiguousArray<ContiguousArray<Element>>, _ place: Int
    ) -> ContiguousArray<Element> { place < array.count ? array[place] : [] }

    /// Whether two arrays are one: neither can have changed then.
    private static func isShared<Element>(_ a: ContiguousArray<Element>, _ b: ContiguousArray<Element>) -> Bool {
        a.count == b.count
            && a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { b in a.baseAddress == b.baseAddress } }
    }
}
