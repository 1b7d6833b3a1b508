/// Words that say how a text stands to what it tells of.
struct ContextCues: Sendable {
    enum Kind: UInt8, Sendable, CaseIterable {
        /// Tells what others say, do or are accused of: "said", "according to".
        case reporting
        /// Makes it the writer's own: "rightly", "join us".
        case endorsing
        /// Denies or rejects what follows: "not", "against".
        case denying
        /// The same of what stands on either side, as in languages whose "not" comes last.
        case denyingAround
        /// Teaching, research, remembrance, courts.
        case educational
        /// "I", "we": who says it himself reports nobody.
        case firstPerson
    }

    /// One in a text.
    struct Cue: BitwiseCopyable {
        let kind: Kind
        /// Of the text's words.
        let first: Int
        let end: Int
    }

    private struct Phrase {
        let words: [UInt64]
        let kind: Kind
    }

    /// By the hash of their first words; longer ones first.
    private var phrases: [UInt64: [Phrase]] = [:]
    /// For the phrases that could soften something.
    private(set) var gate = ContextGate()

    static let shared = ContextCues(words)

    /// - Parameter words: of each kind, phrases between commas; they are folded here as texts are.
    init(_ words: [(kind: Kind, phrases: String)]) {
        for (kind, list) in words {
            for phrase in list.split(separator: ",") {
                guard let folded = FoldedText(String(phrase)) else { continue }
                var tokens: [TokenCutter.Token] = []
                folded.bytes.withUnsafeBufferPointer { bytes in
                    guard let base = bytes.baseAddress else { return }
                    TokenCutter().cut(base, 0..<bytes.count, into: &tokens)
                    let hashes = tokens.map { ContextCues.hash(base, $0.range) }
                    guard let first = hashes.first else { return }
                    phrases[first, default: []].append(Phrase(words: hashes, kind: kind))
                }
                if kind != .endorsing, kind != .firstPerson { gate.insert(tokens.map { folded.bytes[$0.range] }) }
            }
        }
        for first in phrases.keys { phrases[first]?.sort { $0.words.count > $1.words.count } }
    }

    /// Those of a text, by their first words; of several kinds that begin at one word, each.
    func cues(in structure: TextStructure, _ bytes: UnsafePointer<UInt8>) -> [Cue] {
        let words = structure.words
        var found: [Cue] = []
        for position in words.indices {
            let range = words[position].range
            if let known = phrases[ContextCues.hash(bytes, range)] {
                add(known, at: position, words, bytes, to: &found)
            } else if let rest = ContextCues.withoutArabicPrefix(bytes, range),
                let known = phrases[ContextCues.hash(bytes, rest)]
            {
                add(known, at: position, words, bytes, to: &found)
            }
        }
        return found
    }

    private func add(
        _ known: [Phrase], at position: Int, _ words: ContiguousArray<TextStructure.Word>,
        _ bytes: UnsafePointer<UInt8>, to found: inout [Cue]
    ) {
        for phrase in known where position + phrase.words.count <= words.count {
            let isWhole = (1..<max(1, phrase.words.count)).allSatisfy {
                ContextCues.hash(bytes, words[position + $0].range) == phrase.words[$0]
            }
            guard isWhole else { continue }
            found.append(Cue(kind: phrase.kind, first: position, end: position + phrase.words.count))
        }
    }

    /// Arabic writes "and" and "so" as the first letter of the next word.
    private static func withoutArabicPrefix(_ bytes: UnsafePointer<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        guard range.count > 4, isArabicPrefix(bytes, range.lowerBound) else { return nil }
        return range.lowerBound + 2..<range.upperBound
    }

    /// U+0648 or U+0641.
    @inline(__always)
    static func isArabicPrefix(_ bytes: UnsafePointer<UInt8>, _ place: Int) -> Bool {
        bytes[place] == 0xD9 && (bytes[place + 1] == 0x88 || bytes[place + 1] == 0x81)
    }

    /// FNV-1a (Fowler, Noll, Vo), 64 bits.
    static func hash(_ bytes: UnsafePointer<UInt8>, _ range: Range<Int>) -> UInt64 {
        range.reduce(start) { ($0 ^ UInt64(bytes[$1])) &* prime }
    }

    private static let start: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x0000_0100_0000_01B3
}
