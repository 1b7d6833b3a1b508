internal import Events
internal import Signals

/// All terms of a set of signals, in layers: a large one that takes seconds to compile, and small ones of what has changed
/// since, so that an urgent term need not wait for that.
///
/// Each signal that can be looked for is alive in one layer. One that was withdrawn or changed is dead there: its hits
/// are counted and not reported. So what is found is the same whatever layers the signals are in.
struct TermLayers: Sendable {
    static let types: Set<SignalType> = [.term, .phrase]

    struct Limits: Sendable {
        /// So many changed terms are compiled again with the next change, in some 20 ms. A set of no more has one layer.
        var recent = 500
        /// With so many layers, all but the first become one.
        var layers = 6
    }

    /// A layer, and who of it is alive.
    final class Part: Sendable {
        let layer: TermLayer
        let dead: MemberSet
        /// Number of its first entry among those of all layers.
        let firstEntry: Int
        /// How many signals of a phrase, and of a pattern, are dead.
        private let deadInPhrases: [Int32: Int32]
        private let deadInPatterns: [Int32: Int32]

        init(_ layer: TermLayer, _ dead: MemberSet, firstEntry: Int) {
            self.layer = layer
            self.dead = dead
            self.firstEntry = firstEntry
            var deadInPhrases: [Int32: Int32] = [:]
            var deadInPatterns: [Int32: Int32] = [:]
            dead.forEach { number in
                let member = layer.set.members[number]
                deadInPatterns[member.pattern, default: 0] += 1
                let phrase = layer.views.phraseOfPattern[Int(member.pattern)]
                if member.isWord, phrase >= 0 { deadInPhrases[phrase, default: 0] += 1 }
            }
            self.deadInPhrases = deadInPhrases
            self.deadInPatterns = deadInPatterns
        }

        /// How many living signals a phrase stands for.
        @inline(__always)
        func weight(of number: Int32, _ phrase: TermViews.Phrase) -> Int {
            deadInPhrases.isEmpty ? Int(phrase.weight) : Int(phrase.weight - (deadInPhrases[number] ?? 0))
        }

        /// How many living signals a pattern stands for.
        @inline(__always)
        func weight(ofPattern number: Int) -> Int {
            Int(layer.set.patternMembers[number] - (deadInPatterns[Int32(number)] ?? 0))
        }

        @inline(__always)
        func isAlive(_ term: Int) -> Bool {
            dead.isEmpty || !dead.contains(Int(layer.set.terms[term].member))
        }

        var living: Int { layer.set.members.count - dead.count }
    }

    private(set) var parts: [Part] = []
    private let listing: SignalListing

    /// Of no signals.
    init() { listing = .empty }

    /// Of one layer that has all of these, whatever signals they are.
    init(_ terms: [SignalListing.Entry], _ compiler: TermCompiler) throws {
        let layer = try TermLayer(terms, compiler)
        self.init(.empty, layer.map { [($0, MemberSet(count: $0.set.members.count))] } ?? [])
    }

    private init(_ listing: SignalListing, _ parts: [(layer: TermLayer, dead: MemberSet)]) {
        self.listing = listing
        var firstEntry = 0
        for (layer, dead) in parts where dead.count < layer.set.members.count {
            self.parts.append(Part(layer, dead, firstEntry: firstEntry))
            firstEntry += layer.set.entries.count
        }
    }

    var entryCount: Int { parts.last.map { $0.firstEntry + $0.layer.set.entries.count } ?? 0 }
    var count: Int { parts.reduce(0) { $0 + $1.living } }

    /// The layer that has an entry.
    @inline(__always)
    func part(ofEntry entry: Int) -> Int {
        var part = parts.count - 1
        while parts[part].firstEntry > entry { part -= 1 }
        return part
    }

    // MARK: Changes

