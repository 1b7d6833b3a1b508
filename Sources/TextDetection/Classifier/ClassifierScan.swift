/// What one text at a time needs to be scored, kept from text to text so that none allocates.
struct ClassifierScan {
    /// Symbols whose features are summed up together. At three n-grams a symbol, and a word and a pair at most every
    /// other, 256 bytes are added at most, which 16 bits hold.
    static let block = 64
    /// Blocks that are scored together: as much text as the longest that models are trained on. In a longer text each
    /// such stretch has its score, a block apart, and the highest counts: what stands around it hides nothing.
    static let window = 4

    struct Block: BitwiseCopyable {
        var sums = SIMD4<Int32>()
        var features: Int32 = 0
    }

    var symbols = FeatureSymbols()
    private var blocks: UnsafeMutablePointer<Block> = .allocate(capacity: 64)
    private var blockCapacity = 64
    private(set) var blockCount = 0
    /// Hash of each word, and where it begins.
    private var words: UnsafeMutablePointer<(hash: UInt32, start: UInt32)> = .allocate(capacity: 64)
    private var wordCapacity = 64
    /// Of the n-grams that begin in one block.
    private let buckets: UnsafeMutablePointer<UInt32> = .allocate(capacity: 3 * block)

    func deallocate() {
        symbols.deallocate()
        blocks.deallocate()
        words.deallocate()
        buckets.deallocate()
    }

    /// The best stretch for each label.
    struct Score {
        /// Before the logistic function.
        var logits = SIMD4<Double>(repeating: -.infinity)
        /// First block of the stretch.
        var windows = SIMD4<Int32>()
    }

    /// - Parameters:
    ///   - text: folded.
    ///   - isWideGap: see `FeatureSymbols.read`.
    /// - Returns: nil for a text without letters and digits.
    mutating func score(
        _ text: UnsafeBufferPointer<UInt8>, by model: ClassifierModel,
        isWideGap: (_ place: Int) -> Bool = { _ in false }
    ) -> Score? {
        symbols.read(text, vocabulary: model.vocabulary, isWideGap: isWideGap)
        guard symbols.unknownCount > 0 else { return symbols.count > 1 ? scoreSymbols(model) : nil }
        // Every way of reading what is masked, and the highest counts: none may hide what another shows.
        var logits = SIMD4<Double>(repeating: -.infinity)
        for unknown in [FeatureSymbols.Unknown.leftOut, .bare] {
            symbols.read(text, vocabulary: model.vocabulary, unknown: unknown, isWideGap: isWideGap)
            guard symbols.count > 1 else { continue }
            let other = scoreSymbols(model).logits
            logits.replace(with: other, where: other .> logits)
        }
        // This one last: evidence is worked out from it.
        symbols.read(text, vocabulary: model.vocabulary, isWideGap: isWideGap)
        var score = scoreSymbols(model)
        score.logits.replace(with: logits, where: logits .> score.logits)
        score.logits += ClassifierScan.allowance(unknown: symbols.unknownCount, of: symbols.wordCount)
        return score
    }

    /// What is added for words whose masked letters nobody knows, so that masking doesn't pay. A single one may be a
    /// file's name or a site's, and has none.
    static func allowance(unknown: Int, of words: Int) -> Double {
        1.25 * (Double(max(0, unknown - 1)) / Double(max(1, words))).squareRoot()
    }

    private mutating func scoreSymbols(_ model: ClassifierModel) -> Score {
        sumGrams(model)
        sumWords(model)
        return best(model)
    }

    private mutating func sumGrams(_ model: ClassifierModel) {
        let count = symbols.count
        blockCount = (count + ClassifierScan.block - 1) / ClassifierScan.block
        if blockCapacity < blockCount {
            blocks.deallocate()
            blockCapacity = 2 * blockCount
            blocks = .allocate(capacity: blockCapacity)
        }
        for block in 0..<blockCount {
            let start = block * ClassifierScan.block
            let features = findGrams(start..<min(start + ClassifierScan.block, count), model.gramShift)
            blocks[block] = Block()
            blocks[block].add(ClassifierScan.sum(buckets, features, model.grams), features)
        }
    }

    /// Fills in the buckets of the n-grams that begin with the symbols of a block.
    ///
    /// - Returns: how many there are.
    private func findGrams(_ range: Range<Int>, _ shift: UInt32) -> Int {
        let (text, buckets, count) = (symbols.symbols, buckets, symbols.count)
        let (a, b, c, d, e) = FeatureHash.factors
        let (three, four, five) = FeatureHash.lengths
        // Where all three n-grams begin.
        let whole = max(range.lowerBound, min(range.upperBound, count - 4))
        var (place, found) = (range.lowerBound, 0)
        while place &+ 8 <= whole {
            let here = UnsafeRawPointer(text + place)
            func symbols(_ offset: Int) -> SIMD8<UInt32> {
                here.loadUnaligned(fromByteOffset: 4 * offset, as: SIMD8<UInt32>.self)
            }
            let hash3 = symbols(0) &* a &+ symbols(1) &* b &+ symbols(2) &* c &+ three
            let hash4 = hash3 &+ symbols(3) &* d &+ four
            let hash5 = hash4 &+ symbols(4) &* e &+ five
            let next = UnsafeMutableRawPointer(buckets + found)
            next.storeBytes(of: hash3 &>> shift, as: SIMD8<UInt32>.self)
            next.storeBytes(of: hash4 &>> shift, toByteOffset: 32, as: SIMD8<UInt32>.self)
            next.storeBytes(of: hash5 &>> shift, toByteOffset: 64, as: SIMD8<UInt32>.self)
            found &+= 24
            place &+= 8
        }
        while place < range.upperBound {
            let here = text + place
            let hash3 = here[0] &* a &+ here[1] &* b &+ here[2] &* c &+ three
            let hash4 = hash3 &+ here[3] &* d &+ four
            let hash5 = hash4 &+ here[4] &* e &+ five
            // The shortest first, and those that the text is too short for not kept.
            buckets[found] = hash3 &>> shift
            buckets[found + 1] = hash4 &>> shift
            buckets[found + 2] = hash5 &>> shift
            found += max(0, min(3, count - place - 2))
            place += 1
        }
        return found
    }

