internal import Events

/// What the vote looks up, made once out of the profiles.
struct LanguageTables: @unchecked Sendable {
    // Sendable: there is one, whose memory is written before anybody has it and lives as long as the process.

    static let shared = LanguageTables()

    /// Of a code point: script in the low five bits plus one, 0 for what separates words; and the number of a letter
    /// that few languages have, from the sixth bit on.
    private let classes: UnsafePointer<UInt16>
    static let scriptBits: UInt16 = 6
    static let scriptMask: UInt16 = (1 << scriptBits) - 1
    /// A mark that goes with letters of any script.
    static let mark: UInt16 = scriptMask

    /// Of each such letter, profiles that have it and profiles in which it may stand; number 0 is none.
    let letters: ContiguousArray<(own: UInt64, tolerated: UInt64, script: WritingSystem)>
    /// Where a script's letters stand among them.
    let lettersOfScript: ContiguousArray<Range<Int>>
    /// Profiles of each script, and what range of positions they are in.
    let profilesOfScript: ContiguousArray<Range<Int>>

    /// Open addressing: half of a word's mixed bytes, or 0; then its profiles; then what it weighs.
    private let keys: UnsafePointer<UInt32>
    private let members: UnsafePointer<UInt64>
    private let weights: UnsafePointer<UInt8>
    private let slotMask: Int
    /// A bit for some of each word's key: most words of a text are found in it not to be known, which costs no guess of
    /// the processor's.
    private let filter: UnsafePointer<UInt64>
    private let filterMask: UInt64
    /// Longest word, in bytes.
    static let longest = 24

    private init() {
        let profiles = LanguageProfile.all
        precondition(profiles.count <= 64, "sets of profiles have 64 bits")
        profilesOfScript = ContiguousArray(
            WritingSystem.allCases.map { script in
                let first = profiles.firstIndex { $0.script == script } ?? 0
                let count = profiles.count { $0.script == script }
                precondition(profiles[first..<first + count].allSatisfy { $0.script == script }, "profiles by script")
                return first..<first + count
            })
        var letters: ContiguousArray<(own: UInt64, tolerated: UInt64, script: WritingSystem)> = [(0, 0, .latin)]
        var ranges: ContiguousArray<Range<Int>> = []
        let classes = UnsafeMutablePointer<UInt16>.allocate(capacity: 0x1_0000)
        for code in 0..<UInt32(0x1_0000) {
            let script = WritingSystem(code).map { UInt16($0.rawValue) + 1 }
            (classes + Int(code)).initialize(to: script ?? LanguageTables.classOfOthers(code))
        }
        for script in WritingSystem.allCases {
            let first = letters.count
            var numbers: [Unicode.Scalar: Int] = [:]
            for index in LanguageProfile.all.indices where profiles[index].script == script {
                for (text, isOwn) in [(profiles[index].letters, true), (profiles[index].tolerated, false)] {
                    for letter in text.unicodeScalars where letter.value >= 0x80 {
                        let lower = LanguageTables.small(letter)
                        let number = numbers[lower] ?? letters.count
                        if number == letters.count {
                            letters.append((0, 0, script))
                            numbers[lower] = number
                            for form in LanguageTables.forms(of: lower) where form.value >= 0x80 {
                                classes[Int(form.value)] =
                                    classes[Int(form.value)] & LanguageTables.scriptMask
                                    | UInt16(number) << LanguageTables.scriptBits
                            }
                        }
                        if isOwn { letters[number].own |= 1 << UInt64(index) }
                        letters[number].tolerated |= 1 << UInt64(index)
                    }
                }
            }
            ranges.append(first..<letters.count)
            // Vietnamese vowels with two marks count as one letter.
            if script == .latin, let number = numbers["ạ"] {
                for code in 0x1EA0...0x1EF9 where classes[code] >> LanguageTables.scriptBits == 0 {
                    classes[code] |= UInt16(number) << LanguageTables.scriptBits
                }
            }
        }
        self.classes = UnsafePointer(classes)
        self.letters = letters
        lettersOfScript = ranges

        var words: [[UInt8]: UInt64] = [:]
        for (index, profile) in profiles.enumerated() {
            for word in profile.words.split(separator: " ") {
                for form in LanguageTables.forms(of: word) {
                    words[Array(form.utf8), default: 0] |= 1 << UInt64(index)
                }
            }
        }
        var slots = 1
        while slots < words.count * 2 { slots *= 2 }
        let keys = UnsafeMutablePointer<UInt32>.allocate(capacity: slots)
        let members = UnsafeMutablePointer<UInt64>.allocate(capacity: slots)
        let weights = UnsafeMutablePointer<UInt8>.allocate(capacity: slots)
        keys.initialize(repeating: 0, count: slots)
        members.initialize(repeating: 0, count: slots)
        weights.initialize(repeating: 0, count: slots)
        let filter = UnsafeMutablePointer<UInt64>.allocate(capacity: max(1, slots / 8))
        filter.initialize(repeating: 0, count: max(1, slots / 8))
        let filterMask = UInt64(max(64, slots * 8) - 1)
        for (word, profiles) in words where word.count <= LanguageTables.longest {
            let key = word.withUnsafeBufferPointer { WordKey.of($0, 0, word.count) }
            var slot = Int(truncatingIfNeeded: key) & (slots - 1)
            while keys[slot] != 0 {
                precondition(keys[slot] != LanguageTables.tag(key), "two words of one key")
                slot = (slot + 1) & (slots - 1)
            }
            keys[slot] = LanguageTables.tag(key)
            filter[Int((key & filterMask) >> 6)] |= 1 << (key & 63)
            members[slot] = profiles
            weights[slot] = UInt8(min(String(decoding: word, as: UTF8.self).count, 3))
        }
        self.keys = UnsafePointer(keys)
        self.members = UnsafePointer(members)
        self.weights = UnsafePointer(weights)
        slotMask = slots - 1
        self.filter = UnsafePointer(filter)
        self.filterMask = filterMask
    }

