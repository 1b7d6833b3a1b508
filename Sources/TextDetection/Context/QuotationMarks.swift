/// Quotations in a folded text.
enum QuotationMarks {
    /// Longest quotation, in bytes; what is not closed by then is none.
    static let longest = 2_000

    /// What stands between marks of one pair, in the order of the text; a quotation within another is part of it.
    static func quotations(in bytes: UnsafePointer<UInt8>, _ range: Range<Int>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var open: (start: Int, closers: [UInt32])?
        var place = range.lowerBound
        while place < range.upperBound {
            let (code, length) = FoldPass.character(at: place, bytes, range.upperBound)
            if let begun = open {
                if begun.closers.contains(code) {
                    if begun.start < place { found.append(begun.start..<place) }
                    open = nil
                } else if place - begun.start > longest {
                    // It was no quotation; what follows the mark may be one.
                    (place, open) = (begun.start, nil)
                    continue
                }
            } else if let closers = closers(of: code) {
                open = (place + length, closers)
            }
            place += length
            if place >= range.upperBound, let begun = open { (place, open) = (begun.start, nil) }
        }
        return found
    }

    /// The marks that end what a mark begins (Unicode's chapter 6.2, "Language-Based Usage of Quotation Marks").
    private static func closers(of code: UInt32) -> [UInt32]? {
        switch code {
        case 0x22: [0x22]  // "…"
        case 0x201C: [0x201D]  // “…”
        case 0x201D: [0x201D]  // ”…”
        case 0x201E: [0x201C, 0x201D]  // „…“ and „…”
        case 0xAB: [0xBB]  // «…»
        case 0xBB: [0xAB]  // »…«
        case 0x300C: [0x300D]  // 「…」
        case 0x300E: [0x300F]  // 『…』
        default: nil
        }
    }
}
