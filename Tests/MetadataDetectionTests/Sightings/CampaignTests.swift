import Configuration
import Events
import TestSupport
import Testing

@testable import MetadataDetection

/// What is a campaign and what is not, by the settings as they come.
@Suite struct CampaignTests {
    private struct Scene {
        var state = SightingState(SightingSettings(), key: Array("key".utf8))
        var offset: Int64 = 0
        var outcome = SightingOutcome()

        /// - Parameter seconds: since the beginning.
        mutating func see(
            _ kind: Sighting.Kind, _ fingerprint: Digest256, by account: Int, at seconds: Int64, age: UInt32?,
            isActedOn: Bool = false, isStream: Bool = false, measure: Sighting.Measure? = nil,
            host: UInt32 = 0
        ) throws {
            var bytes: [UInt8] = []
            let time = SightingStream.start + seconds
            SightingCoding.append(
                SightingStream.made(
                    kind, fingerprint, account: account, at: time * 1_000, age: age,
                    network: UInt32(account % 7 + 1), isActedOn: isActedOn, isStream: isStream, measure: measure,
                    host: host,
                    number: UInt64(offset)), to: &bytes)
            let folded = state.fold([try SightingStream.record(bytes, offset, time)], nextOffset: offset + 1)
            state.committed(before: .max)
            offset += 1
            outcome.campaigns += folded.outcome.campaigns
            outcome.superseded += folded.outcome.superseded
        }
    }

    private static let picture: Digest256 = {
        var random = SplitMix64(seed: 11)
        return SightingStream.picture(&random)
    }()

    /// One picture, encoded anew by each of 40 accounts of the last day.
    @Test func aPictureOfManyYoungAccountsIsOne() throws {
        var scene = Scene()
        var random = SplitMix64(seed: 3)
        for number in 0..<40 {
            let copy = SightingStream.near(CampaignTests.picture, bits: 10, &random)
            try scene.see(.picture, copy, by: number, at: Int64(number) * 20, age: UInt32(number % 24))
            #expect(scene.outcome.campaigns.isEmpty == (number < 9), "at copy \(number + 1)")
        }
        let campaigns = scene.outcome.campaigns
        #expect(campaigns.map(\.phase) == [.onset, .update, .update])
        #expect(campaigns.map(\.youngAccounts) == [10, 20, 40])
        #expect(Set(campaigns.map(\.id)).count == 1)
        #expect(campaigns.allSatisfy { $0.networks == 7 && $0.reason == .youngAccounts })
        let signal = try #require(campaigns.first?.signal)
        #expect(signal.type == .pdq && signal.opinion == .seed && signal.source == "weir/campaigns")
        // Each once: those that had waited, and those that came since.
        #expect(scene.outcome.superseded.map(\.reference.account) == (0..<40).map { "a-\($0)" })
        #expect(Set(scene.outcome.superseded.map(\.verdict)).count == 40)
    }

