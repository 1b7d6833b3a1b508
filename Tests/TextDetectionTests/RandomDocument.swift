import Events
import Signals
import TestSupport
import TextDetection

/// Texts of made-up words, the low-numbered ones often.
struct RandomDocument {
    private static let vocabulary: [String] = {
        let (onsets, nuclei) = (Array("bdgklmnprstw"), Array("aeiou"))
        func syllable(_ number: Int) -> String { "\(onsets[number / 5 % 12])\(nuclei[number % 5])" }
        return (0..<4_000).map { syllable($0 % 60) + syllable($0 / 60 + 7) + ($0 % 3 == 0 ? syllable($0 / 7) : "") }
    }()
    var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func word() -> String {
        let place = Double.random(in: 0..<1, using: &random) * Double.random(in: 0..<1, using: &random)
        return RandomDocument.vocabulary[Int(place * Double(RandomDocument.vocabulary.count))]
    }

    mutating func words(_ count: Int) -> [String] { (0..<count).map { _ in word() } }

    enum Edit: CaseIterable { case substitute, insert, delete }

    mutating func edited(_ words: [String], _ edit: Edit, share: Double) -> [String] {
        var out: [String] = []
        for old in words {
            guard Double.random(in: 0..<1, using: &random) < share else {
                out.append(old)
                continue
            }
            switch edit {
            case .substitute: out.append(word())
            case .insert: out += [word(), old]
            case .delete: break
            }
        }
        return out
    }
}

func document(_ value: String, _ opinion: Opinion = .seed, id: String? = nil) -> Signal {
    var signal = Signal(type: .document, value: value)
    signal.opinion = opinion
    signal.id = id
    return signal
}

func text(_ words: some Sequence<String>) -> String { words.joined(separator: " ") }
