import Detection
import Events
import Signals
import TestSupport
import Testing

@testable import TextDetection

/// What tells cheaply that a text has none of many terms must not overlook one.
@Suite struct TermGateTests {
    private static func detector(_ signals: [Signal], gateLeast: Int) throws -> TermDetector {
        let matcher = try TermMatcher(SignalSet(signals), after: nil, TermCompiler(gateLeast: gateLeast))
        return TermDetector(matcher, most: 1_000)
    }

    private static func signals(_ random: inout SplitMix64, singles: Bool) -> [Signal] {
        let gaps = [" ", " ", "-", ". ", "日", " 🎉 ", "'", "_"]
        var values: Set<String> = []
        var signals: [Signal] = []
        for _ in 0..<20 {
            var value = TrickyText.piece(&random)
            for _ in 0..<Int.random(in: singles ? 0...2 : 1...2, using: &random) {
                value += (gaps.randomElement(using: &random) ?? " ") + TrickyText.piece(&random)
            }
            guard (try? SignalValue.normalized(value, .phrase)) != nil, values.insert(value).inserted else { continue }
            let signal = Signal(type: .phrase, value: value)
            if termProblem(signal) == nil { signals.append(signal) }
        }
        return signals
    }

    @Test(arguments: UInt64(1)...60) func noTermIsOverlooked(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let signals = TermGateTests.signals(&random, singles: seed % 2 == 0)
        let posts = (0..<40).map { number in
            var text = TrickyText.text(pieces: Int.random(in: 0...12, using: &random), &random)
            if number % 2 == 0, let known = signals.randomElement(using: &random) {
                text += (TrickyText.others.randomElement(using: &random) ?? "") + known.value
                text += TrickyText.text(pieces: Int.random(in: 0...3, using: &random), &random)
            }
            return Post(text, title: number % 3 == 0 ? "A title \(number)" : nil)
        }
        let batch = try batch(posts)
        let plain = try TermGateTests.detector(signals, gateLeast: .max).findings(batch)
        let gated = try TermGateTests.detector(signals, gateLeast: 0).findings(batch)
        #expect(!plain.found.isEmpty)
        #expect(gated.found.map(words) == plain.found.map(words))
        #expect(gated.unavailable.isEmpty)
    }

    @Test func textsWithoutTermsAreNotLookedThrough() throws {
        let signals = ["grey lantern", "ash banner of karsum", "vastmark"].map { Signal(type: .phrase, value: $0) }
        #expect(try isOpen("They met under a grey lantern.", signals))
        #expect(try isOpen("A GREY\nLANTERN", signals))
        #expect(try isOpen("in Vastmark, yes", signals))
        #expect(try isOpen("“ash banner” only", signals))
        #expect(try !isOpen("The lantern is grey, and grey is the lantern", signals))
        #expect(try !isOpen("grey lanterns, ash-grey banners, Vastmarks", signals))
        #expect(try !isOpen("серый фонарь, 灰色の灯", signals))
    }

    /// Inside of words, of signs and in scripts without spaces there is less to tell.
    @Test func whatCanNotBeToldIsLookedThrough() throws {
        var inside = Signal(type: .term, value: "lantern")
        inside.match = .substring
        #expect(try isOpen("nothing of it", [inside]))
        #expect(try isOpen("nothing of it", [Signal(type: .term, value: "<=>")]))
        let others = [Signal(type: .term, value: "灯火"), Signal(type: .term, value: "🎉🎉")]
        #expect(try isOpen("これは灯火です", others))
        #expect(try !isOpen("nothing of it", others))
    }

    /// Fewer are looked for as fast.
    @Test func smallSetsHaveNone() throws {
        let signals = [Signal(type: .phrase, value: "grey lantern")]
        #expect(try isOpen("nothing of it", signals, least: TermGate.least))
    }

    private func isOpen(_ text: String, _ signals: [Signal], least: Int = 0) throws -> Bool {
        let gate = try TermGateTests.detector(signals, gateLeast: least).matcher.layers.parts[0].layer.gate
        var text = text
        return try text.withUTF8 { bytes in
            let folded = try #require(FoldedTexts(bytes))
            return gate.isOpen(for: try #require(folded.bytes.baseAddress), folded.texts[0].bytes)
        }
    }

    /// However a word is read.
    @Test(arguments: UInt64(1)...20) func wordsHaveOneKey(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for count in 1...15 {
            let word = (0..<count).map { _ in UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "z"), using: &random) }
            let capitals = word.map { Bool.random(using: &random) ? $0 & 0xDF : $0 }
            let key = word.withUnsafeBufferPointer { WordKey.of($0, 0, count) }
            for (before, after) in [("", ""), ("ab ", " cd"), ("", ".and something behind it"), ("é", "é"), ("-", "1")]
            {
                let text = Array(before.utf8) + capitals + Array(after.utf8)
                text.withUnsafeBufferPointer { bytes in
                    let (first, second, letters) = EightBytes.letters(bytes, before.utf8.count)
                    #expect(letters == count)
                    #expect(WordKey.of(first, second, letters) == key)
                    #expect(WordKey.of(bytes, before.utf8.count, count) == key)
                }
            }
        }
    }
}
