import Events
import TestSupport
import Testing

@testable import Signals

/// What has changed from one set to another.
@Suite struct SignalListingTests {
    private static let types: Set<SignalType> = [.term, .phrase, .pdq]

    /// Against the lists of both.
    @Test(arguments: UInt64(1)...30) func changesLeadFromOneListToTheOther(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var set = SignalSet.empty
        var model = SignalModel()
        var sets = [set]
        for round in 0..<20 {
            let (origin, changes) = model.change(round, using: &random)
            set = set.applying(changes.map { SignalChange($0) }, from: origin, version: SignalVersion())
            // Now and then all positions are other ones.
            if Int.random(in: 0..<6, using: &random) == 0 { set = SignalSet(set.signals) }
            if Int.random(in: 0..<6, using: &random) == 0 { set = set.settled() }
            let before = sets.randomElement(using: &random) ?? set
            sets.append(set)
            let changed = set.listing.changes(since: before.listing, of: SignalListingTests.types)
            var places: [Int32: Signal] = [:]
            for (position, signal, _) in before.signals(of: SignalListingTests.types) { places[position] = signal }
            for entry in changed.gone {
                #expect(places.removeValue(forKey: entry.position) == entry.known.signal)
            }
            for entry in changed.come {
                #expect(places.updateValue(entry.known.signal, forKey: entry.position) == nil)
            }
            var expected: [Int32: Signal] = [:]
            for (position, signal, _) in set.signals(of: SignalListingTests.types) { expected[position] = signal }
            #expect(places == expected)
        }
    }

    @Test func onlyWhatChangedIsLookedAt() {
        let set = SignalSet((0..<10_000).map { Signal(type: .term, value: "word \($0)") })
        var other = Signal(type: .term, value: "word 77")
        other.opinion = .positive
        let next = set.applying([SignalChange(other)], from: .files, version: SignalVersion())
        let (gone, come) = next.listing.changes(since: set.listing, of: [.term])
        #expect(gone.map(\.known.signal.value) == ["word 77"] && come.map(\.known.signal.opinion) == [.positive])
        #expect(!gone[0].known.isAlike(come[0].known))
        #expect(next.listing.changes(since: next.listing, of: [.term]).come.isEmpty)
        #expect(next.listing.changes(since: set.listing, of: [.phrase]).come.isEmpty)
    }
}
