internal import Events

/// What a batch of sightings came to.
package struct SightingOutcome: Sendable, Equatable {
    package var campaigns: [Campaign] = []
    package var superseded: [SupersededUpload] = []
    /// Sightings that were known, and those that came too late to count.
    package var repeated = 0
    package var late = 0
    /// Uploads whose verdicts can't be superseded, since their names were sealed with another key.
    package var unreadable = 0
    /// Uploads that the present record has superseded: a verdict is known by the upload and the record, so that of several
    /// things that it shows of one, the first is enough.
    private var present: (offset: Int64, verdicts: Set<Digest128>) = (-1, [])

    package static func == (a: Self, b: Self) -> Bool {
        a.campaigns == b.campaigns && a.superseded == b.superseded && a.repeated == b.repeated && a.late == b.late
            && a.unreadable == b.unreadable
    }

    mutating func supersede(
        _ reference: [UInt8], _ verdict: Digest128, uploaded: Timestamp, for cause: SupersededUpload.Cause,
        _ place: (offset: Int64, written: Timestamp), _ seal: ReferenceSeal
    ) {
        if present.offset != place.offset { present = (place.offset, []) }
        guard present.verdicts.insert(verdict).inserted else { return }
        guard let reference = seal.opened(reference, verdict: verdict) else {
            unreadable += 1
            return
        }
        superseded.append(
            SupersededUpload(
                verdict: verdict, uploaded: uploaded, reference: reference, cause: cause, offset: place.offset,
                received: place.written))
    }
}
