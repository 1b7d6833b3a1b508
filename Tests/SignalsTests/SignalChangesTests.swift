import Events
import TestSupport
import Testing

@testable import Signals

/// A set that is changed again and again, against one that is built anew.
@Suite struct SignalChangesTests {
    @Test(arguments: UInt64(1)...30) func aChangedSetIsAsOneThatIsMadeAnew(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var set = SignalSet.empty
        var model = SignalModel()
        var merged: SignalSet.Merged?
        for round in 0..<40 {
            let (before, modelBefore) = (set, model)
            let (origin, changes) = model.change(round, using: &random)
            set = set.applying(
                changes.map { SignalChange($0) }, from: origin,
                version: SignalVersion(topic: "t", offsets: [Int64(round)]))
            #expect(set.version.description == "t@\(round)")
            // A merge takes its time, and signals change meanwhile.
            if let finished = merged {
                set = set.finishing(finished)
                merged = nil
            } else if Bool.random(using: &random) {
                merged = set.wholeMerge.run()
            }
            try model.compare(set, using: &random)
            // What was copied from has not noticed.
            if round % 8 == 0 { try modelBefore.compare(before, using: &random) }
        }
    }

    /// One source may be in a file and in the topic: each place takes back only what it said itself.
    @Test func originsDoNotTouchEachOther() throws {
        let hash = String(repeating: "a", count: 64)
        let mine = signal(.sha256, hash, .positive, source: "a")
        let theirs = signal(.sha256, hash, .negative, source: "a")
        let withdrawn = signal(.sha256, hash, source: "a", deleted: true)
        let version = SignalVersion()
        let both = SignalSet([mine]).applying([theirs].map { SignalChange($0) }, from: .topic, version: version)
        #expect(both.signals.map(\.opinion) == [.disputed])
        #expect(
            both.applying([withdrawn].map { SignalChange($0) }, from: .topic, version: version).signals.map(\.opinion)
                == [.positive])
        #expect(
            both.applying([withdrawn].map { SignalChange($0) }, from: .files, version: version).signals.map(\.opinion)
                == [.negative])
    }

    /// In a topic the place is the order, as it is for compaction.
    @Test func theLaterChangeCountsWhateverItsTime() {
        let hash = String(repeating: "a", count: 64)
        let new = signal(.sha256, hash, .positive, source: "a", updatedAt: 9)
        let old = signal(.sha256, hash, .seed, source: "a", updatedAt: 1)
        let set = SignalSet.empty.applying([new, old].map { SignalChange($0) }, from: .topic, version: SignalVersion())
        #expect(set.signals.map(\.opinion) == [.seed])
    }

    @Test func filesAreExchangedAndTheTopicStays() throws {
        let hash = String(repeating: "a", count: 64)
        let set = SignalSet([signal(.term, "one"), signal(.sha256, hash, .seed)])
            .applying(
                [signal(.sha256, hash, .negative)].map { SignalChange($0) }, from: .topic,
                version: SignalVersion(topic: "t"))
        var files = SignalStage(.files)
        files.add(SignalChange(signal(.term, "two")))
        let next = set.replacing(files, version: SignalVersion(files: "f"))
        #expect(next.signals.map(\.value) == [hash, "two"])
        #expect(next.signals.map(\.opinion) == [.negative, .positive])
        #expect(next.version.description == "files:f")
    }

    /// A detector is made anew only if its own signals have changed.
    @Test func changesAreToldByType() {
        let set = SignalSet([signal(.term, "one"), signal(.domain, "a.example")])
        let next = set.applying(
            [signal(.domain, "b.example")].map { SignalChange($0) }, from: .topic, version: SignalVersion())
        #expect(next.isUnchanged([.term, .phrase], since: set))
        #expect(!next.isUnchanged([.term, .domain], since: set))
        let nothing = next.applying(
            [signal(.term, "x", deleted: true)].map { SignalChange($0) }, from: .topic, version: SignalVersion())
        #expect(nothing.isUnchanged(Set(SignalType.allCases), since: next))
        let last = next.applying(
            [signal(.term, "one", deleted: true)].map { SignalChange($0) }, from: .files, version: SignalVersion())
        #expect(!last.isUnchanged([.term], since: next))
    }

    /// Many hashes come and go: merges and the clearing of withdrawn ones happen on the way.
    @Test func manyHashesComeAndGo() throws {
        var random = SplitMix64(seed: 7)
        var set = SignalSet.empty
        let values = (0..<30_000).map { _ in
            (0..<4).map { _ in
                let hex = String(random.next(), radix: 16)
                return String(repeating: "0", count: 16 - hex.count) + hex
            }.joined()
        }
        var present = Set<Int>()
        for round in 0..<12 {
            let changes = (0..<6_000).map { _ in Int.random(in: 0..<values.count, using: &random) }.map { index in
                let isDeleted = round > 5 ? index % 4 != 0 : index % 4 == 0
                if isDeleted { present.remove(index) } else { present.insert(index) }
                return signal(.pdq, values[index], deleted: isDeleted)
            }
            // Begun before these changes, and finished after them.
            let merge = set.mergeDue
            set = set.applying(changes.map { SignalChange($0) }, from: .topic, version: SignalVersion())
            if let merge { set = set.finishing(merge.run()) }
            #expect(set.count == present.count)
            for index in (0..<200).map({ _ in Int.random(in: 0..<values.count, using: &random) }) {
                let hash = try #require(values[index].withBytes { Digest256(hex: $0) })
                let found = set.pdq.matches(hash, threshold: 31).compactMap { set.match($0.signal, at: .at(0)) }
                #expect(found.map(\.reference) == (present.contains(index) ? ["pdq:\(values[index])"] : []))
            }
        }
        set = set.settled()
        // What was withdrawn has not stayed in the index for good.
        #expect(set.pdq.count < present.count + max(4_096, present.count / 2))
    }
}
