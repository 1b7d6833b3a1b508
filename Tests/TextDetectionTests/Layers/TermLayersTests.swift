import Detection
import Events
import Signals
import TestSupport
import Testing

@testable import TextDetection

/// However the layers came about, what is found is what a matcher finds that was made of the signals at once.
@Suite struct TermLayersTests {
    /// Small ones, so that few signals make several layers.
    private static let limits = TermLayers.Limits(recent: 3, layers: 3)
    private static let compiler = TermCompiler(limits: limits)

    @Test(arguments: UInt64(1)...40)
    func findingsDoNotDependOnLayers(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var history = TermHistory()
        var set = SignalSet.empty
        var matcher = try TermMatcher(set, after: nil, TermLayersTests.compiler)
        var most = 0
        for round in 0..<12 {
            set = history.change(set, round, &random)
            // A rebuild takes its time, and signals change meanwhile.
            let previous = Int.random(in: 0..<6, using: &random) == 0 ? try matcher.rebuilt() : matcher
            if Int.random(in: 0..<3, using: &random) == 0 { set = history.change(set, round, &random) }
            matcher = try TermMatcher(set, after: previous, TermLayersTests.compiler)
            most = max(most, matcher.layers.parts.count)
            #expect(matcher.layers.count == set.signals.count)
            let posts = (0..<12).map { _ in history.post(&random) }
            let batch = try batch(posts)
            for limit in [2, 64] {
                let expected = try findings(batch, TermMatcher(SignalSet(set.signals)), most: limit)
                #expect(try findings(batch, matcher, most: limit) == expected, "round \(round)")
            }
        }
        #expect(most > 1)
        let rebuilt = try matcher.rebuilt()
        #expect(rebuilt.layers.parts.count == min(1, set.signals.count) && !rebuilt.isLayered)
    }

    /// In the order in which verdicts list them, with all that these write.
    private func findings(_ batch: EventBatch, _ matcher: TermMatcher, most: Int) throws -> [String] {
        let findings = TermDetector(matcher, most: most).findings(batch)
        #expect(findings.unavailable.isEmpty)
        return findings.found.sorted(by: Finding.precedes).map { finding in
            let signal = finding.signal
            return [
                words(finding), finding.textView?.rawValue ?? "-", signal?.source ?? "-",
                signal?.opinion.rawValue ?? "-", signal?.labels.joined(separator: ",") ?? "-", signal?.id ?? "-",
                "\(finding.textContext.rawValue)",
            ].joined(separator: " ")
        }
    }

    @Test func nothingIsCompiledForWhatHasNotChanged() throws {
        let first = SignalSet(["turnip", "lantern", "vastmark", "harrow"].map { signal($0) })
        let matcher = try TermMatcher(first, after: nil, TermLayersTests.compiler)
        #expect(matcher.layers.parts.count == 1 && !matcher.isLayered)
        let urgent = first.applying([SignalChange(signal("urgent"))], from: .topic, version: SignalVersion())
        let next = try TermMatcher(urgent, after: matcher, TermLayersTests.compiler)
        #expect(next.layers.parts.count == 2)
        #expect(next.layers.parts[0].layer === matcher.layers.parts[0].layer)
        #expect(next.layers.parts[1].layer.set.members.map(\.value) == ["urgent"])
        #expect(next.isLayered)
        // The same set again, read anew as from a file: signals stand at other positions, and all are known.
        let reread = SignalSet(urgent.signals + [signal("another")])
        let last = try TermMatcher(reread, after: next, TermLayersTests.compiler)
        #expect(last.layers.parts[0].layer === matcher.layers.parts[0].layer)
        #expect(last.layers.parts[1].layer.set.members.map(\.value) == ["another", "urgent"])
        #expect(last.layers.parts.allSatisfy { $0.dead.isEmpty })
    }

