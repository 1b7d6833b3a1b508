/// Cuts folded text into words, with signs that a view takes for letters.
struct TokenCutter {
    struct Token: Equatable, BitwiseCopyable {
        var start: Int
        var end: Int
        /// Letters and marks; digits; signs that stand for letters.
        var letters: Int
        var digits: Int
        var signs: Int

        var range: Range<Int> { start..<end }
    }

    /// ASCII signs that make words beside letters, marks and digits.
    let signs: [UInt8]
    private let isSign: UInt128

    init(signs: String = "") {
        self.signs = Array(signs.utf8)
        isSign = self.signs.reduce(0) { $0 | 1 << UInt128($1) }
    }

    /// - Parameter tokens: emptied, then filled with what `range` has.
    func cut(_ bytes: UnsafePointer<UInt8>, _ range: Range<Int>, into tokens: inout [Token]) {
        tokens.removeAll(keepingCapacity: true)
        let words = WordTable.shared
        var token = Token(start: range.lowerBound, end: range.lowerBound, letters: 0, digits: 0, signs: 0)
        var place = range.lowerBound
        while place < range.upperBound {
            let byte = bytes[place]
            var length = 1
            if byte < 0x80 {
                if FoldPass.isLetter(byte) {
                    token.letters += 1
                } else if FoldPass.isDigit(byte) {
                    token.digits += 1
                } else if isSign >> UInt128(byte) & 1 != 0 {
                    token.signs += 1
                } else {
                    end(&token, place, place + 1, &tokens)
                    place += 1
                    continue
                }
            } else {
                let (code, size) = FoldPass.character(at: place, bytes, range.upperBound)
                length = size
                let classes = words.classes(of: code)
                if classes & WordTable.word != 0, classes & (WordTable.connector | WordTable.unspaced) == 0 {
                    token.letters += 1
                } else {
                    end(&token, place, place + size, &tokens)
                    place += size
                    continue
                }
            }
            place += length
            token.end = place
        }
        end(&token, place, place, &tokens)
    }

    @inline(__always)
    private func end(_ token: inout Token, _ place: Int, _ next: Int, _ tokens: inout [Token]) {
        if token.end > token.start { tokens.append(token) }
        token = Token(start: next, end: next, letters: 0, digits: 0, signs: 0)
    }
}

/// What surrounds a word up to the next white space: addresses and identifiers are not unfolded into words.
enum Surroundings {
    /// Longest stretch without white space that is looked through.
    private static let reach = 256

    /// - Returns: whether the word is part of an address, an identifier, a piece of code or a number.
    static func isIdentifier(
        _ token: TokenCutter.Token, _ bytes: UnsafePointer<UInt8>, _ text: Range<Int>, digitsCount: Bool
    ) -> Bool {
        var start = token.start
        while start > text.lowerBound, bytes[start - 1] != FoldPass.space {
            start -= 1
            if token.start - start > reach { return true }
        }
        var end = token.end
        while end < text.upperBound, bytes[end] != FoldPass.space {
            end += 1
            if end - token.end > reach { return true }
        }
        // Signs at the ends belong to the sentence.
        while start < token.start, bytes[start] < 0x80, !FoldPass.isWordByte(bytes[start]) { start += 1 }
        while end > token.end, bytes[end - 1] < 0x80, !FoldPass.isWordByte(bytes[end - 1]) { end -= 1 }
        var hasAt = false
        for place in start..<end {
            let isOutside = place < token.start || place >= token.end
            switch bytes[place] {
            case UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "="), UInt8(ascii: "&"), UInt8(ascii: "+"),
                UInt8(ascii: "#"), UInt8(ascii: "~"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "{"),
                UInt8(ascii: "}"):
                return true
            case UInt8(ascii: ":"), UInt8(ascii: "?"):
                // Behind a word and before one without a space between.
                if isOutside { return true }
            case UInt8(ascii: "@"):
                hasAt = true
            case UInt8(ascii: "."):
                if hasAt { return true }
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digitsCount, isOutside { return true }
            default: break
            }
        }
        return isWorldWideWeb(start, end, bytes)
    }

    private static func isWorldWideWeb(_ start: Int, _ end: Int, _ bytes: UnsafePointer<UInt8>) -> Bool {
        let prefix: StaticString = "www."
        guard end - start > prefix.utf8CodeUnitCount else { return false }
        return (0..<prefix.utf8CodeUnitCount).allSatisfy { bytes[start + $0] == prefix.utf8Start[$0] }
    }
}
