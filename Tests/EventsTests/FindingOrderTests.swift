import Events
import TestSupport
import Testing

struct FindingOrderTests {
    /// Irreflexive, asymmetric, transitive, and incomparability transitive too: what sorting needs to be one order.
    private func expectWeakOrder<Value>(_ values: [Value], _ precedes: (Value, Value) -> Bool) {
        for a in values {
            #expect(!precedes(a, a))
            for b in values {
                if precedes(a, b) { #expect(!precedes(b, a)) }
                for c in values {
                    if precedes(a, b), precedes(b, c), !precedes(a, c) { Issue.record("not transitive") }
                    let equals = !precedes(a, b) && !precedes(b, a) && !precedes(b, c) && !precedes(c, b)
                    if equals, precedes(a, c) || precedes(c, a) { Issue.record("equality is not transitive") }
                }
            }
        }
    }

    @Test(arguments: UInt64(1)...30)
    func findings(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        expectWeakOrder((0..<14).map { _ in randomFinding(media: 0..<2, using: &random) }, Finding.precedes)
    }

    @Test(arguments: UInt64(1)...20)
    func unavailable(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let values = (0..<14).map { _ in
            var item = Unavailable(
                event: Int.random(in: 0...1, using: &random), media: Bool.random(using: &random) ? 0 : nil,
                reason: Bool.random(using: &random) ? "late" : "crashed")
            item.detector = DetectorID(Int.random(in: 0...1, using: &random))
            return item
        }
        expectWeakOrder(values, Unavailable.precedes)
    }

    /// Findings that neither precede each other are one finding: the judge drops repeats by this order, so two
    /// that a verdict would write differently must have an order.
    @Test(arguments: UInt64(1)...60)
    func onlyFindingsThatAreWrittenAlikeAreTheSame(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let batch = richBatch()
        func written(_ finding: Finding) -> [UInt8] {
            Array(
                verdict(
                    Judgement(
                        batch: batch, event: 0, decision: Decision(action: .allow), findings: [finding],
                        decided: Timestamp(nanoseconds: 0)), .audit
                ).utf8)
        }
        for _ in 0..<40 {
            let a = randomFinding(media: 0..<2, using: &random)
            var b = a
            // One member apart, or none.
            let other = randomFinding(media: 0..<2, using: &random)
            switch Int.random(in: 0..<13, using: &random) {
            case 0: b.value = other.value
            case 1: b.threshold = other.threshold
            case 2: b.coverage = other.coverage
            case 3: b.signal = other.signal
            case 4: b.fact = other.fact
            case 5: b.span = other.span
            case 6: b.link = other.link
            case 7: b.coverageOfText = other.coverageOfText
            case 10: b.textContext = other.textContext
            case 8: b.score = other.score
            case 9: b.label = other.label
            case 11: b.language = other.language
            default: b.media = other.media
            }
            let same = !Finding.precedes(a, b) && !Finding.precedes(b, a)
            #expect(same == (written(a) == written(b)))
        }
    }

    @Test func theSameSetSortsTheSameWayHoweverItArrives() {
        var random = SplitMix64(seed: 7)
        let batch = richBatch()
        let findings = (0..<40).map { _ in randomFinding(media: 0..<2, using: &random) }
        func text(_ findings: [Finding]) -> String {
            verdict(
                Judgement(
                    batch: batch, event: 0, decision: Decision(action: .allow),
                    findings: findings.sorted(by: Finding.precedes)[...], decided: Timestamp(nanoseconds: 0)), .audit)
        }
        let expected = text(findings)
        for _ in 0..<50 { #expect(Array(text(findings.shuffled(using: &random)).utf8) == Array(expected.utf8)) }
    }
}
