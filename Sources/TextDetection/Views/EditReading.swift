/// One letter more, less or other, or two exchanged (Damerau), in known words of seven letters and more.
///
/// Found as by SymSpell (W. Garbe): a word and all that is left of it without one letter have something in common with
/// each other word that is one edit away.
enum EditReading: WordReading {
    static let shortest = 7
    /// Longer ones are no words.
    private static let longest = 40

    static func keys(ofKnown word: [UInt32]) -> [UInt64] {
        guard word.count >= shortest, word.count <= longest, word.allSatisfy({ !$0.isASCIIDigit }) else { return [] }
        var keys: [UInt64] = []
        each(word) { keys.append($0) }
        return keys
    }

    static func keys(ofWritten word: [UInt32], _ body: (UInt64) -> Void) {
        guard word.count >= shortest - 1, word.count <= longest + 1 else { return }
        each(word, body)
    }

    private static func each(_ word: [UInt32], _ body: (UInt64) -> Void) {
        body(WordHash.of(word))
        for left in word.indices where left == 0 || word[left] != word[left - 1] {
            var hash = WordHash.start
            for (place, code) in word.enumerated() where place != left { WordHash.add(code, to: &hash) }
            body(hash)
        }
    }

    static func stands(_ written: [UInt32], for known: [UInt32]) -> Bool {
        guard known.count >= shortest, abs(written.count - known.count) <= 1, written != known else { return false }
        let (shorter, longer) = written.count < known.count ? (written, known) : (known, written)
        var same = 0
        while same < shorter.count, shorter[same] == longer[same] { same += 1 }
        if shorter.count < longer.count { return shorter[same...].elementsEqual(longer[(same + 1)...]) }
        if shorter[(same + 1)...].elementsEqual(longer[(same + 1)...]) { return true }
        return same + 1 < shorter.count && shorter[same] == longer[same + 1] && shorter[same + 1] == longer[same]
            && shorter[(same + 2)...].elementsEqual(longer[(same + 2)...])
    }
}
