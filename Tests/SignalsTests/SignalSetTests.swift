import Events
import TestSupport
import Testing

@testable import Signals

@Suite struct SignalSetTests {
    private let hash = String(repeating: "a", count: 64)

    @Test(arguments: [
        ([Opinion.positive], Opinion.positive), ([.seed], .seed), ([.negative], .negative), ([.disputed], .disputed),
        ([.positive, .positive], .positive), ([.positive, .seed], .positive), ([.seed, .seed], .seed),
        ([.positive, .negative], .disputed), ([.seed, .negative], .disputed), ([.negative, .negative], .negative),
        ([.positive, .disputed], .disputed), ([.positive, .seed, .negative], .disputed),
        ([.negative, .negative, .seed], .disputed),
    ]) func severalSourcesAreOneOpinion(opinions: [Opinion], expected: Opinion) {
        let stated = opinions.enumerated().map { signal(.sha256, hash, $0.element, source: "s\($0.offset)") }
        let set = SignalSet(stated)
        #expect(set.signals.map(\.opinion) == [expected])
    }

    @Test func aJoinedSignalIsNamedAfterTheSurestSource() throws {
        let set = SignalSet([
            signal(.sha256, hash, .seed, source: "a", labels: ["x", "y"]),
            signal(.sha256, hash, .positive, source: "c", labels: ["z"]),
            signal(.sha256, hash, .positive, source: "b", labels: ["x"]),
        ])
        let joined = try #require(set.signals.first)
        #expect(set.signals.count == 1)
        #expect(joined.source == "b")
        #expect(joined.labels == ["x", "y", "z"])
    }

    @Test func aSourceWithdrawsOnlyItsOwn() throws {
        let set = SignalSet([
            signal(.sha256, hash, .positive, source: "a"), signal(.sha256, hash, .seed, source: "b"),
            signal(.sha256, hash, source: "a", deleted: true),
        ])
        #expect(set.signals.map(\.source) == ["b"])
        #expect(set.signals.map(\.opinion) == [.seed])
        let none = SignalSet([signal(.sha256, hash), signal(.sha256, hash, deleted: true)])
        #expect(none.signals.isEmpty)
        #expect(none.position(sha256: try digest(hash)) == nil)
    }

    @Test func theLaterWordOfASourceCounts() {
        let (before, after) = (
            signal(.sha256, hash, .positive, source: "a", updatedAt: 1),
            signal(.sha256, hash, .negative, source: "a", updatedAt: 2)
        )
        #expect(SignalSet([before, after]).signals.map(\.opinion) == [.negative])
        #expect(SignalSet([after, before]).signals.map(\.opinion) == [.negative])
        // Without times, the order is all there is.
        let untimed = signal(.sha256, hash, .seed, source: "a")
        #expect(SignalSet([after, untimed]).signals.map(\.opinion) == [.seed])
        // An old withdrawal does not take back what was stated since.
        let withdrawn = signal(.sha256, hash, source: "a", updatedAt: 0, deleted: true)
        #expect(SignalSet([after, withdrawn]).signals.map(\.opinion) == [.negative])
    }

    @Test func anEmptySourceIsNoSource() {
        let set = SignalSet([signal(.sha256, hash, .positive, source: ""), signal(.sha256, hash, .seed)])
        #expect(set.signals.map(\.opinion) == [.seed])
    }