    /// Marks and what is invisible within words belong to them; all else separates.
    private static func classOfOthers(_ code: UInt32) -> UInt16 {
        switch code {
        case 0x300...0x36F, 0x483...0x489, 0x2B0...0x2FF, 0xAD, 0x200B, 0x200D, 0x2060, 0xFE00...0xFE0F,
            0xFE20...0xFE2F,
            0x1AB0...0x1AFF, 0x1DC0...0x1DFF:
            mark
        default: 0
        }
    }

    private static func forms(of letter: Unicode.Scalar) -> Set<Unicode.Scalar> {
        let upper = letter.properties.uppercaseMapping.unicodeScalars
        return upper.count == 1 ? [letter, upper.first ?? letter] : [letter]
    }

    /// Small, with a capital, and all of capitals; ASCII's are looked up as small ones.
    private static func forms(of word: Substring) -> Set<String> {
        let lower = String(word)
        if lower.utf8.allSatisfy({ $0 < 0x80 }) { return [lower] }
        let forms = [lower, lower.prefix(1).uppercased() + lower.dropFirst(), lower.uppercased()]
        return Set(forms.map { String(decoding: $0.utf8.map(LanguageTables.small), as: UTF8.self) })
    }

    /// The small letter, where it is one (not of İ).
    private static func small(_ letter: Unicode.Scalar) -> Unicode.Scalar {
        let small = letter.properties.lowercaseMapping.unicodeScalars
        return small.count == 1 ? small.first ?? letter : letter
    }

    private static func small(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// Script and letter of a code point; see `classes`.
    @inline(__always)
    func `class`(of code: UInt32) -> UInt16 {
        if code < 0x1_0000 { return classes[Int(code)] }
        return (0x20000...0x3134F).contains(code) ? UInt16(WritingSystem.han.rawValue) + 1 : 0
    }

    /// Profiles that have a word, and its weight.
    @inline(__always)
    func look(up key: UInt64) -> (profiles: UInt64, weight: UInt32)? {
        guard filter[Int((key & filterMask) >> 6)] >> (key & 63) & 1 != 0 else { return nil }
        var slot = Int(truncatingIfNeeded: key) & slotMask
        let tag = LanguageTables.tag(key)
        while keys[slot] != 0 {
            if keys[slot] == tag { return (members[slot], UInt32(weights[slot])) }
            slot = (slot &+ 1) & slotMask
        }
        return nil
    }

    /// The half that does not choose the slot; not 0.
    @inline(__always)
    private static func tag(_ key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key >> 32) }
}