    /// One account that encodes a picture anew each time, until somebody else has it too.
    @Test func nearCopiesOfOneAccountAreToldOf() throws {
        var scene = Scene()
        scene.state = SightingState(
            SightingSettings(Settings(known: SightingSettings.all).with(SightingSettings.nearRepeats, 3)),
            key: Array("key".utf8))
        var random = SplitMix64(seed: 4)
        func post(by account: Int, at seconds: Int64) throws {
            let copy = SightingStream.near(CampaignTests.picture, bits: 8, &random)
            try scene.see(.picture, copy, by: account, at: seconds, age: 9_000)
        }
        for number in 0..<5 { try post(by: 1, at: Int64(number) * 60) }
        try post(by: 2, at: 600)
        try post(by: 1, at: 700)
        #expect(
            scene.outcome.superseded.map(\.cause).map { cause in
                if case .account("repeated-near", let times, _) = cause { times } else { 0 }
            } == [3, 4, 5])
        #expect(
            scene.outcome.superseded.allSatisfy { $0.reference.account == "a-1" } && scene.outcome.campaigns.isEmpty)
        // A day later it begins anew.
        try post(by: 1, at: 3 * 86_400)
        #expect(scene.outcome.superseded.count == 3)
    }

    /// An upload waits for a week since the last that waits, though its thing goes on being seen.
    @Test(arguments: [false, true]) func whatWaitsIsForgottenAfterAWeek(_ isOld: Bool) throws {
        var scene = Scene()
        var file = Digest256()
        file.words.0 = 1
        try scene.see(.file, file, by: 900, at: 0, age: 9_000)
        for day in stride(from: Int64(3), through: isOld ? 12 : 6, by: 3) {
            try scene.see(.file, file, by: 901, at: day * 86_400, age: 9_000, isActedOn: true)
        }
        let start: Int64 = (isOld ? 13 : 7) * 86_400
        for number in 0..<12 { try scene.see(.file, file, by: number, at: start + Int64(number), age: 1) }
        #expect(scene.outcome.campaigns.map(\.phase) == [.onset])
        #expect(scene.outcome.superseded.contains { $0.reference.account == "a-900" } == !isOld)
        #expect(scene.outcome.superseded.count == (isOld ? 12 : 13))
    }

    @Test func itEndsWhenItIsQuietAndMayBeginAgain() throws {
        var scene = Scene()
        var file = Digest256()
        file.words.0 = 1
        for number in 0..<12 { try scene.see(.file, file, by: number, at: Int64(number), age: 1) }
        var other = Digest256()
        other.words.0 = 2
        // Anything that comes moves the time.
        try scene.see(.file, other, by: 900, at: 6 * 3_600, age: nil)
        #expect(scene.outcome.campaigns.map(\.phase) == [.onset])
        try scene.see(.file, other, by: 901, at: 6 * 3_600 + 12, age: nil)
        #expect(scene.outcome.campaigns.map(\.phase) == [.onset, .end])
        for number in 20..<60 { try scene.see(.file, file, by: number, at: 86_400 + Int64(number), age: 1) }
        #expect(scene.outcome.campaigns.map(\.phase) == [.onset, .end, .onset, .update, .update])
        #expect(Set(scene.outcome.campaigns.map(\.id)).count == 2)
    }

    /// A harmless picture that 10,000 old accounts share, and some young ones among them.
    @Test func whatIsPopularIsNone() throws {
        var scene = Scene()
        var random = SplitMix64(seed: 4)
        for number in 0..<10_000 {
            let copy = SightingStream.near(CampaignTests.picture, bits: 4, &random)
            let isYoung = number > 50 && number % 20 == 0
            try scene.see(.picture, copy, by: number, at: Int64(number) / 2, age: isYoung ? 5 : 9_000)
        }
        #expect(scene.outcome == SightingOutcome())
    }

    /// Young accounts pass on what was always passed on as often.
    @Test func whatWasAlwaysPostedSoOftenIsNone() throws {
        var scene = Scene()
        var link = Digest256()
        link.words = (7, 8, 0, 0)
        for hour in 0..<160 {
            for number in 0..<8 {
                let account = hour * 8 + number
                try scene.see(.link, link, by: account, at: Int64(hour) * 3_600 + Int64(number) * 400, age: 2_000)
            }
        }
        let start = Int64(160) * 3_600
        for number in 0..<14 {
            try scene.see(.link, link, by: 20_000 + number, at: start + Int64(number) * 60, age: 2)
        }
        #expect(scene.outcome.campaigns.isEmpty)
    }

    /// Eight accounts pass on the link to a stream, whoever they are; whose stream it is decides.
    @Test(arguments: [3 as UInt32, 5_000])
    func aYoungAccountsStreamThatManyPointToIsOne(_ age: UInt32) throws {
        var scene = Scene()
        var link = Digest256()
        link.words = (7, 8, 0, 0)
        for second in 0..<60 { try scene.see(.link, link, by: 1, at: Int64(second) * 5, age: age, isStream: true) }
        // The one who streams says so too, and does not count.
        for number in 0..<8 { try scene.see(.link, link, by: number + 1, at: 300 + Int64(number), age: 4_000) }
        #expect(scene.outcome.campaigns.isEmpty)
        try scene.see(.link, link, by: 70, at: 320, age: 4_000)
        #expect(scene.outcome.campaigns.map(\.reason) == (age == 3 ? [.stream] : []))
        guard age == 3 else { return }
        // The stream's first segment, and those who passed it on.
        #expect(scene.outcome.superseded.count == 10)
        #expect(scene.outcome.campaigns[0].signal?.type == .urlmd5)
    }

    @Test func oneTextThatLeadsToManyHostsIsOne() throws {
        var scene = Scene()
        var text = Digest256()
        text.words.0 = 5
        for number in 0..<8 {
            #expect(scene.outcome.campaigns.isEmpty)
            try scene.see(.text, text, by: number % 3, at: Int64(number) * 600, age: 30, host: UInt32(number + 1))
        }
        #expect(scene.outcome.campaigns.map(\.reason) == [.hosts])
        #expect(scene.outcome.campaigns[0].signal == nil)
    }

    /// A new account on the device of one that was removed is told of once; old ones and later ones are let be.
    @Test func whoComesBackIsToldOfOnce() throws {
        var scene = Scene()
        var device = Digest256()
        device.words.0 = 99
        try scene.see(.device, device, by: 1, at: 0, age: 20)
        try scene.see(.device, device, by: 2, at: 10, age: 20)
        #expect(scene.outcome.superseded.isEmpty)
        try scene.see(.device, device, by: 1, at: 3_600, age: 21, measure: .against)
        try scene.see(.device, device, by: 1, at: 3_700, age: 21)
        // Was there before.
        try scene.see(.device, device, by: 2, at: 3_800, age: 21)
        #expect(scene.outcome.superseded.isEmpty)
        for second in 0..<3 { try scene.see(.device, device, by: 3, at: 11_000 + Int64(second), age: 0) }
        #expect(scene.outcome.superseded.map(\.reference.account) == ["a-3"])
        guard case .account(let fact, let hours, _) = scene.outcome.superseded[0].cause else {
            Issue.record("another cause")
            return
        }
        #expect(fact == "returning-account" && hours == 2)
        // Another that was restored is not the one that was removed; that one is.
        try scene.see(.device, device, by: 2, at: 12_000, age: 21, measure: .restored)
        try scene.see(.device, device, by: 5, at: 12_100, age: 0)
        #expect(scene.outcome.superseded.map(\.reference.account) == ["a-3", "a-5"])
        try scene.see(.device, device, by: 1, at: 12_200, age: 21, measure: .restored)
        try scene.see(.device, device, by: 6, at: 12_300, age: 0)
        #expect(scene.outcome.superseded.count == 2)
        try scene.see(.device, device, by: 1, at: 3_600, age: 21, measure: .against)
        // A month later nobody remembers.
        try scene.see(.device, device, by: 4, at: 3_600 + 30 * 86_400 + 1, age: 0)
        #expect(scene.outcome.superseded.count == 2 && scene.outcome.campaigns.isEmpty)
    }

    /// By what a verdict says it was.
    @Test(
        arguments: zip(
            [Sighting.Kind.device, .avatar, .profile, .name],
            ["returning-account", "returning-avatar", "returning-profile", "returning-name"]))
    func whoComesBackIsKnownByAMark(_ kind: Sighting.Kind, _ name: String) throws {
        var scene = Scene()
        var mark = Digest256()
        mark.words.0 = 99
        try scene.see(kind, mark, by: 1, at: 0, age: 9_000, measure: .against)
        try scene.see(kind, mark, by: 2, at: 50 * 3_600, age: 9_000)
        try scene.see(kind, mark, by: 3, at: 50 * 3_600, age: nil)
        #expect(scene.outcome == SightingOutcome(), "none of them is young")
        for second in 0..<3 { try scene.see(kind, mark, by: 4, at: 50 * 3_600 + Int64(second), age: 1) }
        try scene.see(kind, mark, by: 5, at: 51 * 3_600, age: 1, isActedOn: true)
        let found = scene.outcome.superseded.map { upload in
            guard case .account(let fact, let hours, _) = upload.cause else { return "another" }
            return "\(upload.reference.account) \(fact) \(hours)"
        }
        #expect(found == ["a-4 \(name) 50"] && scene.outcome.campaigns.isEmpty)
    }

    /// Such as the picture that everybody begins with. Who was removed is none of the many: an account that comes back for
    /// the tenth time is known again.
    @Test func whatManyShareNamesNobody() throws {
        var (scene, other) = (Scene(), Scene())
        var avatar = Digest256()
        avatar.words.0 = 7
        for number in 1...5 { try scene.see(.avatar, avatar, by: number, at: Int64(number), age: 3) }
        try scene.see(.avatar, avatar, by: 90, at: 100, age: 3, measure: .against)
        for number in 6...40 { try scene.see(.avatar, avatar, by: number, at: 100 + Int64(number), age: 3) }
        #expect(scene.outcome == SightingOutcome())
        for number in 1...20 {
            try other.see(.avatar, avatar, by: number, at: Int64(number) * 600, age: 3)
            try other.see(.avatar, avatar, by: number, at: Int64(number) * 600 + 60, age: 3, measure: .against)
        }
        #expect(other.outcome.superseded.map(\.reference.account) == (2...20).map { "a-\($0)" })
        // Five that nothing was done about; the next is one too many.
        for number in 51...60 { try other.see(.avatar, avatar, by: number, at: 20_000 + Int64(number), age: 3) }
        #expect(other.outcome.superseded.suffix(5).map(\.reference.account) == (51...55).map { "a-\($0)" })
        #expect(other.outcome.superseded.count == 24)
    }

    /// Whom people gave back is not told of by what another was removed with.
    @Test func whoWasRestoredIsLetBe() throws {
        var scene = Scene()
        var device = Digest256()
        device.words.0 = 5
        for number in 1...2 {
            try scene.see(.device, device, by: number, at: Int64(number), age: 20, measure: .against)
        }
        try scene.see(.device, device, by: 1, at: 10, age: 20, measure: .restored)
        try scene.see(.device, device, by: 1, at: 20, age: 20)
        #expect(scene.outcome.superseded.isEmpty)
    }

    /// Streams of one account, one after another; accounts stand for streams here.
    @Test func streamsOfNewAndOfStruckAccountsAreToldOfOnce() throws {
        var scene = Scene()
        var (young, old) = (Digest256(), Digest256())
        (young.words.0, old.words.0) = (1, 2)
        func facts() -> [String] {
            scene.outcome.superseded.map { upload in
                guard case .account(let fact, let hours, _) = upload.cause else { return "another" }
                return "\(upload.reference.account) \(fact) \(hours)"
            }
        }
        // Segments of a first stream, and of a second.
        for second in 0..<5 { try scene.see(.streamer, young, by: 1, at: Int64(second), age: 3) }
        try scene.see(.streamer, young, by: 2, at: 4_000, age: 4)
        try scene.see(.streamer, old, by: 5, at: 4_100, age: 9_000)
        #expect(facts() == ["a-1 first-stream 3"])
        try scene.see(.streamer, old, by: 0, at: 5_000, age: 9_000, measure: .against)
        // The stream that went on had begun before.
        try scene.see(.streamer, old, by: 5, at: 5_100, age: 9_000)
        try scene.see(.streamer, old, by: 6, at: 5_000 + 20 * 86_400, age: 9_000)
        #expect(facts() == ["a-1 first-stream 3", "a-6 struck-account-live 480"])
        try scene.see(.streamer, old, by: 7, at: 5_001 + 30 * 86_400, age: 9_000)
        #expect(facts().count == 2)
        // A strike that was taken back says nothing.
        try scene.see(.streamer, old, by: 0, at: 5_100 + 30 * 86_400, age: 9_000, measure: .against)
        try scene.see(.streamer, old, by: 0, at: 5_200 + 30 * 86_400, age: 9_000, measure: .restored)
        try scene.see(.streamer, old, by: 8, at: 5_300 + 30 * 86_400, age: 9_000)
        #expect(facts().count == 2)
    }

    @Test func oneAccountIsNone() throws {
        var scene = Scene()
        for number in 0..<200 {
            try scene.see(.picture, CampaignTests.picture, by: number % 9, at: Int64(number), age: 1)
        }
        #expect(scene.outcome.campaigns.isEmpty)
    }

    @Test func picturesThatAreNotNearAreApart() throws {
        var scene = Scene()
        var random = SplitMix64(seed: 6)
        for number in 0..<60 {
            try scene.see(.picture, SightingStream.picture(&random), by: number, at: Int64(number), age: 1)
        }
        #expect(scene.outcome.campaigns.isEmpty)
        #expect(scene.state.records == 60, "each has the upload that waits")
    }

    @Test func whatIsActedOnIsNotSuperseded() throws {
        var scene = Scene()
        var file = Digest256()
        file.words.0 = 1
        for number in 0..<20 {
            try scene.see(.file, file, by: number, at: Int64(number), age: 1, isActedOn: number % 2 == 0)
        }
        #expect(scene.outcome.superseded.map(\.reference.account) == stride(from: 1, to: 20, by: 2).map { "a-\($0)" })
    }
}