    /// Several sources, each of which says each thing once, in any order.
    @Test(arguments: UInt64(1)...40) func orderDoesNotMatter(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var stated: [Signal] = []
        for value in 0..<6 {
            for source in 0..<4 where Int.random(in: 0..<3, using: &random) > 0 {
                let labels = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    "L\(Int.random(in: 0...5, using: &random))"
                }
                var one = signal(
                    Bool.random(using: &random) ? .url : .term, "site\(value).example/\(value)",
                    Opinion.allCases.randomElement(using: &random) ?? .seed,
                    source: source == 0 ? nil : "s\(source)", labels: labels,
                    updatedAt: Bool.random(using: &random) ? Int64.random(in: 0...9, using: &random) : nil,
                    expiresAt: Bool.random(using: &random) ? Int64.random(in: 0...9, using: &random) : nil,
                    deleted: Int.random(in: 0..<8, using: &random) == 0)
                one.id = "\(value).\(source)"
                one.languages = Bool.random(using: &random) ? [] : ["id"]
                stated.append(one)
            }
        }
        let expected = SignalSet(stated)
        for _ in 0..<5 {
            let shuffled = SignalSet(stated.shuffled(using: &random))
            #expect(shuffled.signals == expected.signals)
            for time in Int64(0)...10 {
                for position in expected.signals.indices {
                    let (a, b) = (
                        expected.match(Int32(position), at: .at(time)), shuffled.match(Int32(position), at: .at(time))
                    )
                    #expect(a?.opinion == b?.opinion)
                    #expect(a?.source == b?.source)
                    #expect(a?.labels == b?.labels)
                    #expect(a?.id == b?.id)
                }
            }
        }
    }

    @Test func aSignalExpiresByTheTimeOfTheEvent() throws {
        let set = SignalSet([signal(.sha256, hash, expiresAt: 100)])
        let position = try #require(set.position(sha256: try digest(hash)))
        #expect(set.match(position, at: .at(99))?.reference == "sha256:\(hash)")
        #expect(set.match(position, at: .at(100)) == nil)
        #expect(set.match(position, at: .at(101)) == nil)
    }

    /// A source whose word has run out must not lend its certainty to one that was never sure.
    @Test func anOpinionLastsAsLongAsItsSourceSaid() throws {
        let set = SignalSet([
            signal(.sha256, hash, .positive, source: "a", labels: ["sure"], expiresAt: 100),
            signal(.sha256, hash, .seed, source: "b", labels: ["unsure"]),
            signal(.sha256, hash, .negative, source: "c", expiresAt: 50),
        ])
        let position = try #require(set.position(sha256: try digest(hash)))
        #expect(set.match(position, at: .at(49))?.opinion == .disputed)
        #expect(set.match(position, at: .at(99))?.opinion == .positive)
        #expect(set.match(position, at: .at(99))?.labels == ["sure", "unsure"])
        #expect(set.match(position, at: .at(100))?.opinion == .seed)
        #expect(set.match(position, at: .at(100))?.source == "b")
        #expect(set.match(position, at: .at(100))?.labels == ["unsure"])
    }

    @Test func eachSourcesOwnWordIsKept() throws {
        let set = SignalSet([
            signal(.sha256, hash, .positive, source: "a", expiresAt: 100), signal(.sha256, hash, .seed, source: "b"),
            signal(.term, "x", .negative), signal(.term, "x", .seed, source: "c"),
        ])
        let position = try #require(set.position(sha256: try digest(hash)))
        let early = try #require(set.match(position, at: .at(1)))
        #expect(early.opinion == .positive)
        #expect(early.isHeld(by: ["a"], as: [.positive]) && early.isHeld(by: ["b"], as: [.seed]))
        #expect(!early.isHeld(by: ["b"], as: [.positive]) && !early.isHeld(by: [""], as: []))
        let late = try #require(set.match(position, at: .at(100)))
        #expect(!late.isHeld(by: ["a"], as: []) && late.isHeld(by: ["b"], as: []))
        let term = try #require(set.signals(of: [.term]).first)
        #expect(term.matched.opinion == .disputed)
        #expect(term.matched.isHeld(by: [""], as: [.negative]) && term.matched.isHeld(by: ["c"], as: [.seed]))
    }

    @Test func aJoinedSignalEndsWithItsLastSource() throws {
        let set = SignalSet([
            signal(.sha256, hash, source: "a", expiresAt: 100), signal(.sha256, hash, source: "b", expiresAt: 200),
        ])
        let position = try #require(set.position(sha256: try digest(hash)))
        #expect(set.match(position, at: .at(150))?.source == "b")
        #expect(set.match(position, at: .at(200)) == nil)
    }

    @Test func eachTypeIsFoundWhereItBelongs() throws {
        let md5 = String(repeating: "b", count: 32)
        let sha1 = String(repeating: "c", count: 40)
        let set = SignalSet([
            signal(.sha256, hash), signal(.md5, md5), signal(.sha1, sha1), signal(.pdq, hash),
            signal(.term, "turnip front"),
        ])
        let sha = try #require(set.position(sha256: try digest(hash)))
        #expect(set.signals[Int(sha)].type == .sha256)
        let exact = try #require(md5.withBytes { Digest128(hex: $0) })
        let md5Position = try #require(set.position(md5: exact))
        #expect(set.signals[Int(md5Position)].type == .md5)
        let sha1Digest = try #require(sha1.withBytes { Digest160(hex: $0) })
        let sha1Position = try #require(set.position(sha1: sha1Digest))
        #expect(set.signals[Int(sha1Position)].type == .sha1)
        #expect(set.pdq.count == 1)
        #expect(set.counts().map(\.type) == SignalType.allCases)
        #expect(set.counts().filter { $0.count > 0 }.map(\.type) == [.sha256, .md5, .sha1, .pdq, .term])
        #expect(set.counts().allSatisfy { $0.count <= 1 })
        #expect(set.newest == nil)
        #expect(set.position(sha256: Digest256()) == nil)
    }

    @Test func theNewestIsTheLastUpdated() {
        let set = SignalSet([signal(.term, "a", updatedAt: 5), signal(.term, "b", updatedAt: 9), signal(.term, "c")])
        #expect(set.newest == .at(9))
    }

    private func digest(_ hex: String) throws -> Digest256 { try #require(hex.withBytes { Digest256(hex: $0) }) }
}
