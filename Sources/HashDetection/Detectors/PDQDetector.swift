internal import Configuration
internal import Detection
internal import Events
internal import Signals

/// `hash.pdq`: pictures within `threshold` bits of a known one, by the hash that the event states and by the one
/// worked out from the pixels.
///
/// One finding for a picture and a signal, with the lesser distance. A hash that was worked out with a quality below
/// 50 matches nothing; the fact `low-quality` has that quality as its value. A picture of which there is no hash at
/// all is unavailable with the reason; in a stage that reads no media that is so only if its bytes can't be had.
///
/// What an item is, its bytes decide, else what the event declares it to be; an undeclared one might be a picture.
struct PDQDetector: Detector {
    static let registration = DetectorRegistration(
        name: "hash.pdq", version: "1", summary: "Pictures that look like one that is a signal.", needs: .picture,
        settings: [threshold]
    ) { context in PDQDetector(signals: context.signals, threshold: context.settings[threshold]) }

    static let threshold = Setting(
        "threshold", .integer(0...64), standard: PDQ.standardThreshold,
        "Of 256 bits, so many may differ between a picture's hash and a signal's.")

    private let signals: SignalSet
    private let threshold: Int

    init(signals: SignalSet, threshold: Int) {
        self.signals = signals
        self.threshold = threshold
    }

    func inspect(_ inspection: Inspection) -> Findings {
        var findings = Findings()
        let batch = inspection.batch
        inspection.selection.forEach { event in
            for position in batch.events[event].media {
                // A look-up is the dearest step here; after cancellation nobody wants the rest.
                if Task.isCancelled { return }
                inspect(batch, event, position, inspection.media[position], &findings)
            }
        }
        return findings
    }

    private func inspect(
        _ batch: EventBatch, _ event: Int, _ position: Int, _ fact: MediaFact, _ findings: inout Findings
    ) {
        let stated = batch.media[position]
        var computed = fact.pdq
        if computed != nil, let quality = fact.quality, quality < PDQ.leastQuality {
            findings.found.append(
                Finding(event: event, media: position, fact: "low-quality", value: Int64(quality)))
            computed = nil
        }
        // The event states the hash of the bytes: then their quality is known, and speaks for both.
        let statedHash = stated.pdq == fact.pdq ? computed : stated.pdq
        for match in matches(statedHash, computed) {
            guard let signal = signals.match(match.signal, at: batch.events[event].time) else { continue }
            var finding = Finding(event: event, media: position, signal: signal)
            finding.distance = match.distance
            finding.threshold = threshold
            findings.found.append(finding)
        }
        if stated.pdq == nil, fact.pdq == nil, isPicture(batch, stated, fact),
            let reason = reasonWithoutHash(stated, fact)
        {
            findings.unavailable.append(Unavailable(event: event, media: position, reason: reason))
        }
    }

    private func matches(_ stated: Digest256?, _ computed: Digest256?) -> [PDQIndex.Match] {
        guard signals.pdq.count > 0 else { return [] }
        var matches = stated.map { signals.pdq.matches($0, threshold: threshold) } ?? []
        guard let computed, computed != stated else { return matches }
        for match in signals.pdq.matches(computed, threshold: threshold) {
            if let same = matches.firstIndex(where: { $0.signal == match.signal }) {
                if match.distance < matches[same].distance { matches[same] = match }
            } else {
                matches.append(match)
            }
        }
        return matches
    }

    private func isPicture(_ batch: EventBatch, _ stated: Media, _ fact: MediaFact) -> Bool {
        if let type = fact.type, type != .unknown { return type.isPicture }
        guard stated.contentType.isPresent else { return true }
        return batch.withBytes(stated.contentType) { declaresPicture($0) }
    }

    private func reasonWithoutHash(_ stated: Media, _ fact: MediaFact) -> Code? {
        switch fact.state {
        case .failed(let reason): reason
        case .read: fact.pictureFailure
        case .unread: stated.url.isPresent || stated.inline.isPresent ? nil : "no-bytes"
        }
    }
}
