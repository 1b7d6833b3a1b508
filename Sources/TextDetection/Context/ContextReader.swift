internal import Events

/// Reads how a text stands to the places where something was found in it. Kept from text to text so that little is
/// allocated; asked only for texts with findings.
///
/// It looks for a few words of seven languages (`ContextCues`) and understands nothing. So it may only soften: what it
/// says never takes a finding away, and where the writer agrees with what he quotes it says nothing.
struct ContextReader {
    /// An attribution stands so near to the quotation, in words.
    private static let attributionReach = 12
    /// A denial stands so near to what it denies.
    private static let denialReach = 4
    /// "I" stands so near before a verb of speaking.
    private static let personReach = 2

    private(set) var structure = TextStructure()
    private var quotations: [Range<Int>] = []
    private var cues: [ContextCues.Cue] = []

    /// Takes a text in; places are asked for next.
    ///
    /// - Parameter structured: whether `structure` is needed whatever the text says.
    mutating func read(
        _ folded: FoldedTexts, _ text: FoldedTexts.Text, original: UnsafeRawBufferPointer, structured: Bool = false
    ) {
        quotations.removeAll(keepingCapacity: true)
        cues.removeAll(keepingCapacity: true)
        guard let base = folded.bytes.baseAddress else { return }
        let mayStandApart = ContextCues.shared.gate.isOpen(for: base, text.bytes)
        guard structured || mayStandApart else { return }
        structure.read(folded.bytes, text, folded.edits[text.edits], original: original)
        guard mayStandApart else { return }
        cues = ContextCues.shared.cues(in: structure, base)
        guard hasDistance else { return }
        quotations = QuotationMarks.quotations(in: base, text.bytes)
        let spoken = cues.filter { $0.kind == .firstPerson }.map(\.first)
        if !spoken.isEmpty {
            cues.removeAll { cue in
                cue.kind == .reporting
                    && spoken.contains { $0 < cue.first && $0 >= cue.first - ContextReader.personReach }
            }
        }
    }

    /// Whether anything in the text could soften.
    var hasDistance: Bool { cues.contains { $0.kind != .endorsing && $0.kind != .firstPerson } }

    /// - Parameter range: a place in the buffer of folded texts.
    func context(of range: Range<Int>) -> TextContext {
        guard hasDistance, !range.isEmpty else { return [] }
        let sentences = structure.sentence(at: range.lowerBound)...structure.sentence(at: range.upperBound - 1)
        let around = sentences.lowerBound - 1...sentences.upperBound + 1
        let isEndorsed = cues.contains { cue in
            cue.kind == .endorsing && around.contains(sentence(of: cue)) && !isQuoted(cue) && !overlaps(cue, range)
        }
        if isEndorsed { return [] }
        var context: TextContext = []
        let quotation = quotations.first { $0.lowerBound <= range.lowerBound && $0.upperBound >= range.upperBound }
        if let quotation {
            if isAttributed(quotation) { context.insert(.attributedQuotation) }
        } else if has(.reporting, in: sentences, beside: range) {
            context.insert(.reported)
        }
        if isDenied(range, sentences) { context.insert(.negated) }
        if has(.educational, in: sentences, beside: range) { context.insert(.educational) }
        return context
    }

    private func has(_ kind: ContextCues.Kind, in sentences: ClosedRange<Int>, beside range: Range<Int>) -> Bool {
        cues.contains { cue in
            cue.kind == kind && sentences.contains(sentence(of: cue)) && !isQuoted(cue) && !overlaps(cue, range)
        }
    }

    /// A cue outside of quotations, before or behind this one.
    private func isAttributed(_ quotation: Range<Int>) -> Bool {
        let first = structure.word(at: quotation.lowerBound)
        let end = structure.word(at: quotation.upperBound)
        return cues.contains { cue in
            guard cue.kind == .reporting, !isQuoted(cue) else { return false }
            return cue.end <= first
                ? first - cue.end < ContextReader.attributionReach
                : cue.first >= end && cue.first - end < ContextReader.attributionReach
        }
    }

    private func isDenied(_ range: Range<Int>, _ sentences: ClosedRange<Int>) -> Bool {
        let first = structure.word(at: range.lowerBound)
        let last = structure.word(at: range.upperBound - 1)
        return cues.contains { cue in
            guard sentences.contains(sentence(of: cue)) else { return false }
            let isBefore = cue.end <= first && first - cue.end < ContextReader.denialReach
            return switch cue.kind {
            case .denying: isBefore
            case .denyingAround: isBefore || cue.first > last && cue.first - last <= ContextReader.denialReach
            default: false
            }
        }
    }

    private func sentence(of cue: ContextCues.Cue) -> Int { Int(structure.words[cue.first].sentence) }

    private func place(of cue: ContextCues.Cue) -> Range<Int> {
        Int(structure.words[cue.first].start)..<Int(structure.words[cue.end - 1].end)
    }

    private func isQuoted(_ cue: ContextCues.Cue) -> Bool {
        let place = place(of: cue)
        return quotations.contains { $0.overlaps(place) }
    }

    private func overlaps(_ cue: ContextCues.Cue, _ range: Range<Int>) -> Bool { place(of: cue).overlaps(range) }
}