    @Test func withdrawnTermsAreMaskedAndComeBack() throws {
        let set = SignalSet(["turnip", "lantern", "vastmark", "harrow"].map { signal($0) })
        let matcher = try TermMatcher(set, after: nil, TermLayersTests.compiler)
        var gone = signal("turnip")
        gone.deleted = true
        let without = set.applying([SignalChange(gone)], from: .files, version: SignalVersion())
        let masked = try TermMatcher(without, after: matcher, TermLayersTests.compiler)
        #expect(masked.layers.parts.count == 1 && masked.layers.parts[0].dead.count == 1 && masked.isLayered)
        #expect(masked.layers.parts[0].layer === matcher.layers.parts[0].layer)
        #expect(masked.occurrences(in: "turnip lantern")?.count == 1)
        let again = without.applying([SignalChange(signal("turnip"))], from: .files, version: SignalVersion())
        let back = try TermMatcher(again, after: masked, TermLayersTests.compiler)
        #expect(back.layers.parts.count == 1 && !back.isLayered)
        #expect(back.occurrences(in: "turnip lantern")?.count == 2)
    }

    /// Times of updates and notes stand in no finding.
    @Test func whatChangesNoFindingChangesNoLayer() throws {
        let set = SignalSet(["turnip", "lantern", "vastmark", "harrow"].map { signal($0) })
        let matcher = try TermMatcher(set, after: nil, TermLayersTests.compiler)
        var noted = signal("turnip")
        noted.note = "seen again"
        noted.updatedAt = Timestamp(nanoseconds: 7)
        let next = set.applying([SignalChange(noted)], from: .files, version: SignalVersion())
        #expect(!(try TermMatcher(next, after: matcher, TermLayersTests.compiler)).isLayered)
    }

    @Test func aTermThatCannotBeLookedForIsNotedOnceAndSpoilsNothing() throws {
        let set = SignalSet(["turnip", "lantern", "vastmark", "harrow"].map { signal($0) })
        var notes: [String] = []
        func next(_ set: SignalSet, after: TermMatcher?) throws -> TermMatcher {
            try TermMatcher(set, after: after, TermLayersTests.compiler) { notes.append($1) }
        }
        let matcher = try next(set, after: nil)
        let bad = set.applying([SignalChange(signal("\u{AD}"))], from: .topic, version: SignalVersion())
        let same = try next(bad, after: matcher)
        #expect(same.layers.parts.count == 1 && notes.count == 1)
        let more = bad.applying([SignalChange(signal("urgent"))], from: .topic, version: SignalVersion())
        #expect(try next(more, after: same).layers.count == 5)
        #expect(notes.count == 1)
    }

    /// With many changes layers neither grow in number nor stay when nobody in them is alive.
    @Test func layersAreBounded() throws {
        var set = SignalSet((0..<40).map { signal("base\($0)") })
        var matcher = try TermMatcher(set, after: nil, TermLayersTests.compiler)
        for round in 0..<60 {
            set = set.applying(
                (0..<2).map { SignalChange(signal("more\(round)x\($0)")) }, from: .topic, version: SignalVersion())
            matcher = try TermMatcher(set, after: matcher, TermLayersTests.compiler)
            #expect(matcher.layers.parts.count <= TermLayersTests.limits.layers)
        }
        #expect(matcher.layers.count == 160)
        #expect(matcher.isCrowded)
        let gone = set.signals.map { signal in
            var signal = signal
            signal.deleted = true
            return SignalChange(signal)
        }
        set = set.applying(gone, from: .topic, version: SignalVersion())
            .applying(gone, from: .files, version: SignalVersion())
        #expect(try TermMatcher(set, after: matcher, TermLayersTests.compiler).isEmpty)
    }

