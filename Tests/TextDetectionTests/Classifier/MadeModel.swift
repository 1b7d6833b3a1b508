import Events
import Foundation
import TestSupport

@testable import TextDetection

/// A model's file made for a test.
struct MadeModel {
    var magic = "WEIRCLS2"
    var gramBits: UInt32 = 9
    var wordBits: UInt32 = 8
    var slopes = [0.01, 0.02, 0.03, 0]
    var intercepts = [-1.0, 0, 0.5, 0]
    var labels = ["first", "second", "third", ""]
    var name = "made-1"
    var vocabulary = ""
    /// Said in the file; nil: what it has.
    var vocabularyCount: UInt64?
    /// A bucket's four weights, of the n-grams, then of the words.
    var weights: [[Int8]]

    init(seed: UInt64 = 1) {
        var random = SplitMix64(seed: seed)
        weights = (0..<(1 << 9 + 1 << 8)).map { _ in (0..<4).map { _ in Int8.random(in: -128...127, using: &random) } }
    }

    var file: [UInt8] {
        var out = Array(magic.utf8)
        func append(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { out += $0 } }
        append(gramBits)
        append(wordBits)
        append(UInt64(7))
        for value in slopes + intercepts { append(value.bitPattern) }
        for label in labels { out += padded(label, 32) }
        out += padded(name, 64)
        append(vocabularyCount ?? UInt64(vocabulary.utf8.count))
        for bucket in weights { out += bucket.map { UInt8(bitPattern: $0) } }
        out += Array(vocabulary.utf8)
        let digest = SHA256.hash(out)
        withUnsafeBytes(of: digest) { out += $0 }
        return out
    }

    private func padded(_ text: String, _ count: Int) -> [UInt8] {
        Array(text.utf8) + [UInt8](repeating: 0, count: count - text.utf8.count)
    }

    func model() throws -> ClassifierModel { try ClassifierModel.read(file) }
}

/// Files of the repository, whichever folder the tests run in.
enum Repository {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
}

/// Lines of a file below `Golden`.
func goldenLines(_ name: String) throws -> [Data] {
    guard let file = Bundle.module.url(forResource: "Golden/\(name)", withExtension: "jsonl") else {
        throw CocoaError(.fileNoSuchFile)
    }
    return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map { Data($0) }
}

/// What `text` is scored by, in words of a model that has nothing but sums over all features.
struct ScoreModel {
    let file: MadeModel

    /// N-grams and words of a stretch of symbols, as buckets.
    func buckets(_ symbols: [UInt32], _ range: Range<Int>) -> [Int] {
        var buckets: [Int] = []
        for size in 3...5 {
            for place in range where place + size <= symbols.count {
                buckets.append(Int(ScoreModel.gram(symbols[place..<place + size]) >> (32 - file.gramBits)))
            }
        }
        var previous: UInt32?
        for word in symbols.split(separator: FeatureSymbols.space) {
            let hash = word.reduce(FeatureHash.wordStart, FeatureHash.extend)
            if range.contains(word.startIndex) {
                buckets.append(1 << Int(file.gramBits) + Int(FeatureHash.word(hash) >> (32 - file.wordBits)))
                if let previous {
                    let pair = FeatureHash.pair(previous, hash)
                    buckets.append(1 << Int(file.gramBits) + Int(pair >> (32 - file.wordBits)))
                }
            }
            previous = hash
        }
        return buckets
    }

    /// The hash of three to five symbols.
    static func gram(_ symbols: ArraySlice<UInt32>) -> UInt32 {
        let (a, b, c, d, e) = FeatureHash.factors
        let lengths = [FeatureHash.lengths.0, FeatureHash.lengths.1, FeatureHash.lengths.2]
        var hash: UInt32 = 0
        for (symbol, factor) in zip(symbols, [a, b, c, d, e]) { hash &+= symbol &* factor }
        for length in lengths.prefix(symbols.count - 2) { hash &+= length }
        return hash
    }

    func logits(_ symbols: [UInt32]) -> [Double] {
        let blocks = (symbols.count + ClassifierScan.block - 1) / ClassifierScan.block
        var best = [Double](repeating: -.infinity, count: 4)
        for first in 0...max(0, blocks - ClassifierScan.window) {
            let start = first * ClassifierScan.block
            let end = min(start + ClassifierScan.window * ClassifierScan.block, symbols.count)
            let buckets = buckets(symbols, start..<end)
            for lane in 0..<4 {
                let sum = buckets.reduce(0) { $0 + Int(file.weights[$1][lane]) }
                let root = Double(max(1, buckets.count)).squareRoot()
                best[lane] = max(best[lane], file.slopes[lane] * Double(sum) / root + file.intercepts[lane])
            }
        }
        return best
    }
}
