/// Whether a text and a document go together around a place where they share a fingerprint.
///
/// A text that was copied with words exchanged stays on one diagonal: its word x is the document's word x + d. Words
/// inserted or deleted move it. So an alignment is looked for that may leave the shared run's diagonal by up to `band`:
/// a pair of equal words counts one, a word of either that is passed over costs one, and a pair of words that differ
/// nothing (edit distance in a band, with the signs changed; Ukkonen, 1985). To move has its price because of the small
/// words that stand everywhere: without one, texts of one language have a quarter of their words in common in any
/// place. From the run the best alignment is looked for to the right, and from it to the left; what stands in a window
/// of `window` words of the text that has the run in it decides.
///
/// Words are compared by eight bits, of which 0 is none: a hash of 255 values. Of two words that differ one pair in 255
/// passes for equal, which adds less than one to a window's count.
struct BandCheck {
    static let band = 3
    /// Words of the text.
    static let window = 40

    /// What a check found.
    struct Result: Equatable {
        /// Most pairs of equal words, less the words passed over, in a window that has the run in it.
        var equal: Int
        /// Where text and document go together: to both sides as far as more than half of the text's words count.
        var text: Range<Int>
        var document: Range<Int>
    }

    private var right = Side()
    private var left = Side()

    /// - Parameters:
    ///   - text: words as `byte(of:)` gives them; so has `document`.
    ///   - place: of the run in both.
    /// - Returns: nil if the run is not in both.
    mutating func run(
        _ text: UnsafeBufferPointer<UInt8>, _ document: UnsafeBufferPointer<UInt8>, at place: (text: Int, document: Int)
    ) -> Result? {
        let (i, j) = place
        guard i + Winnowing.run <= text.count, j + Winnowing.run <= document.count else { return nil }
        for offset in 0..<Winnowing.run where text[i + offset] != document[j + offset] { return nil }
        right.walk(
            steps: min(BandCheck.window, text.count - i), documentCount: document.count - j,
            text: { text[i + $0] }, document: { document[j + $0] })
        left.walk(
            steps: min(BandCheck.window - Winnowing.run, i), documentCount: j,
            text: { text[i - 1 - $0] }, document: { document[j - 1 - $0] })
        var equal = 0
        for taken in Winnowing.run...BandCheck.window {
            equal = max(equal, right.equal(taken) + left.equal(BandCheck.window - taken))
        }
        let (after, before) = (right.extent, left.extent)
        return Result(
            equal: equal, text: i - before.text..<i + after.text, document: j - before.document..<j + after.document)
    }

    /// Follows a result to both sides as far as text and document go together. Where a walk ended another begins,
    /// around the diagonal that it ended on; so words inserted and deleted may add up.
    ///
    /// - Parameters:
    ///   - walks: how many there were so far.
    /// - Returns: false if there would be more than `most` walks; the result is then as far as it went.
    mutating func extend(
        _ result: inout Result, _ text: UnsafeBufferPointer<UInt8>, _ document: UnsafeBufferPointer<UInt8>,
        walks: inout Int, most: Int
    ) -> Bool {
        while true {
            guard walks < most else { return false }
            walks += 1
            let (i, j) = (result.text.upperBound, result.document.upperBound)
            right.walk(
                steps: min(BandCheck.window, text.count - i), documentCount: document.count - j,
                text: { text[i + $0] }, document: { document[j + $0] })
            guard let more = right.extension else { break }
            result.text = result.text.lowerBound..<i + more.text
            result.document = result.document.lowerBound..<j + more.document
        }
        while true {
            guard walks < most else { return false }
            walks += 1
            let (i, j) = (result.text.lowerBound, result.document.lowerBound)
            left.walk(
                steps: min(BandCheck.window, i), documentCount: j, text: { text[i - 1 - $0] },
                document: { document[j - 1 - $0] })
            guard let more = left.extension else { break }
            result.text = i - more.text..<result.text.upperBound
            result.document = j - more.document..<result.document.upperBound
        }
        return true
    }

    /// A word's hash in eight bits.
    @inline(__always)
    static func byte(of hash: UInt16) -> UInt8 { max(1, UInt8(truncatingIfNeeded: hash)) }

    /// The way from the run in one direction.
    private struct Side {
        /// The document's words with `band` and more that are none before and behind.
        private var words = [UInt8](repeating: 0, count: BandCheck.window + 2 * BandCheck.band + 8)
        /// The best after so many words of the text.
        private var counts = [Int](repeating: 0, count: BandCheck.window + 1)
        /// In each lane the count of a pair of that word, if it is equal to the lane's.
        private var pairs = [SIMD8<UInt8>](repeating: .zero, count: BandCheck.window)
        private var steps = 0

