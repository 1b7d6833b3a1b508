/// Fingerprints of a text by winnowing (Schleimer, Wilkerson, Aiken, "Winnowing: Local Algorithms for Document
/// Fingerprinting", SIGMOD 2003): of each `window` runs of `run` words that follow each other the one with the least
/// hash, the last of equal ones. One that repeats the hash before it (a word a thousand times) says nothing new and is
/// left out.
///
/// Two texts that share `guarantee` words in a row share a fingerprint's hash there: what is chosen depends on nothing
/// else. About two of nine runs are chosen.
struct Winnowing {
    /// Words that make one hash.
    static let run = 5
    static let window = 8
    static let guarantee = run + window - 1

    struct Fingerprint: Equatable, BitwiseCopyable {
        var hash: UInt64
        /// The run's first word.
        var place: Int32
    }

    /// By place.
    private(set) var prints: ContiguousArray<Fingerprint> = []

    /// Windows that are looked at together, and their runs.
    private static let block = 256
    private static let blockRuns = block + window - 1
    private var hashes = ContiguousArray<UInt64>(repeating: 0, count: blockRuns)
    private var least = ContiguousArray<UInt64>(repeating: 0, count: blockRuns)
    private var chosen = ContiguousArray(repeating: Fingerprint(hash: 0, place: 0), count: block + 1)

    /// Fills in `prints`. A text of fewer than `window` runs is one window; one of fewer than `run` words has none.
    ///
    /// Which run is the next one chosen can't be guessed, so nothing here branches on it.
    mutating func read(_ words: UnsafeBufferPointer<UInt16>) {
        prints.removeAll(keepingCapacity: true)
        let runs = words.count - Winnowing.run + 1
        guard runs > 0 else { return }
        let windows = max(1, runs - Winnowing.window + 1)
        var last: UInt64?
        for start in stride(from: 0, to: windows, by: Winnowing.block) {
            let count = min(Winnowing.block, windows - start)
            read(words, start..<start + count, runs: min(count + Winnowing.window - 1, runs - start), &last)
        }
    }

    /// - Parameters:
    ///   - windows: at most `block`.
    ///   - runs: of these windows.
    ///   - last: the hash chosen last; nil if there is none.
    private mutating func read(
        _ words: UnsafeBufferPointer<UInt16>, _ windows: Range<Int>, runs: Int, _ last: inout UInt64?
    ) {
        hashes.withUnsafeMutableBufferPointer { hashes in
            least.withUnsafeMutableBufferPointer { least in
                chosen.withUnsafeMutableBufferPointer { chosen in
                    Winnowing.hash(words, from: windows.lowerBound, runs, hashes)
                    Winnowing.findLeast(hashes, least, windows.count)
                    // Differs from the first, so that it is chosen.
                    var before = last ?? ~least[0]
                    var count = 0
                    for window in 0..<windows.count {
                        let hash = least[window]
                        chosen[count] = Fingerprint(hash: hash, place: Int32(window))
                        count += hash == before ? 0 : 1
                        before = hash
                    }
                    last = before
                    for index in 0..<count {
                        let (hash, first) = (chosen[index].hash, Int(chosen[index].place))
                        var place = 0
                        for offset in 0..<Winnowing.window { place = hashes[first + offset] == hash ? offset : place }
                        // What was filled up is no run.
                        chosen[index].place = Int32(windows.lowerBound + min(first + place, runs - 1))
                    }
                    prints.append(contentsOf: UnsafeBufferPointer(rebasing: chosen[..<count]))
                }
            }
        }
    }

    /// Of runs from a word on; what is missing to a window is filled up with the greatest.
    @inline(__always)
    private static func hash(
        _ words: UnsafeBufferPointer<UInt16>, from start: Int, _ runs: Int, _ hashes: UnsafeMutableBufferPointer<UInt64>
    ) {
        let raw = UnsafeRawBufferPointer(words)
        for run in 0..<runs {
            let four = raw.loadUnaligned(fromByteOffset: 2 * (start + run), as: UInt64.self)
            hashes[run] = hash(UInt64(littleEndian: four), words[start + run + 4])
        }
        for run in runs..<max(runs, window) { hashes[run] = .max }
    }

    /// The least of each window: of two, of two such pairs, of two such fours.
    @inline(__always)
    private static func findLeast(
        _ hashes: UnsafeMutableBufferPointer<UInt64>, _ least: UnsafeMutableBufferPointer<UInt64>, _ windows: Int
    ) {
        for place in 0..<windows + 6 { least[place] = min(hashes[place], hashes[place + 1]) }
        for place in 0..<windows + 4 { least[place] = min(least[place], least[place + 2]) }
        for place in 0..<windows { least[place] = min(least[place], least[place + 4]) }
    }

    /// Of five words. Fixed for ever: a look-up compares hashes of different days.
    @inline(__always)
    static func hash(_ four: UInt64, _ fifth: UInt16) -> UInt64 {
        DocumentText.mix(four ^ DocumentText.mix(UInt64(fifth) &+ 0x9E37_79B9_7F4A_7C15))
    }
}
