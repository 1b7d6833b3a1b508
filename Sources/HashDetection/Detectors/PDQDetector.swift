internal import Configuration
internal import Detection
internal import Events
internal import Signals

/// `hash.pdq`: pictures within `threshold` bits of a known one, by the hash that the event states and by the one
/// worked out from the pixels.
///
/// One finding for a picture and a signal, with the least distance. A hash that was worked out with a quality below
/// 50 matches nothing; the fact `low-quality` has that quality as its value. Such a picture that is transparent may be
/// told by what it is over white; with `dihedral` pictures are turned and mirrored too. The finding says so. A picture of which there is no hash at
/// all is unavailable with the reason; in a stage that reads no media that is so only if its bytes can't be had.
///
/// What an item is, its bytes decide, else what the event declares it to be; an undeclared one might be a picture.
struct PDQDetector: Detector {
    static let registration = DetectorRegistration(
        name: "hash.pdq", version: "3", summary: "Pictures that look like one that is a signal.",
        facts: ["low-quality"], needs: .picture,
        needsWith: { $0[dihedral] ? .orientations : [] }, settings: [threshold, dihedral]
    ) { context in
        PDQDetector(
            signals: context.signals, threshold: context.settings[threshold], isDihedral: context.settings[dihedral])
    }

    static let threshold = Setting(
        "threshold", .integer(0...64), standard: PDQ.standardThreshold,
        "Of 256 bits, so many may differ between a picture's hash and a signal's.")

    static let dihedral = Setting(
        "dihedral", .boolean, standard: false,
        "Whether pictures are also looked up turned by 90, 180 and 270 degrees and mirrored: eight look-ups in place of "
            + "one.")

    private let signals: SignalSet
    private let threshold: Int
    /// Another stage may have had the hashes worked out for its own detector.
    private let isDihedral: Bool

    init(signals: SignalSet, threshold: Int, isDihedral: Bool = false) {
        self.signals = signals
        self.threshold = threshold
        self.isDihedral = isDihedral
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
        for match in matches(stated, fact) {
            guard let signal = signals.match(match.signal, at: batch.events[event].time) else { continue }
            var finding = Finding(event: event, media: position, signal: signal)
            finding.distance = match.distance
            finding.threshold = threshold
            finding.view = match.view
            findings.found.append(finding)
        }
        if let quality = fact.plainness {
            findings.found.append(
                Finding(event: event, media: position, fact: "low-quality", value: Int64(quality)))
        }
        if stated.pdq == nil, fact.pdq == nil, isPicture(batch, stated, fact),
            let reason = reasonWithoutHash(stated, fact)
        {
            findings.unavailable.append(Unavailable(event: event, media: position, reason: reason))
        }
    }

    private struct Match {
        let signal: Int32
        let distance: Int
        let view: PictureView
        /// Of the look-up: of equally near ones the first counts.
        let turn: Int
    }

    /// Of each signal the nearest.
    private func matches(_ stated: Media, _ fact: MediaFact) -> [Match] {
        guard signals.pdq.count > 0 else { return [] }
        var matches: [Match] = []
        var turns = 0
        func add(_ hash: Digest256, _ view: PictureView) {
            for match in signals.pdq.matches(hash, threshold: threshold) {
                matches.append(Match(signal: match.signal, distance: match.distance, view: view, turn: turns))
            }
            turns += 1
        }
        let isPlain = (fact.quality ?? 100) < PDQ.leastQuality
        if let hash = fact.pdq, !isPlain { add(hash, .displayed) }
        // The event states the hash of the bytes: then their quality is known, and speaks for both.
        if let hash = stated.pdq, hash != fact.pdq { add(hash, .displayed) }
        for other in fact.views where isDihedral || other.view.orientation == .original { add(other.hash, other.view) }
        guard turns > 1, matches.count > 1 else { return matches }
        matches.sort { ($0.signal, $0.distance, $0.turn) < ($1.signal, $1.distance, $1.turn) }
        var last: Int32?
        return matches.filter { match in
            defer { last = match.signal }
            return match.signal != last
        }
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

extension MediaFact {
    /// The quality of a picture that is too plain to be compared, whatever is behind it.
    fileprivate var plainness: Int? {
        guard pdq != nil, let quality, quality < PDQ.leastQuality, views.isEmpty else { return nil }
        return quality
    }
}
