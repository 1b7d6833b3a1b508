/// Whether terms stand in a text as a combination asks.
enum CombinationTest {
    /// A place of one of a part's terms.
    struct Occurrence: Equatable {
        let part: UInt32
        /// In the buffer of folded texts.
        let range: Range<Int>
        /// Whether it is written so.
        let isPlain: Bool
    }

    struct Place: Equatable {
        let range: Range<Int>
        /// Whether all that stands in it is written so.
        let isPlain: Bool
    }

    /// Stretches that hold one of each part within so many words: for each place where one may end, the shortest.
    /// One place may be of two parts, if their terms overlap.
    static func near(
        _ occurrences: [Occurrence], parts: Int, words: Int, _ structure: TextStructure
    ) -> [Place] {
        var found: [Place] = []
        // Of each part, the place that begins last among those that end by now.
        var latest = [Occurrence?](repeating: nil, count: parts)
        let ordered = occurrences.sorted {
            ($0.range.upperBound, $0.range.lowerBound, $0.part) < ($1.range.upperBound, $1.range.lowerBound, $1.part)
        }
        for (index, occurrence) in ordered.enumerated() {
            let part = Int(occurrence.part)
            if latest[part].map({ $0.range.lowerBound <= occurrence.range.lowerBound }) ?? true {
                latest[part] = occurrence
            }
            // Those that end at one place count together.
            if index + 1 < ordered.count, ordered[index + 1].range.upperBound == occurrence.range.upperBound {
                continue
            }
            let all = latest.compactMap(\.self)
            guard all.count == parts, let start = all.map(\.range.lowerBound).min() else { continue }
            let range = start..<occurrence.range.upperBound
            guard structure.count(wordsIn: range) <= words else { continue }
            found.append(Place(range: range, isPlain: all.allSatisfy(\.isPlain)))
        }
        return found
    }

    /// Places of the first part in whose sentences none of the second begins or ends.
    static func without(_ occurrences: [Occurrence], _ structure: TextStructure) -> [Place] {
        func sentences(_ range: Range<Int>) -> ClosedRange<Int> {
            structure.sentence(at: range.lowerBound)...structure.sentence(at: range.upperBound - 1)
        }
        var excused: Set<Int> = []
        for occurrence in occurrences where occurrence.part == 1 { excused.formUnion(sentences(occurrence.range)) }
        return occurrences.filter { $0.part == 0 && excused.isDisjoint(with: sentences($0.range)) }
            .map { Place(range: $0.range, isPlain: $0.isPlain) }
            .sorted { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    }
}
