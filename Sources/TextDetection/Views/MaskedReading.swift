/// Letters behind signs: `t*rn%p`. As many signs as letters, but three and more in a row for any number up to six.
///
/// At least two letters and half of the word must be shown, the first or the last among them.
enum MaskedReading: WordReading {
    static let signs = "*%._"
    static let shortest = 4
    private static let mostHidden = 6
    private static let longest = 40

    private static func isSign(_ code: UInt32) -> Bool {
        code == UInt32(ascii: "*") || code == UInt32(ascii: "%") || code == UInt32(ascii: ".")
            || code == UInt32(ascii: "_")
    }

    /// By its first letter and length, and by its last.
    static func keys(ofKnown word: [UInt32]) -> [UInt64] {
        guard word.count >= shortest, word.count <= longest, let first = word.first, let last = word.last,
            word.allSatisfy({ !$0.isASCIIDigit && !isSign($0) })
        else { return [] }
        return [key(first, word.count, 0), key(last, word.count, 1)]
    }

    private static func key(_ letter: UInt32, _ count: Int, _ side: UInt32) -> UInt64 {
        WordHash.of([letter, UInt32(count), side])
    }

    static func keys(ofWritten word: [UInt32], _ body: (UInt64) -> Void) {
        guard isDisguise(word), let first = word.first, let last = word.last else { return }
        let (letter, side): (UInt32, UInt32) = isSign(first) ? (last, 1) : (first, 0)
        guard !isSign(letter) else { return }
        let lengths = lengths(word)
        for count in max(shortest, lengths.lowerBound)...max(shortest, min(longest, lengths.upperBound)) {
            body(key(letter, count, side))
        }
    }

    /// Shows two letters, hides some, and is not an abbreviation such as `u.s.a`.
    static func isDisguise(_ word: [UInt32]) -> Bool {
        let shown = word.count { !isSign($0) }
        guard shown >= 2, shown < word.count, word.count <= longest, !word.contains(where: \.isASCIIDigit) else {
            return false
        }
        let groups = word.split(omittingEmptySubsequences: true, whereSeparator: isSign)
        let isSpelled = groups.count > 1 && groups.allSatisfy { $0.count == 1 }
        // Each long run has several readings, which multiply.
        guard
            word.split(omittingEmptySubsequences: true, whereSeparator: { !isSign($0) }).count(where: { $0.count > 2 })
                < 3
        else { return false }
        return !isSpelled || !word.contains { $0 == UInt32(ascii: ".") || $0 == UInt32(ascii: "_") }
    }

    private static func lengths(_ word: [UInt32]) -> ClosedRange<Int> {
        var (least, most, run) = (0, 0, 0)
        func end() {
            least += run > 2 ? 1 : run
            most += run > 2 ? max(run, mostHidden) : run
            run = 0
        }
        for code in word {
            if isSign(code) {
                run += 1
            } else {
                end()
                (least, most) = (least + 1, most + 1)
            }
        }
        end()
        return least...most
    }

    static func stands(_ written: [UInt32], for known: [UInt32]) -> Bool {
        guard known.count >= shortest, isDisguise(written) else { return false }
        let shown = written.count { !isSign($0) }
        guard shown * 2 >= known.count else { return false }
        return matches(written[...], known[...])
    }

    private static func matches(_ written: ArraySlice<UInt32>, _ known: ArraySlice<UInt32>) -> Bool {
        guard let first = written.first else { return known.isEmpty }
        guard isSign(first) else {
            return known.first == first && matches(written.dropFirst(), known.dropFirst())
        }
        let run = written.prefix(while: isSign).count
        let rest = written.dropFirst(run)
        guard run > 2 else { return known.count >= run && matches(rest, known.dropFirst(run)) }
        return (1...max(run, mostHidden)).contains { $0 <= known.count && matches(rest, known.dropFirst($0)) }
    }
}
