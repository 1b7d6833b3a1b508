import Detection
import Events
import Signals
import TestSupport
import Testing

@testable import TextDetection

/// A text that could not be looked through is one of which nothing is known, and costs no other text its findings.
@Suite struct FailedScanTests {
    /// Vectorscan fails for texts that have this, alone or in a stretch.
    private func refusing(_ mark: String) -> TermCompiler {
        let mark = Array(mark.utf8)
        return TermCompiler(
            limits: TermLayers.Limits(recent: 2, layers: 4), refuses: { !Array($0).places(of: mark).isEmpty })
    }

    private let base = ["turnip", "lantern", "vastmark", "harrow"].map { signal($0) }

    private func expectOneFailure(_ matcher: TermMatcher, _ text: String, found: Int = 2) throws {
        let batch = try batch([Post("turnip", title: "urgent"), Post("a \(text) b"), Post("urgent turnip")])
        let findings = TermDetector(matcher, most: 64).findings(batch)
        #expect(findings.unavailable.map(\.reason) == ["scan-failed"])
        #expect(findings.unavailable.map(\.event) == [1])
        #expect(findings.found.count { $0.event == 0 } == found && findings.found.count { $0.event == 2 } == found)
    }

    @Test func ofTheLargeLayer() throws {
        try expectOneFailure(try TermMatcher(SignalSet(base), after: nil, refusing("poison")), "poison", found: 1)
    }

    @Test func ofAnyLayer() throws {
        let set = SignalSet(base)
        let first = try TermMatcher(set, after: nil, TermCompiler(limits: .init(recent: 2, layers: 4)))
        let more = set.applying([SignalChange(signal("urgent"))], from: .topic, version: SignalVersion())
        let matcher = try TermMatcher(more, after: first, refusing("poison"))
        #expect(matcher.layers.parts.count == 2)
        try expectOneFailure(matcher, "poison")
        let whole = try TermMatcher(more, after: nil, refusing("poison"))
        #expect(whole.layers.parts.count == 1)
        try expectOneFailure(whole, "poison")
    }

    /// Letters without what stands between them are scanned on their own.
    @Test func ofTheDespacedView() throws {
        let terms = base + [signal("urgent"), signal("order of vastmark", .despaced, type: .phrase)]
        let matcher = try TermMatcher(SignalSet(terms), after: nil, refusing("poison"))
        try expectOneFailure(matcher, "p o i s o n")
    }

    /// Readings of words are work that is bounded.
    @Test(arguments: [TermMatch.leet, .masked, .edit1, .word]) func ofTheOtherViews(view: TermMatch) throws {
        let word = view == .edit1 ? "turnips" : "this"
        let written: [TermMatch: String] = [.leet: "th1s", .masked: "th*s", .edit1: "turnibs", .word: "thiiis"]
        let phrases = (0..<3_000).map { signal("\(word) w\($0)x", view, type: .phrase) }
        let set = SignalSet(base + phrases)
        let flood = String(repeating: "\(written[view] ?? "") a ", count: 600)
        let limits = TermCompiler(limits: .init(recent: 2, layers: 4))
        let first = try TermMatcher(set, after: nil, limits)
        let more = set.applying([SignalChange(signal("urgent"))], from: .topic, version: SignalVersion())
        let matcher = try TermMatcher(more, after: first, limits)
        #expect(matcher.layers.parts.count == 2)
        try expectOneFailure(matcher, flood)
    }
}
