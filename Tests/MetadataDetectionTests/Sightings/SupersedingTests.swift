import Configuration
import Events
import TestSupport
import Testing

@testable import MetadataDetection

/// A verdict that takes an earlier one's place is known by the upload and by the record that brought it about: of several
/// things that one record shows of an upload, one is enough.
@Suite struct SupersedingTests {
    private func sighting(_ kind: Sighting.Kind, _ fingerprint: Digest256, by account: Int) -> Sighting {
        SightingStream.made(
            kind, fingerprint, account: account, at: (SightingStream.start + Int64(account)) * 1_000, age: 3,
            number: UInt64(account))
    }

    /// Each upload's sightings in a record of their own.
    private func superseded(_ uploads: [[Sighting]]) throws -> [SupersededUpload] {
        let state = SightingState(SightingSettings(), key: Array("key".utf8))
        var superseded: [SupersededUpload] = []
        for (offset, sightings) in uploads.enumerated() {
            var bytes: [UInt8] = []
            for sighting in sightings { SightingCoding.append(sighting, to: &bytes) }
            let record = try SightingStream.record(bytes, Int64(offset), SightingStream.start + Int64(offset))
            superseded += state.fold([record], nextOffset: Int64(offset) + 1).outcome.superseded
        }
        return superseded
    }

    @Test func anUploadOfTwoPicturesThatAreOneThingIsSupersededOnce() throws {
        var random = SplitMix64(seed: 5)
        let picture = SightingStream.picture(&random)
        let found = try superseded(
            (0..<24).map { account in
                (0..<2).map { _ in
                    sighting(.picture, SightingStream.near(picture, bits: 5, &random), by: account)
                }
            })
        #expect(found.map(\.reference.account) == (0..<24).map { "a-\($0)" })
    }

    /// The surest of an account's marks speaks, which is written first.
    @Test func anUploadOfTwoMarksIsSupersededOnceByARecord() throws {
        let marks = Sighting.Kind.marks.enumerated().map { place, kind in
            var fingerprint = Digest256()
            fingerprint.words.0 = UInt64(place)
            return (kind, fingerprint)
        }
        func all(by account: Int, _ measure: Sighting.Measure? = nil) -> [Sighting] {
            marks.map { kind, fingerprint in
                var sighting = sighting(kind, fingerprint, by: account)
                sighting.measure = measure
                return sighting
            }
        }
        let found = try superseded([all(by: 1, .against), all(by: 2), [all(by: 3)[1]], [all(by: 3)[3]]])
        let facts = found.map { upload in
            guard case .account(let fact, _, _) = upload.cause else { return "another" }
            return "\(upload.reference.account) \(fact)"
        }
        #expect(facts == ["a-2 returning-account", "a-3 returning-avatar", "a-3 returning-name"])
    }

    @Test func anUploadOfTwoThingsIsSupersededOnceByARecord() throws {
        var (one, other) = (Digest256(), Digest256())
        (one.words.0, other.words.0) = (1, 2)
        let found = try superseded((0..<24).map { [sighting(.file, one, by: $0), sighting(.file, other, by: $0)] })
        // Those that waited are told of at the onset of each of the two, which is at the same record.
        #expect(found.map(\.reference.account) == (0..<24).map { "a-\($0)" })
    }
}
