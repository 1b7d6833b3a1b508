/// Letters of another script: known words of such scripts, as the folded form of a word that mixes scripts has them;
/// and whole words of letters that are all mistaken for others.
enum MistakenReading: WordReading {
    static func latin(_ word: [UInt32]) -> [UInt32] {
        let table = FoldTable.shared
        return word.map { code in
            let latin = table.latin(for: code)
            return latin == 0 ? code : UInt32(latin)
        }
    }

    static func keys(ofKnown word: [UInt32]) -> [UInt64] { word.count < 2 ? [] : [WordHash.of(latin(word))] }

    static func keys(ofWritten word: [UInt32], _ body: (UInt64) -> Void) { body(WordHash.of(latin(word))) }

    static func stands(_ written: [UInt32], for known: [UInt32]) -> Bool {
        written != known && latin(written) == latin(known)
    }
}
