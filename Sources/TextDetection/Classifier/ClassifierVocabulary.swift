/// Words that texts of a model's training had, so that words with masked letters can be read: "m*rk*t" is "market" to
/// who knows that word, and nothing to who doesn't.
///
/// The words are as symbols have them (`FeatureSymbols`), those first that are preferred where several fit.
package struct ClassifierVocabulary: Sendable {
    /// Bytes of all words in a model's file, at most.
    static let longest = 1 << 18
    /// Symbols of a word.
    static let lengths = 3...40

    /// A word's place among `symbols`.
    typealias Word = Range<Int>

    private var symbols: ContiguousArray<UInt32> = []
    /// The words of each bucket, one bucket behind the other; in a bucket as they are preferred.
    private var words: ContiguousArray<(start: UInt32, count: UInt32)> = []
    /// Where each bucket begins, and where the last ends; by first and last symbol and length.
    private var starts = ContiguousArray<UInt32>(repeating: 0, count: buckets + 1)
    private static let buckets = 4_096

    init() {}

    /// - Parameter text: UTF-8, each word with a line feed behind it.
    init(_ text: UnsafeRawBufferPointer) throws(ClassifierRefusal) {
        guard text.count <= ClassifierVocabulary.longest else {
            throw ClassifierRefusal(
                "has a vocabulary of \(text.count) bytes; \(ClassifierVocabulary.longest) are possible")
        }
        guard text.isEmpty || text.last == UInt8(ascii: "\n"), let decoded = String(validating: text, as: UTF8.self)
        else {
            throw ClassifierRefusal("its vocabulary is no UTF-8, or does not end with a line feed")
        }
        var found: [(start: UInt32, count: UInt32)] = []
        var start = 0
        for scalar in decoded.unicodeScalars {
            guard scalar == "\n" else {
                guard FeatureSymbols.isLetter(scalar.value) else {
                    throw ClassifierRefusal("word \(found.count + 1) of its vocabulary has what is no letter")
                }
                symbols.append(scalar.value)
                continue
            }
            guard ClassifierVocabulary.lengths.contains(symbols.count - start) else {
                throw ClassifierRefusal(
                    "word \(found.count + 1) of its vocabulary has \(symbols.count - start) letters; "
                        + "\(ClassifierVocabulary.lengths.lowerBound) to \(ClassifierVocabulary.lengths.upperBound) "
                        + "are possible")
            }
            found.append((UInt32(start), UInt32(symbols.count - start)))
            start = symbols.count
        }
        sort(found)
    }

    private mutating func sort(_ found: [(start: UInt32, count: UInt32)]) {
        let places = found.map { word in
            let (start, count) = (Int(word.start), Int(word.count))
            return ClassifierVocabulary.bucket(symbols[start], symbols[start + count - 1], count)
        }
        for bucket in places { starts[bucket + 1] += 1 }
        for bucket in 0..<ClassifierVocabulary.buckets { starts[bucket + 1] += starts[bucket] }
        var next = starts
        words = ContiguousArray(repeating: (0, 0), count: found.count)
        for (word, bucket) in zip(found, places) {
            words[Int(next[bucket])] = word
            next[bucket] += 1
        }
    }

    private static func bucket(_ first: UInt32, _ last: UInt32, _ count: Int) -> Int {
        let hash = first &* 0x9E37_79B1 &+ last &* 0x85EB_CA77 &+ UInt32(truncatingIfNeeded: count) &* 0xC2B2_AE3D
        return Int(hash >> 20)
    }

    func symbol(_ index: Int, of word: Word) -> UInt32 { symbols[word.lowerBound + index] }

    /// The word that stands behind the signs. Each stands for one letter; or else the first for none, as in "ba*l",
    /// which is "bal" here if it is "ball". Half of the letters must be shown, the
    /// first and the last among them.
    ///
    /// - Returns: nil if no word fits, or nothing is masked. The word is no longer than what is written.
    func reading(of written: UnsafeBufferPointer<UInt32>) -> Word? {
        guard !words.isEmpty, written.count <= ClassifierVocabulary.lengths.upperBound + 1,
            let first = written.firstIndex(of: FeatureSymbols.mask), first > 0, written.last != FeatureSymbols.mask
        else { return nil }
        let shown = written.count { $0 != FeatureSymbols.mask }
        guard shown >= 2, shown * 2 >= written.count else { return nil }
        return word(written, without: written.count) ?? word(written, without: first)
    }

    /// - Parameter place: of the sign that is left out, if there is one there.
    private func word(_ written: UnsafeBufferPointer<UInt32>, without place: Int) -> Word? {
        let count = written.count - (place < written.count ? 1 : 0)
        let bucket = ClassifierVocabulary.bucket(written[0], written[written.count - 1], count)
        for index in Int(starts[bucket])..<Int(starts[bucket + 1]) where words[index].count == count {
            let start = Int(words[index].start)
            let isMatch = (0..<count).allSatisfy { offset in
                let sign = written[offset < place ? offset : offset + 1]
                return sign == FeatureSymbols.mask || sign == symbols[start + offset]
            }
            if isMatch { return start..<start + count }
        }
        return nil
    }
}
