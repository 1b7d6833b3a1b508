import Events
import Foundation
import TestSupport
import Testing

@testable import MetadataDetection

/// Strikes, against the formula.
@Suite struct StrikesTests {
    private let day: UInt32 = 86_400

    private func at(_ seconds: UInt32) -> StateTime { StateTime(seconds: 200_000_000 + seconds) }

    @Test func aStrikeLosesHalfInAHalfLife() {
        let decay = StrikeDecay(halfLife: .seconds(90 * 86_400))
        var strikes = Strikes()
        strikes.take(.strike, weight: nil, at: at(0), decay)
        #expect(strikes.value(at: at(0), decay) == 1_000)
        #expect(strikes.value(at: at(90 * day), decay) == 500)
        #expect(strikes.value(at: at(45 * day), decay) == 707)
        #expect(strikes.value(at: at(900 * day), decay) == 0)
        strikes.take(.strike, weight: 3, at: at(90 * day), decay)
        #expect(strikes.value(at: at(90 * day), decay) == 3_500)
        // One that is told late has lost as much as if it had been told in time.
        strikes.take(.strike, weight: 2, at: at(0), decay)
        #expect(strikes.value(at: at(90 * day), decay) == 4_500)
        // What is told ahead of an event counts whole.
        #expect(strikes.value(at: at(0), decay) == 4_500)
    }

    @Test func whatIsTakenBackIsGone() {
        let decay = StrikeDecay(halfLife: .seconds(86_400))
        var strikes = Strikes()
        strikes.take(.terrorismStrike, weight: 2, at: at(0), decay)
        strikes.take(.removed, weight: 5, at: at(0), decay)
        #expect(strikes.terrorism == at(0) && strikes.removed == at(0))
        strikes.take(.restored, weight: 3, at: at(0), decay)
        #expect(strikes.value(at: at(0), decay) == 4_000 && strikes.terrorism != nil && strikes.removed != nil)
        // A day later three strikes of then are half of what three are.
        strikes.take(.restored, weight: 1, at: at(day), decay)
        #expect(strikes.value(at: at(day), decay) == 1_000)
        strikes.take(.restored, weight: 9, at: at(day), decay)
        #expect(strikes.value(at: at(day), decay) == 0 && !strikes.isEmpty)
        strikes.take(.restored, weight: nil, at: at(0), decay)
        #expect(strikes.isEmpty)
    }

    @Test func thereIsAnEnd() {
        let decay = StrikeDecay(halfLife: .seconds(3_600))
        var strikes = Strikes()
        for _ in 0..<30 { strikes.take(.strike, weight: 100, at: at(0), decay) }
        #expect(strikes.value(at: at(0), decay) == Strikes.most)
        #expect(strikes.value(at: StateTime(seconds: .max), decay) == 0)
    }

    /// No more than a 64th of a half-life, and a thousandth for each that was added, beside the exact sum.
    @Test(arguments: UInt64(1)...20)
    func theSumIsThatOfTheFormula(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let halfLife = UInt32.random(in: 3_600...10_000_000, using: &random)
        let decay = StrikeDecay(halfLife: .seconds(halfLife))
        var strikes = Strikes()
        var told: [(at: UInt32, weight: Int64)] = []
        var now: UInt32 = 0
        for _ in 0..<40 {
            now += UInt32.random(in: 0...halfLife / 4, using: &random)
            let time = now - min(now, UInt32.random(in: 0...3, using: &random) * 600)
            let weight = Int64.random(in: 1...5, using: &random)
            strikes.take(.strike, weight: weight, at: at(time), decay)
            told.append((time, weight))
            strikes = withRecord({ strikes.write(to: &$0) }) { Strikes(from: &$0) }
            let exact = told.map { 1_000 * Double($0.weight) * exp2(-(Double(now) - Double($0.at)) / Double(halfLife)) }
                .reduce(0, +)
            let value = Double(strikes.value(at: at(now), decay))
            #expect(value <= exact * exp2(Double(told.count) / 64) + 1 && value >= exact - Double(2 * told.count))
        }
    }

    @Test func whatCantHaveBeenWrittenIsRefused() {
        for bytes in [[0, 0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0], [1, 0, 0, 0, 0]] as [[UInt8]] {
            bytes.withUnsafeBytes { bytes in
                var reader = RecordReader(bytes)
                _ = Strikes(from: &reader)
                let isBroken = reader.isBroken
                #expect(isBroken)
            }
        }
    }
}
