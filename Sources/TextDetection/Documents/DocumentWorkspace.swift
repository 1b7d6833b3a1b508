/// What one text at a time needs to be compared, kept from text to text so that none allocates.
final class DocumentWorkspace: @unchecked Sendable {
    // Sendable, although nothing here is: the pool gives one away before anybody else can have it (`DocumentMatcher`).

    /// A run of words that a text and a document have in common.
    struct Run: BitwiseCopyable {
        let document: UInt32
        let textWord: Int32
        let documentWord: Int32

        static func precedes(_ a: Run, _ b: Run) -> Bool {
            if a.document != b.document { return a.document < b.document }
            return (a.textWord, a.documentWord) < (b.textWord, b.documentWord)
        }
    }

    /// Where a text and a document go together, in words.
    struct Stretch: Equatable {
        let text: Range<Int>
        let document: Range<Int>
    }

    private(set) var text = DocumentText()
    /// The text's words as `BandCheck` compares them.
    private var bytes: ContiguousArray<UInt8> = []
    private var winnowing = Winnowing()
    /// By document, then place in the text.
    private(set) var runs: ContiguousArray<Run> = []
    /// Of the document that was checked last.
    private(set) var stretches: [Stretch] = []
    /// Too little by themselves; they count where the document is known to be in the text.
    private var weaker: [Stretch] = []
    private var band = BandCheck()

    /// Takes a folded text's words.
    func read(_ folded: UnsafeBufferPointer<UInt8>) {
        text.removeAll()
        text.appendHashes(folded)
    }

    /// Fills in `runs` of the text that was read; if there are any, also what they are compared by.
    func findRuns(in index: DocumentIndex) {
        runs.removeAll(keepingCapacity: true)
        text.hashes.withUnsafeBufferPointer { winnowing.read($0) }
        winnowing.prints.withUnsafeBufferPointer { prints in
            index.forEachPlace(of: prints) { print, place in
                runs.append(
                    Run(document: UInt32(place.document), textWord: print.place, documentWord: Int32(place.word)))
            }
        }
        if runs.isEmpty { return }
        runs.sort(by: Run.precedes)
        bytes.removeAll(keepingCapacity: true)
        for hash in text.hashes { bytes.append(BandCheck.byte(of: hash)) }
    }

    /// Looks at the runs that one document has in common with the text, and fills in `stretches`.
    ///
    /// - Parameters:
    ///   - known: the document's words.
    ///   - least: pairs of equal words in a window.
    ///   - checks: how many there were in this text so far.
    /// - Returns: false if there would be more than `most` checks.
    func check(
        _ range: Range<Int>, _ known: UnsafeBufferPointer<UInt8>, least: Int, checks: inout Int, most: Int
    ) -> Bool {
        stretches.removeAll(keepingCapacity: true)
        weaker.removeAll(keepingCapacity: true)
        return bytes.withUnsafeBufferPointer { bytes in
            for run in runs[range] {
                let (word, place) = (Int(run.textWord), Int(run.documentWord))
                // Deep in a stretch there is nothing to learn; near its end a run may lead on.
                if let last = stretches.last, last.text.contains(word), last.document.contains(place),
                    word + Winnowing.guarantee < last.text.upperBound
                {
                    continue
                }
                guard checks < most else { return false }
                checks += 1
                guard var result = band.run(bytes, known, at: (word, place)) else { continue }
                guard result.equal >= least else {
                    let stretch = Stretch(text: result.text, document: result.document)
                    if result.equal >= Winnowing.guarantee { weaker.append(stretch) }
                    continue
                }
                let isWhole = band.extend(&result, bytes, known, walks: &checks, most: most)
                stretches.append(Stretch(text: result.text, document: result.document))
                if !isWhole { return false }
            }
            if !stretches.isEmpty { stretches += weaker }
            return true
        }
    }

    /// Where in the folded text words stand.
    ///
    /// - Parameter folded: the text that was read.
    func foldedRange(ofWords words: Range<Int>, _ folded: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        guard !words.isEmpty else { return 0..<0 }
        if text.starts.isEmpty { text.appendPlaces(folded) }
        return Int(text.starts[words.lowerBound])..<Int(text.ends[words.upperBound - 1])
    }
}
