/// Letters written again and again: a run of three and more is in no language's spelling.
enum StretchedReading: WordReading {
    static func keys(ofKnown word: [UInt32]) -> [UInt64] { word.count < 3 ? [] : [WordHash.of(squeezed(word))] }

    static func keys(ofWritten word: [UInt32], _ body: (UInt64) -> Void) {
        if hasRun(word) { body(WordHash.of(squeezed(word))) }
    }

    static func hasRun(_ word: [UInt32]) -> Bool {
        var (last, run): (UInt32, Int) = (0, 0)
        for code in word {
            run = code == last ? run + 1 : 1
            last = code
            if run > 2, !code.isASCIIDigit { return true }
        }
        return false
    }

    private static func squeezed(_ word: [UInt32]) -> [UInt32] {
        var squeezed: [UInt32] = []
        for code in word where squeezed.last != code { squeezed.append(code) }
        return squeezed
    }

    /// Each run may have been stretched, but not shortened.
    static func stands(_ written: [UInt32], for known: [UInt32]) -> Bool {
        guard hasRun(written), written != known else { return false }
        var (place, other) = (0, 0)
        while place < written.count, other < known.count {
            let letter = written[place]
            guard known[other] == letter else { return false }
            var (run, least) = (0, 0)
            while place < written.count, written[place] == letter { (place, run) = (place + 1, run + 1) }
            while other < known.count, known[other] == letter { (other, least) = (other + 1, least + 1) }
            guard run >= least else { return false }
        }
        return place == written.count && other == known.count
    }
}