    private mutating func sumWords(_ model: ClassifierModel) {
        let (table, shift) = (model.words, model.wordShift)
        let count = findWords()
        guard count > 0 else { return }
        let words = words
        var previous = words[0].hash
        // Of the present block; the first word has no pair.
        var lanes = ClassifierScan.spread(table[Int(FeatureHash.word(previous) &>> shift)])
        var (features, block) = (1, Int(words[0].start) / ClassifierScan.block)
        for index in 1..<count {
            let (word, start) = words[index]
            if Int(start) / ClassifierScan.block != block {
                blocks[block].add(lanes, features)
                (lanes, features, block) = (0, 0, Int(start) / ClassifierScan.block)
            }
            lanes &+= ClassifierScan.spread(table[Int(FeatureHash.word(word) &>> shift)])
            lanes &+= ClassifierScan.spread(table[Int(FeatureHash.pair(previous, word) &>> shift)])
            features &+= 2
            previous = word
        }
        blocks[block].add(lanes, features)
    }

    /// Fills `words`, and gives their number. Where a word ends nobody can guess, so nothing here asks.
    private mutating func findWords() -> Int {
        let count = symbols.count
        if wordCapacity < count {
            words.deallocate()
            wordCapacity = 2 * count
            words = .allocate(capacity: wordCapacity)
        }
        let (text, words) = (symbols.symbols, words)
        var (found, hash, start) = (0, FeatureHash.wordStart, 1 as UInt32)
        for place in 1..<count {
            let symbol = text[place]
            words[found] = (hash, start)
            let isEnd: UInt32 = symbol == FeatureSymbols.space ? 1 : 0
            found &+= Int(isEnd)
            let (old, new) = (isEnd &- 1, 0 &- isEnd)
            hash = FeatureHash.extend(hash, symbol) & old | FeatureHash.wordStart & new
            start = start & old | (UInt32(truncatingIfNeeded: place) &+ 1) & new
        }
        return found
    }

    private func best(_ model: ClassifierModel) -> Score {
        var score = Score()
        var block = Block()
        for next in 0..<blockCount {
            block.sums &+= blocks[next].sums
            block.features &+= blocks[next].features
            if next >= ClassifierScan.window {
                block.sums &-= blocks[next - ClassifierScan.window].sums
                block.features &-= blocks[next - ClassifierScan.window].features
            }
            guard next == blockCount - 1 || next >= ClassifierScan.window - 1 else { continue }
            let sums = SIMD4<Double>(block.sums)
            let root = Double(max(1, block.features)).squareRoot()
            let logits = model.slopes * sums / root + model.intercepts
            let better = logits .> score.logits
            score.logits.replace(with: logits, where: better)
            let first = Int32(max(0, next - ClassifierScan.window + 1))
            for lane in 0..<ClassifierModel.lanes where better[lane] { score.windows[lane] = first }
        }
        return score
    }

    /// Symbols of the stretch that begins with a block.
    func range(ofWindow first: Int32) -> Range<Int> {
        let start = Int(first) * ClassifierScan.block
        return start..<min(start + ClassifierScan.window * ClassifierScan.block, symbols.count)
    }

    /// What buckets hold, added up as `spread` has it: even and odd bytes apart, four buckets at a time.
    private static func sum(
        _ buckets: UnsafePointer<UInt32>, _ count: Int, _ table: UnsafePointer<UInt32>
    ) -> UInt64 {
        var (even, odd) = (SIMD4<UInt32>(), SIMD4<UInt32>())
        let mask: UInt32 = 0x00FF_00FF
        var index = 0
        func weights(_ offset: Int) -> UInt32 { table[Int(buckets[index &+ offset])] }
        while index &+ 4 <= count {
            let four = SIMD4(weights(0), weights(1), weights(2), weights(3))
            // No lane of 16 bits runs over, nor does their sum: a block has 192 n-grams, each 255 at most.
            even &+= four & mask
            odd &+= four &>> 8 & mask
            index &+= 4
        }
        var lanes = UInt64(even.wrappedSum()) | UInt64(odd.wrappedSum()) << 32
        while index < count {
            lanes &+= spread(weights(0))
            index &+= 1
        }
        return lanes
    }

    /// The four bytes of a bucket in lanes of 16 bits: the first, third, second and fourth.
    @inline(__always)
    private static func spread(_ bucket: UInt32) -> UInt64 {
        (UInt64(bucket) | UInt64(bucket) << 24) & 0x00FF_00FF_00FF_00FF
    }
}

extension ClassifierScan.Block {
    /// - Parameter lanes: sums of weights plus 128, as `spread` has them.
    @inline(__always)
    fileprivate mutating func add(_ lanes: UInt64, _ count: Int) {
        func lane(_ shift: UInt64) -> Int32 { Int32(truncatingIfNeeded: lanes >> shift & 0xFFFF) }
        let raw = SIMD4<Int32>(lane(0), lane(32), lane(16), lane(48))
        sums &+= raw &- SIMD4(repeating: Int32(truncatingIfNeeded: 128 * count))
        features &+= Int32(truncatingIfNeeded: count)
    }
}
