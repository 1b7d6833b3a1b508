/// Tells a text's language by a cheap vote: its letters name the script and some languages, its commonest words the rest.
///
/// A text is read in stretches of about 512 bytes, each of which votes; a text whose stretches disagree is mixed, so
/// that what is written around a sentence does not outvote it. Nothing is allocated, and each byte is looked at once.
///
/// Words that touch a digit or a sign of an address (`@`, `/`, `#`, `_`) or a dot within are not counted.
struct LanguageVoter: ~Copyable {
    static let stretch = 512
    /// Without a space a stretch ends here.
    static let longestStretch = 1_024

    private let tables = LanguageTables.shared
    private let text: UnsafeBufferPointer<UInt8>
    /// Of each profile, in the stretch: number of words from the 16th bit on, below it what they weigh.
    private let words: UnsafeMutablePointer<UInt32>
    /// Letters of each script, and those that few languages have.
    private let scripts: UnsafeMutablePointer<UInt32>
    private let letters: UnsafeMutablePointer<UInt32>
    private let points: UnsafeMutablePointer<UInt32>
    /// Words of the stretch, known or not.
    private var wordCount: UInt32 = 0
    private var hasLetters = false

    /// The vote on UTF-8; of other bytes anything may come out, always the same.
    ///
    /// - Parameter untilSure: reads no further than to the first stretch that is sure.
    static func vote(_ text: UnsafeBufferPointer<UInt8>, untilSure: Bool = false) -> LanguageVote {
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 192 + LanguageTables.shared.letters.count) {
            counts in
            counts.initialize(repeating: 0)
            guard let base = counts.baseAddress else { return LanguageVote() }
            var voter = LanguageVoter(text, words: base, scripts: base + 64, points: base + 128, letters: base + 192)
            return voter.run(untilSure)
        }
    }

    private init(
        _ text: UnsafeBufferPointer<UInt8>, words: UnsafeMutablePointer<UInt32>,
        scripts: UnsafeMutablePointer<UInt32>, points: UnsafeMutablePointer<UInt32>,
        letters: UnsafeMutablePointer<UInt32>
    ) {
        self.text = text
        self.words = words
        self.scripts = scripts
        self.points = points
        self.letters = letters
    }

    private mutating func run(_ untilSure: Bool) -> LanguageVote {
        var vote = LanguageVote()
        var place = 0
        var stretch = 0
        var word = 0
        var hasWord = false
        var ascii = 0  // letters of it in the word
        var run: Run = (1, 0)
        let count = text.count
        while place < count {
            if place == word, ASCIIClass.isLetter(text[place]) {
                // Most words are short and of ASCII: read at once, with what follows.
                let (first, second, length) = EightBytes.letters(text, place)
                if length < 16, place + length == count || text[place + length] < 0x80 {
                    end(place, place + length, 1, WordKey.of(first, second, length), ascii: length)
                    place = min(place + length + 1, count)
                    word = place
                    if place - stretch < LanguageVoter.stretch { continue }
                    countRun(run)
                    run.count = 0
                    vote.add(decide())
                    if untilSure, vote.outcome == .sure { return vote }
                    stretch = place
                    continue
                }
            }
            let byte = text[place]
            if ASCIIClass.isLetter(byte) {
                place += 1
                ascii += 1
                hasWord = true
                continue
            }
            if byte >= 0x80 {
                let (code, length) = decode(place, byte)
                let kind = tables.class(of: code)
                if kind != 0 {
                    let script = kind & LanguageTables.scriptMask
                    if script != LanguageTables.mark {
                        // Counted by runs: the next letter would have to wait for the one before.
                        if script != run.script {
                            countRun(run)
                            run = (script, 0)
                        }
                        run.count &+= 1
                        if kind > LanguageTables.scriptMask {
                            letters[Int(kind >> LanguageTables.scriptBits)] &+= 1
                            hasLetters = true
                        }
                        hasWord = true
                    }
                    place += length
                    guard place - stretch >= LanguageVoter.longestStretch else { continue }
                    word = place
                    (hasWord, ascii) = (false, 0)
                } else {
                    if hasWord { end(word, place, length, ascii: ascii) }
                    place += length
                    word = place
                    (hasWord, ascii) = (false, 0)
                }
            } else {
                if hasWord { end(word, place, 1, ascii: ascii) }
                place += 1
                word = place
                (hasWord, ascii) = (false, 0)
            }
            if place - stretch >= LanguageVoter.stretch {
                countRun(run)
                run.count = 0
                vote.add(decide())
                if untilSure, vote.outcome == .sure { return vote }
                stretch = place
            }
        }
        if hasWord { end(word, count, 0, ascii: ascii) }
        countRun(run)
        vote.add(decide())
        return vote
    }

    private typealias Run = (script: UInt16, count: UInt32)

    @inline(__always)
    private mutating func countRun(_ run: Run) { scripts[Int(run.script) - 1] &+= run.count }

    /// A code point; what is no UTF-8 is taken byte by byte, as a separator.
    @inline(__always)
    private func decode(_ place: Int, _ lead: UInt8) -> (code: UInt32, length: Int) {
        let left = text.count - place
        if lead < 0xE0 {
            guard lead >= 0xC2, left > 1 else { return (0, 1) }
            let second = text[place + 1]
            guard second & 0xC0 == 0x80 else { return (0, 1) }
            return (UInt32(lead & 0x1F) << 6 | UInt32(second & 0x3F), 2)
        }
        if lead < 0xF0 {
            guard left > 2 else { return (0, 1) }
            let (second, third) = (text[place + 1], text[place + 2])
            guard second & 0xC0 == 0x80, third & 0xC0 == 0x80 else { return (0, 1) }
            return (UInt32(lead & 0x0F) << 12 | UInt32(second & 0x3F) << 6 | UInt32(third & 0x3F), 3)
        }
        guard lead < 0xF5, left > 3 else { return (0, 1) }
        var code = UInt32(lead & 0x07)
        for offset in 1...3 {
            guard text[place + offset] & 0xC0 == 0x80 else { return (0, 1) }
            code = code << 6 | UInt32(text[place + offset] & 0x3F)
        }
        return (code, 4)
    }

    /// A word has ended before a separator of `separator` bytes, or with the text.
    @inline(never)
    private mutating func end(_ start: Int, _ end: Int, _ separator: Int, ascii: Int) {
        let length = end - start
        let key = length <= LanguageTables.longest ? WordKey.of(text, start, length) : 0
        self.end(start, end, separator, key, ascii: ascii)
    }

    /// - Parameters:
    ///   - key: 0 if the word is too long to be known.
    ///   - ascii: how many of its letters are of ASCII.
    @inline(__always)
    private mutating func end(_ start: Int, _ end: Int, _ separator: Int, _ key: UInt64, ascii: Int) {
        // What touches signs of addresses and identifiers is no word.
        if start > 0, ASCIIClass.spoilsBehind(text[start - 1]) { return }
        if separator == 1, end < text.count, ASCIIClass.spoilsBehind(text[end]), spoils(end) { return }
        wordCount &+= 1
        // Those of ASCII count here: not in addresses.
        scripts[Int(WritingSystem.latin.rawValue)] &+= UInt32(truncatingIfNeeded: ascii)
        guard key != 0, let (profiles, weight) = tables.look(up: key) else { return }
        var left = profiles
        while left != 0 {
            words[left.trailingZeroBitCount] &+= 1 << 16 | weight
            left &= left - 1
        }
    }

    private func spoils(_ place: Int) -> Bool {
        let sign = text[place]
        guard sign == UInt8(ascii: ".") || sign == UInt8(ascii: ":") else { return true }
        return place + 1 < text.count && (ASCIIClass.isLetter(text[place + 1]) || text[place + 1] == UInt8(ascii: "/"))
    }

    /// What the stretch says; nothing of it is left then.
    private mutating func decide() -> LanguageVote {
        let ballot = LanguageBallot(
            tables, words: words, scripts: scripts, letters: letters, points: points, wordCount: wordCount,
            hasLetters: hasLetters)
        let vote = ballot.count()
        words.update(repeating: 0, count: 64)
        scripts.update(repeating: 0, count: 64)
        if hasLetters { letters.update(repeating: 0, count: tables.letters.count) }
        (wordCount, hasLetters) = (0, false)
        return vote
    }
}

/// Bytes of ASCII, and what they do to words beside them.
enum ASCIIClass {
    @inline(__always)
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

    /// Digits and `# $ % & + . / : = @ \ _ ~`: what stands right behind one is part of a number, a name, an address.
    @inline(__always)
    static func spoilsBehind(_ byte: UInt8) -> Bool {
        // As bits: a jump table costs more.
        let (low, high): (UInt64, UInt64) = (0x27FFC87800000000, 0x4000000090000001)
        if byte >= 128 { return false }
        return (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 != 0
    }
}