        func equal(_ taken: Int) -> Int { counts[min(taken, steps)] }

        /// Lane c of eight stands for the diagonal c - `band` from the run's; the last one is none.
        @inline(__always)
        mutating func walk(
            steps: Int, documentCount: Int, text: (Int) -> UInt8, document: (Int) -> UInt8
        ) {
            self.steps = steps
            let reach = steps + BandCheck.band
            words.withUnsafeMutableBufferPointer { words in
                for place in 0..<reach {
                    words[BandCheck.band + place] = place < documentCount ? document(place) : 0
                }
                for place in BandCheck.band + reach..<words.count { words[place] = 0 }
                // The best in each lane, of the text so far and the document up to the lane; `Side.start` stands for 0,
                // so that nothing becomes negative.
                var best = Side.start
                for step in 0..<steps {
                    let eight = UnsafeRawBufferPointer(words).loadUnaligned(fromByteOffset: step, as: UInt64.self)
                    // The last lane's word is none, which no word of the text is.
                    let differing = eight & 0x00FF_FFFF_FFFF_FFFF ^ UInt64(text(step)) &* Side.ones
                    // 1 for a pair of equal words.
                    let pair = Side.one &- pointwiseMin(unsafeBitCast(differing, to: SIMD8<UInt8>.self), Side.one)
                    let paired = best &+ pair
                    pairs[step] = paired & (SIMD8<UInt8>.zero &- pair)
                    // A word of the text is passed over: one lane down. One of the document: one lane up.
                    best = pointwiseMax(paired, Side.lowered(Side.shifted(down: best, by: 1), by: 1))
                    best = pointwiseMax(best, Side.lowered(Side.shifted(best, up: 1), by: 1))
                    best = pointwiseMax(best, Side.lowered(Side.shifted(best, up: 2), by: 2))
                    best = pointwiseMax(best, Side.lowered(Side.shifted(best, up: 4), by: 4))
                    counts[step + 1] = Int(Side.greatest(best)) - Side.nothing
                }
            }
        }

        /// As far as more than half of the words count: where twice the count is farthest ahead of the words.
        var extent: (text: Int, document: Int) { reach(atLeast: 1) ?? (0, 0) }

        /// The same of a walk that does not begin at a shared run: one small word that happens to be equal leads
        /// nowhere.
        var `extension`: (text: Int, document: Int)? { reach(atLeast: 2) }

        /// nil if twice the count is never so far ahead.
        private func reach(atLeast least: Int) -> (text: Int, document: Int)? {
            var (taken, ahead) = (0, least - 1)
            for step in 0..<steps where 2 * counts[step + 1] - step - 1 > ahead {
                ahead = 2 * counts[step + 1] - step - 1
                taken = step + 1
            }
            guard taken > 0 else { return nil }
            let last = pairs[taken - 1]
            for lane in 0...2 * BandCheck.band where Int(last[lane]) == counts[taken] + Side.nothing {
                return (taken, taken + lane - BandCheck.band)
            }
            return (taken, taken)
        }

        /// What stands for a count of 0.
        private static let nothing = 8
        /// To begin beside the run's diagonal costs what lies between. The last lane is never better than others.
        private static let start = SIMD8<UInt8>(5, 6, 7, 8, 7, 6, 5, 0)

        private static let ones: UInt64 = 0x0101_0101_0101_0101
        private static let one = SIMD8<UInt8>(repeating: 1)

        /// In three steps; the library's takes one for each lane.
        @inline(__always)
        private static func greatest(_ lanes: SIMD8<UInt8>) -> UInt8 {
            var all = pointwiseMax(lanes, shifted(down: lanes, by: 4))
            all = pointwiseMax(all, shifted(down: all, by: 2))
            return pointwiseMax(all, shifted(down: all, by: 1))[0]
        }

        @inline(__always)
        private static func lowered(_ lanes: SIMD8<UInt8>, by count: UInt8) -> SIMD8<UInt8> {
            pointwiseMax(lanes, SIMD8(repeating: count)) &- SIMD8(repeating: count)
        }

        @inline(__always)
        private static func shifted(down lanes: SIMD8<UInt8>, by count: UInt64) -> SIMD8<UInt8> {
            unsafeBitCast(unsafeBitCast(lanes, to: UInt64.self) >> (8 * count), to: SIMD8<UInt8>.self)
        }

        @inline(__always)
        private static func shifted(_ lanes: SIMD8<UInt8>, up count: UInt64) -> SIMD8<UInt8> {
            unsafeBitCast(unsafeBitCast(lanes, to: UInt64.self) << (8 * count), to: SIMD8<UInt8>.self)
        }
    }
}
