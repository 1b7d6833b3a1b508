import Events
import TestSupport
import Testing

@testable import MetadataDetection

/// What people are shown of a thing.
@Suite struct ThingSummaryTests {
    private func hex(_ digest: Digest256, _ bytes: Int = 32) -> String {
        var hex = ByteWriter()
        withUnsafeBytes(of: digest) { hex.appendHex(UnsafeRawBufferPointer(rebasing: $0.prefix(bytes))) }
        return String(decoding: hex.bytes, as: UTF8.self)
    }

    private func fold(_ sightings: [Sighting]) throws -> (state: SightingState, told: [Campaign]) {
        let state = SightingState(SightingSettings(), key: Array("key".utf8))
        var bytes: [UInt8] = []
        for sighting in sightings { SightingCoding.append(sighting, to: &bytes) }
        let record = try SightingStream.record(bytes, 0, SightingStream.start + 100)
        return (state, state.fold([record], nextOffset: 1).outcome.campaigns)
    }

    private func sighting(_ kind: Sighting.Kind, _ fingerprint: Digest256, by account: Int) -> Sighting {
        SightingStream.made(
            kind, fingerprint, account: account, at: (SightingStream.start + Int64(account)) * 1_000,
            age: account < 12 ? 3 : 9_000, network: UInt32(account % 3 + 1), number: UInt64(account))
    }

    @Test func aPictureIsFoundByOneOfItsLike() throws {
        var random = SplitMix64(seed: 7)
        let picture = SightingStream.picture(&random)
        let (state, told) = try fold(
            (0..<15).map {
                sighting(.picture, $0 == 0 ? picture : SightingStream.near(picture, bits: 9, &random), by: $0)
            })
        let like = hex(SightingStream.near(picture, bits: 6, &random))
        let name = try #require(ThingName("pdq:\(like)"))
        let summary = try #require(state.summary(of: name))
        #expect(summary.reference == "pdq:\(hex(picture))" && summary.isCampaign)
        #expect(summary.asCampaign.name == told.first?.name)
        #expect(summary.asCampaign.accounts == 15 && summary.asCampaign.youngAccounts == 12)
        #expect(summary.asCampaign.networks == 3 && summary.asCampaign.lastHour == 15)
        #expect(summary.lastDay == 15 && summary.lastWeek == 15 && summary.waiting == 0)
        let file = try #require(ThingName("sha256:\(hex(picture))"))
        #expect(state.summary(of: file) == nil)
    }

    @Test func aLinkIsFoundAsItWasPostedOrAsItsSignalNamesIt() throws {
        let address = "https://Lantern.example/a?b=1"
        let digest = try #require(ThingName("link:\(address)"))
        let (state, told) = try fold([sighting(.link, digest.fingerprint, by: 1)])
        #expect(told.isEmpty)
        let summary = try #require(state.summary(of: digest))
        #expect(!summary.isCampaign && summary.waiting == 1 && summary.asCampaign.youngAccounts == 1)
        let reference = try #require(summary.reference)
        #expect(reference == "urlmd5:\(hex(digest.fingerprint, 16))")
        #expect(ThingName(reference) == digest && ThingName("link:http://lantern.example/a?b=1") == digest)
    }

    @Test(arguments: [
        "", "sha256", "sha256:", "sha256:12", "pdq:" + String(repeating: "g", count: 64), "urlmd5:link", "link:",
        "md5:d41d8cd98f00b204e9800998ecf8427e", "text:hello",
    ])
    func whatNamesNoThingIsNone(_ text: String) { #expect(ThingName(text) == nil) }
}
