internal import Configuration
internal import Detection
internal import Events
internal import Signals

/// `hash.exact`: media whose SHA-256, SHA-1 or MD5 is known, as the event states it (no event states a SHA-1) or as it was
/// worked out from the bytes.
///
/// One finding for a media item and a signal. The fact `hash-mismatch` says that the event states another hash than
/// the bytes have. An item that could not be read is unavailable if the event states no hash either; in a stage that
/// reads no media, what the event states is all there is.
struct ExactHashDetector: Detector {
    static let registration = DetectorRegistration(
        name: "hash.exact", version: "2", summary: "Media whose SHA-256, SHA-1 or MD5 is a signal.",
        facts: ["hash-mismatch"], needs: .digests
    ) { context in ExactHashDetector(signals: context.signals) }

    private let signals: SignalSet

    init(signals: SignalSet) { self.signals = signals }

    func inspect(_ inspection: Inspection) -> Findings {
        var findings = Findings()
        let batch = inspection.batch
        inspection.selection.forEach { event in
            for position in batch.events[event].media {
                inspect(batch, event, position, inspection.media[position], &findings)
            }
        }
        return findings
    }

    @inline(__always)
    private func inspect(
        _ batch: EventBatch, _ event: Int, _ position: Int, _ fact: MediaFact, _ findings: inout Findings
    ) {
        let stated = batch.media[position]
        if case .failed(let reason) = fact.state, stated.sha256 == nil, stated.md5 == nil {
            findings.unavailable.append(Unavailable(event: event, media: position, reason: reason))
            return
        }
        if ExactHashDetector.differ(stated.sha256, fact.sha256) || ExactHashDetector.differ(stated.md5, fact.md5) {
            findings.found.append(Finding(event: event, media: position, fact: "hash-mismatch"))
        }
        func report(_ match: Int32?) {
            guard let match, let signal = signals.match(match, at: batch.events[event].time) else { return }
            findings.found.append(Finding(event: event, media: position, signal: signal))
        }
        // Two values are two signals, so what was worked out is looked up only where it differs from what is stated.
        if let digest = stated.sha256 { report(signals.position(sha256: digest)) }
        if let digest = stated.md5 { report(signals.position(md5: digest)) }
        if let digest = fact.sha256, digest != stated.sha256 { report(signals.position(sha256: digest)) }
        if let digest = fact.sha1 { report(signals.position(sha1: digest)) }
        if let digest = fact.md5, digest != stated.md5 { report(signals.position(md5: digest)) }
    }

    @inline(__always)
    private static func differ<Digest: Equatable>(_ stated: Digest?, _ computed: Digest?) -> Bool {
        guard let stated, let computed else { return false }
        return stated != computed
    }
}
