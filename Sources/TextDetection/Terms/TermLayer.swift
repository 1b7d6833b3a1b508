internal import Events
internal import Signals

/// Terms that were compiled together. Never changes: what is withdrawn is passed over by who reports.
final class TermLayer: Sendable {
    let set: TermSet
    let database: TermDatabase
    let views: TermViews
    let gate: TermGate

    /// Takes about 35 µs a term: not for the cooperative pool.
    ///
    /// - Parameters:
    ///   - signals: of each value one, in the order of types and values.
    ///   - isKept: whether what is compiled may be taken from the folder of databases, or put there.
    ///   - note: told of each signal that can't be looked for, and why; it is left out.
    /// - Returns: nil if there is nothing to look for.
    init?(
        _ signals: [SignalListing.Entry], _ compiler: TermCompiler, isKept: Bool = false,
        note: (Signal, String) -> Void = { _, _ in }
    ) throws {
        set = TermSet(signals, note: note)
        guard !set.members.isEmpty else { return nil }
        database = try compiler.database(of: set.texts, isKept: isKept)
        views = try TermViews(set, compiler, isKept: isKept)
        gate = TermGate(set, least: compiler.gateLeast)
    }

    /// Position among the members of the one with this value.
    func member(of signal: Signal) -> Int? {
        var (low, high) = (0, set.members.count)
        while low < high {
            let middle = (low + high) / 2
            if TermSet.Member.precedes(set.members[middle], signal.type, signal.value) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < set.members.count, set.members[low].type == signal.type,
            set.members[low].value.utf8.elementsEqual(signal.value.utf8)
        else { return nil }
        return low
    }
}

/// Makes databases of a detector's terms.
struct TermCompiler: Sendable {
    /// Where large ones are kept from start to start; nil: nowhere.
    var folder: TermDatabaseFolder?
    var limits = TermLayers.Limits()
    /// Of what texts a scan fails: for tests.
    var refuses: (@Sendable (UnsafeBufferPointer<UInt8>) -> Bool)?
    /// Fewer patterns have no gate.
    var gateLeast = TermGate.least

    /// Fewer are compiled faster than their file is read and checked.
    static let leastKept = 1_000

    func database(of texts: ContiguousArray<[UInt8]>, isKept: Bool) throws -> TermDatabase {
        guard isKept, let folder, texts.count > TermCompiler.leastKept else {
            return try TermDatabase(texts, refuses: refuses)
        }
        return try folder.database(of: texts) { () throws(TermCompileError) in
            try TermDatabase(texts, refuses: refuses)
        }
    }
}