    /// Those of other signals. Takes as long as there are changes, if these grew out of those that the layers are of; of
    /// many changes, and of the first signals, one layer is made.
    ///
    /// - Parameter note: told of each signal that has come and can't be looked for, and why.
    func advanced(
        to listing: SignalListing, _ compiler: TermCompiler, note: (Signal, String) -> Void = { _, _ in }
    ) throws -> TermLayers {
        let (gone, come) = listing.changes(since: self.listing, of: TermLayers.types)
        var layers = parts.map { (layer: $0.layer, dead: $0.dead) }
        for entry in gone {
            let signal = entry.known.signal
            for index in layers.indices {
                guard let member = layers[index].layer.member(of: signal) else { continue }
                layers[index].dead.insert(member)
            }
        }
        // What says again what a layer has is alive there again: it came from another place, or was taken back and stated.
        let added = come.filter { entry in
            let signal = entry.known.signal
            for index in layers.indices {
                guard let member = layers[index].layer.member(of: signal),
                    layers[index].layer.set.members[member].known.isAlike(entry.known)
                else { continue }
                layers[index].dead.remove(member)
                return false
            }
            return true
        }
        layers.removeAll { $0.dead.count == $0.layer.set.members.count }
        if !added.isEmpty { try TermLayers.add(added, to: &layers, compiler, note) }
        return TermLayers(listing, layers)
    }

    private static func add(
        _ added: [SignalListing.Entry], to layers: inout [(layer: TermLayer, dead: MemberSet)],
        _ compiler: TermCompiler,
        _ note: (Signal, String) -> Void
    ) throws {
        func living(_ layers: ArraySlice<(layer: TermLayer, dead: MemberSet)>) -> Int {
            layers.reduce(0) { $0 + $1.layer.set.members.count - $1.dead.count }
        }
        let known = living(layers[...])
        // Those layers whose signals are compiled again with the new ones.
        var first = layers.count
        if known + added.count <= compiler.limits.recent || added.count > known {
            first = 0
        } else if layers.count >= compiler.limits.layers {
            first = 1
        } else if layers.count > 1, living(layers.suffix(1)) + added.count <= compiler.limits.recent {
            first = layers.count - 1
        }
        let signals = sorted(layers[first...].flatMap { members($0.layer, $0.dead) } + added)
        layers.removeSubrange(first...)
        if let layer = try TermLayer(signals, compiler, isKept: first == 0, note: note) {
            layers.append((layer, MemberSet(count: layer.set.members.count)))
        }
    }

    private static func members(_ layer: TermLayer, _ dead: MemberSet) -> [SignalListing.Entry] {
        layer.set.members.indices.lazy.filter { !dead.contains($0) }.map {
            SignalListing.Entry(layer.set.members[$0].known, position: layer.set.members[$0].position)
        }
    }

    private static func sorted(_ signals: [SignalListing.Entry]) -> [SignalListing.Entry] {
        signals.map { (entry: $0, signal: $0.known.signal) }.sorted { a, b in
            if a.signal.type != b.signal.type { return a.signal.type.rawValue < b.signal.type.rawValue }
            return a.signal.value.utf8.lexicographicallyPrecedes(b.signal.value.utf8)
        }.map(\.entry)
    }

    // MARK: One layer again

    /// Whether there is more than one layer would need.
    var isLayered: Bool { parts.count > 1 || parts.contains { !$0.dead.isEmpty } }

    /// Whether it is time that there were fewer: what has changed since the first layer was made, and is compiled again now
    /// and then, has become much.
    func isCrowded(_ limits: Limits) -> Bool {
        parts.count >= limits.layers - 1 || parts.dropFirst().contains { $0.living > 8 * limits.recent }
    }

    /// The same terms in one layer.
    func rebuilt(_ compiler: TermCompiler) throws -> TermLayers {
        let signals = TermLayers.sorted(parts.flatMap { TermLayers.members($0.layer, $0.dead) })
        let layer = try TermLayer(signals, compiler, isKept: true)
        return TermLayers(listing, layer.map { [($0, MemberSet(count: $0.set.members.count))] } ?? [])
    }

    // MARK: Scanning

    var databases: [TermDatabase] {
        parts.flatMap { [$0.layer.database, $0.layer.views.despaced?.database] }.compactMap(\.self)
    }
}

/// Some of a layer's members.
struct MemberSet: Sendable {
    private var words: [UInt64]
    private(set) var count = 0

    /// None of so many.
    init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

    @inline(__always)
    var isEmpty: Bool { count == 0 }

    @inline(__always)
    func contains(_ member: Int) -> Bool { words[member / 64] >> UInt64(member % 64) & 1 != 0 }

    mutating func insert(_ member: Int) {
        if !contains(member) { count += 1 }
        words[member / 64] |= 1 << UInt64(member % 64)
    }

    mutating func remove(_ member: Int) {
        if contains(member) { count -= 1 }
        words[member / 64] &= ~(1 << UInt64(member % 64))
    }

    func forEach(_ body: (Int) -> Void) {
        guard count > 0 else { return }
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                body(index * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
    }
}