    /// A text that is too much work is that in one layer as in several, and with dead terms as without them.
    @Test func workIsCountedAlikeInAllLayers() throws {
        let phrases = (0..<1_200).map { signal("the w\($0)x", .leet, type: .phrase) }
        let limits = TermCompiler(limits: TermLayers.Limits(recent: 0, layers: 4))
        func layered(_ count: Int) throws -> TermMatcher {
            var set = SignalSet(phrases[..<800])
            var matcher = try TermMatcher(set, after: nil, limits)
            set = set.applying(
                phrases[800..<count].map { SignalChange($0) }, from: .topic, version: SignalVersion())
            matcher = try TermMatcher(set, after: matcher, limits)
            #expect(matcher.layers.parts.count == (count > 800 ? 2 : 1))
            return matcher
        }
        let text = try batch([Post(String(repeating: "th3 a ", count: 500)), Post("the w7x")])
        for count in [800, 900, 980, 1_020, 1_100, 1_200] {
            let expected = TermDetector(try TermMatcher(SignalSet(phrases[..<count])), most: 64).findings(text)
            let found = TermDetector(try layered(count), most: 64).findings(text)
            #expect(found.unavailable == expected.unavailable)
            #expect(found.found.map(words) == expected.found.map(words))
        }
        // Half of them withdrawn.
        let set = SignalSet(phrases)
        let gone = phrases[600...].map { phrase in
            var phrase = phrase
            phrase.deleted = true
            return SignalChange(phrase)
        }
        let fewer = try TermMatcher(
            set.applying(gone, from: .files, version: SignalVersion()), after: try TermMatcher(set, after: nil, limits),
            limits)
        #expect(fewer.layers.parts.map(\.dead.count) == [600])
        #expect(TermDetector(fewer, most: 64).findings(text).unavailable.isEmpty)
    }
}

/// Signals that come, change and go, and texts in which they stand.
private struct TermHistory {
    private var stated: [String: Signal] = [:]
    private var withdrawn: [Signal] = []

    private static let values =
        TrickyText.words + [
            "order of the grey lantern", "grey lantern", "vastmark", "рот", "сорока", "copoka", "соска2", "жук",
            "turnip front", "front turnip", "TURNIP", "tur", "nip", "lantern", "lobak merah",
        ]

    /// A set after some changes; now and then one that was read anew.
    mutating func change(_ set: SignalSet, _ round: Int, _ random: inout SplitMix64) -> SignalSet {
        var changes: [SignalChange] = []
        for _ in 0..<Int.random(in: 1...(round == 0 ? 24 : 4), using: &random) {
            var one: Signal
            if let gone = withdrawn.randomElement(using: &random), Int.random(in: 0..<3, using: &random) == 0 {
                one = gone
            } else {
                one = signal(
                    TermHistory.values.randomElement(using: &random) ?? "", .word,
                    type: Bool.random(using: &random) ? .term : .phrase)
                one.match = TermMatch.allCases.randomElement(using: &random) ?? .word
                one.opinion = Opinion.allCases.randomElement(using: &random) ?? .seed
                one.source = Bool.random(using: &random) ? "a" : "b"
                one.labels = Bool.random(using: &random) ? ["L\(round)"] : []
                one.languages = Int.random(in: 0..<4, using: &random) == 0 ? ["id"] : []
                one.expiresAt =
                    Int.random(in: 0..<8, using: &random) == 0 ? try? Timestamp(rfc3339: "2026-01-01T00:00:00Z") : nil
            }
            guard termProblem(one) == nil else { continue }
            let key = "\(one.type) \(one.value) \(one.source ?? "")"
            if let known = stated[key], Int.random(in: 0..<3, using: &random) == 0 {
                one = known
                one.deleted = true
                withdrawn.append(known)
            }
            stated[key] = one.deleted ? nil : one
            changes.append(SignalChange(one))
        }
        if Int.random(in: 0..<8, using: &random) == 0 { return SignalSet(stated.values) }
        return set.applying(changes, from: .files, version: SignalVersion())
    }

    func post(_ random: inout SplitMix64) -> Post {
        func text(_ pieces: Int) -> String {
            (0..<pieces).map { _ in
                let value = TermHistory.values.randomElement(using: &random) ?? ""
                switch Int.random(in: 0..<8, using: &random) {
                case 0: return value.map { "\($0) " }.joined()
                case 1: return value.replacing("o", with: "0").replacing("t", with: "7")
                case 2: return value.replacing("r", with: "*")
                case 3: return value.replacing("n", with: "nnn")
                case 4: return value + TrickyText.piece(&random)
                // As reports have it, so that findings have a context.
                case 5: return "\"\(value) and \(value)\", said the police"
                default: return value
                }
            }.joined(separator: Bool.random(using: &random) ? " " : ". ")
        }
        return Post(
            text(Int.random(in: 0...12, using: &random)),
            title: Bool.random(using: &random) ? text(2) : nil,
            language: Bool.random(using: &random) ? "id" : Bool.random(using: &random) ? "en" : nil)
    }
}
