internal import Detection
internal import Events
internal import Signals

/// Collects what one event's texts have of links; buffers are kept for the next.
struct LinkSearch {
    private var plain = PlainLinkText()
    private var scratch: [UInt8] = []
    private var hits: [Hit] = []
    private var looked = 0
    private var hasMore = false
    private var disguised: Int64 = 0
    private var shortened: Int64 = 0

    private struct Hit {
        let position: Int32
        let signal: MatchedSignal
        /// The first.
        let span: TextSpan
        /// Of the last place that counts.
        var end: Int
        var count: Int64 = 1
    }

    mutating func begin() {
        hits.removeAll(keepingCapacity: true)
        (looked, disguised, shortened) = (0, 0, 0)
        hasMore = false
    }

    mutating func look(
        in text: UnsafeRawBufferPointer, _ field: TextSpan.Field, _ signals: SignalSet, at time: Timestamp, most: Int
    ) {
        plain.fill(from: text)
        guard plain.mayHaveLinks else { return }
        let hasLinks = !signals.links.isEmpty
        let plain = plain
        plain.withBytes(of: text) { bytes in
            LinkScanner.forEach(in: bytes.assumingMemoryBound(to: UInt8.self)) { address, start in
                guard looked < most else {
                    hasMore = true
                    return false
                }
                looked += 1
                let link = UnsafeRawBufferPointer(rebasing: bytes[address])
                if Shorteners.contain(link) { shortened += 1 }
                guard hasLinks else { return true }
                let source = plain.source(of: start..<address.upperBound)
                let span = TextSpan(field: field, start: source.lowerBound, end: source.upperBound)
                let isEdited = plain.isEdited(start..<address.upperBound)
                let found = find(link, signals, time, span)
                if found, isEdited || isDefanged(bytes[start..<address.lowerBound]) { disguised += 1 }
                // A percent sign may belong to the address.
                if isEdited { _ = find(UnsafeRawBufferPointer(rebasing: text[source]), signals, time, span) }
                return true
            }
        }
    }

    /// Returns whether it is known.
    private mutating func find(
        _ link: UnsafeRawBufferPointer, _ signals: SignalSet, _ time: Timestamp, _ span: TextSpan
    ) -> Bool {
        var isKnown = false
        signals.forEachMatch(of: link, at: time, scratch: &scratch) { position, signal in
            isKnown = true
            guard let known = hits.firstIndex(where: { $0.position == position && $0.span.field == span.field }) else {
                hits.append(Hit(position: position, signal: signal, span: span, end: span.end))
                return
            }
            // One place may be looked up in several forms.
            guard span.start >= hits[known].end else { return }
            hits[known].end = span.end
            hits[known].count += 1
        }
        return isKnown
    }

    /// `hxxp`, `h**p`
    private func isDefanged(_ scheme: Slice<UnsafeRawBufferPointer>) -> Bool {
        let letters = scheme.prefix { $0 != UInt8(ascii: ":") }
        return letters.count >= 4 && letters.first.map { $0 | 0x20 == UInt8(ascii: "h") } == true
            && letters.dropFirst().prefix(2).allSatisfy { $0 == UInt8(ascii: "*") || $0 | 0x20 == UInt8(ascii: "x") }
    }

    func findings(of event: Int) -> [Finding] {
        var findings = hits.map { hit in
            var finding = Finding(event: event, signal: hit.signal)
            finding.span = hit.span
            if hit.count > 1 { finding.value = hit.count }
            return finding
        }
        if disguised > 0 { findings.append(Finding(event: event, fact: "disguised-link", value: disguised)) }
        if shortened > 0 { findings.append(Finding(event: event, fact: "shortened-link", value: shortened)) }
        if hasMore { findings.append(Finding(event: event, fact: "many-links", value: Int64(looked))) }
        return findings
    }
}
