import Configuration
import Detection
import Events
import Signals
import TestSupport
import Testing

@testable import MetadataDetection

@Suite struct SightingWriterTests {
    private func batch(_ data: [String], type: String = "weir.upload.created.v1") throws -> EventBatch {
        var builder = EventBatch.Builder()
        let decoder = EventDecoder()
        for (offset, data) in data.enumerated() {
            let json = Array(
                """
                {"specversion":"1.0","type":"\(type)","source":"/t","id":"e-\(offset)","subject":"c-\(offset)",
                 "time":"2026-11-30T10:00:00.250Z","data":{"account":{"id":"a-\(offset)",
                 "createdAt":"2026-11-30T07:30:00Z"},\(data)}}
                """.utf8)
            let error = json.withUnsafeBytes { bytes in
                decoder.decode(
                    RecordView(
                        value: bytes, offset: Int64(offset), timestamp: Timestamp(milliseconds: 1_796_032_801_000)),
                    headers: NoHeaders(), into: &builder)
            }
            if let error { throw error }
        }
        return builder.finish(topic: "uploads", partition: 3)
    }

    private func sightings(
        _ batch: EventBatch, things: [String]? = nil, facts: MediaFacts? = nil, acted: Set<Int> = []
    ) throws -> [Sighting] {
        var settings = Settings(known: SightingSettings.all)
        if let things { settings = settings.with(SightingSettings.things, things) }
        let writer = SightingWriter(SightingSettings(settings), key: Array("key".utf8))
        let records = writer.records(
            of: batch, facts ?? MediaFacts(unreadCount: batch.media.count), isActedOn: acted.contains)
        return try records.flatMap { record in try record.value.withUnsafeBytes { try SightingCoding.read($0) } }
    }

    private static let sound = String(repeating: "0f", count: 32)

    @Test func anUploadIsSeenByWhatItShows() throws {
        let sha256 = String(repeating: "ab", count: 32)
        let batch = try batch([
            """
            "media":[{"id":"m","sha256":"\(sha256)","pdq":"\(SightingWriterTests.sound)"}],
            "links":["https://Example.org/Path?b=2"],"client":{"network":"203.0.113.0/24"}
            """,
            "\"text\":{\"body\":\"The market by the river opens at nine in the morning, as it always does.\"}",
        ])
        let found = try sightings(batch, acted: [0])
        #expect(Set(found.map(\.kind)) == [.file, .picture, .link])
        #expect(found.allSatisfy { $0.isActedOn && $0.accountAge == 2 && $0.network != 0 })
        #expect(found.allSatisfy { $0.time == Timestamp(milliseconds: 1_796_032_800_250) })
        let keys = SightingKeys(Array("key".utf8))
        for sighting in found {
            let reference = keys.seal.opened(sighting.reference, verdict: sighting.verdict)
            #expect(reference == UploadReference(subject: "c-0", event: "e-0", account: "a-0"))
        }
        let id = VerdictReference.id(
            event: "e-0", input: RecordPlace(topic: "uploads", partition: 3, offset: 0))
        #expect(found.allSatisfy { $0.verdict == id })
        let texts = try sightings(batch, things: ["text"])
        #expect(texts.map(\.kind) == [.text])
    }

    /// A signal that is made of a link that was counted matches that link.
    @Test(arguments: [
        "https://Example.org/Path?b=2", "http://example.org", "https://user@shop.example:8443/a/../B#x",
        "HTTPS://xn--mnchen-3ya.example/%7euser/",
    ])
    func aLinksSignalMatchesIt(_ address: String) throws {
        let found = try sightings(try batch(["\"links\":[\"\(address)\"]"]))
        let sighting = try #require(found.first)
        var hex = ByteWriter()
        withUnsafeBytes(of: sighting.fingerprint) { hex.appendHex(UnsafeRawBufferPointer(rebasing: $0.prefix(16))) }
        let value = String(decoding: hex.bytes, as: UTF8.self)
        var signals = SignalStage(.topic)
        signals.add(SignalChange(Signal(type: .urlmd5, value: value), slot: ""))
        let set = SignalSet.empty.replacing(signals, version: SignalVersion(topic: "signals"))
        var matches = 0
        var scratch: [UInt8] = []
        Array(address.utf8).withUnsafeBytes {
            set.forEachMatch(of: $0, at: Timestamp(milliseconds: 0), scratch: &scratch) { _, _ in matches += 1 }
        }
        #expect(matches == 1)
    }

    @Test func plainPicturesAreAllAlikeAndNotCounted() throws {
        let plain = String(repeating: "0", count: 62) + "ff"
        let batch = try batch([
            "\"media\":[{\"id\":\"m\",\"pdq\":\"\(plain)\"}]",
            "\"media\":[{\"id\":\"m\",\"pdq\":\"\(SightingWriterTests.sound)\"}]",
        ])
        #expect(try sightings(batch).count == 1)
        var facts = MediaFacts(unreadCount: 2)
        facts[1].pdq = Array(SightingWriterTests.sound.utf8).withUnsafeBytes { Digest256(hex: $0) }
        facts[1].quality = 30
        #expect(try sightings(batch, facts: facts).isEmpty)
    }

    @Test func devicesOfYoungAndOfRemovedAccountsAreSeen() throws {
        let device = "\"client\":{\"device\":\"d-1\"}"
        let young = try sightings(try batch(["\"text\":{\"body\":\"Good morning\"},\(device)"]))
        #expect(young.map(\.kind) == [.device] && young.allSatisfy { $0.measure == nil })
        let type = "weir.account.action.v1"
        let removed = try sightings(try batch(["\"action\":\"removed\",\(device)"], type: type))
        #expect(removed.map(\.kind) == [.device] && removed.allSatisfy { $0.measure == .against })
        #expect(removed[0].fingerprint == young[0].fingerprint)
        let settings = Settings(known: SightingSettings.all).with(SightingSettings.youngerThan, .seconds(60))
        let writer = SightingWriter(SightingSettings(settings), key: Array("key".utf8))
        func count(_ batch: EventBatch) -> Int {
            writer.records(of: batch, MediaFacts(unreadCount: 0)) { _ in false }.count
        }
        #expect(count(try batch(["\"text\":{\"body\":\"Good morning\"},\(device)"])) == 0, "an old account")
        #expect(count(try batch(["\"action\":\"removed\",\(device)"], type: type)) == 1)
        #expect(count(try batch(["\"action\":\"strike\",\(device)"], type: type)) == 0)
        // A strike takes no account away, whatever its age.
        let struck = try sightings(try batch(["\"action\":\"terrorism-strike\",\(device)"], type: type))
        #expect(struck.map(\.kind) == [.streamer] && struck[0].measure == .against)
        #expect(try sightings(try batch(["\"action\":\"strike\",\(device)"], type: type)).isEmpty)
        let restored = try sightings(try batch(["\"action\":\"restored\",\(device)"], type: type))
        #expect(restored.map(\.kind) == [.device, .streamer] && restored.allSatisfy { $0.measure == .restored })
        let strike = try sightings(try batch(["\"action\":\"terrorism-strike\""], type: type))
        let stream = try sightings(
            try batch(
                ["\"text\":{\"body\":\"Live\"},\"stream\":{\"id\":\"s-1\"}"], type: "weir.live.segment.v1"))
        #expect(strike.map(\.kind) == [.streamer] && strike.allSatisfy { $0.measure == .against })
        #expect(stream.map(\.kind) == [.streamer] && stream[0].fingerprint == strike[0].fingerprint)
    }

    private func account(
        _ profile: String, action: String? = nil, things: [String]? = nil, age: String = "2026-11-30T07:30:00Z"
    ) throws -> [Sighting] {
        let content = action.map { "\"action\":\"\($0)\"" } ?? "\"text\":{\"body\":\"Good morning\"}"
        let type = action == nil ? "weir.upload.created.v1" : "weir.account.action.v1"
        let json = """
            {"specversion":"1.0","type":"\(type)","source":"/t","id":"e","time":"2026-11-30T10:00:00Z",
             "data":{"account":{"id":"a","createdAt":"\(age)",\(profile)},\(content)}}
            """
        var builder = EventBatch.Builder()
        let error = Array(json.utf8).withUnsafeBytes { bytes in
            EventDecoder().decode(
                RecordView(value: bytes, offset: 0, timestamp: Timestamp(milliseconds: 1_796_032_801_000)),
                headers: NoHeaders(), into: &builder)
        }
        if let error { throw error }
        let found = try sightings(builder.finish(topic: "uploads", partition: 3), things: things)
        // They go different ways.
        return found.sorted { $0.kind.rawValue < $1.kind.rawValue }
    }

    @Test func whatAProfileShowsIsAMark() throws {
        let profile = """
            "avatar":"pic-7","profile":"Keeper of the Grey Lantern, 24/7","name":"Grey_Lantern.04"
            """
        let all = ["avatar", "profile", "name"]
        let seen = try account(profile, things: all)
        #expect(seen.map(\.kind) == [.avatar, .profile, .name] && seen.allSatisfy { $0.measure == nil })
        #expect(Set(seen.map(\.fingerprint.words.0)).count == 3)
        // The name only where it is asked for.
        #expect(try account(profile).map(\.kind) == [.avatar, .profile])
        #expect(try account(profile, things: all, age: "2026-11-01T00:00:00Z").isEmpty, "an old account")
        let removed = try account(profile, action: "removed", things: all, age: "2026-11-01T00:00:00Z")
        #expect(removed.map(\.kind) == [.avatar, .profile, .name] && removed.allSatisfy { $0.measure == .against })
        #expect(removed.map(\.fingerprint) == seen.map(\.fingerprint))
        let restored = try account(profile, action: "restored", things: all)
        #expect(restored.map(\.kind) == [.avatar, .profile, .name] && restored.allSatisfy { $0.measure == .restored })
        #expect(try account(profile, action: "strike").isEmpty)
        // Another hand, the same signs.
        let other = try account(
            """
            "avatar":"pic-7","profile":"KEEPER of the grey lantern","name":"greylantern 11"
            """, things: all)
        #expect(other.map(\.fingerprint) == seen.map(\.fingerprint))
        let another = try account(
            """
            "avatar":"PIC-7","profile":"Keeper of the green lantern","name":"Grey Lanterns"
            """, things: all)
        #expect(Set(another.map(\.fingerprint.words.0)).isDisjoint(with: seen.map(\.fingerprint.words.0)))
    }

    @Test func whatSaysTooLittleIsNone() throws {
        let all = ["avatar", "profile", "name"]
        #expect(try account("\"avatar\":\"\",\"profile\":\"\",\"name\":\"\"", things: all).isEmpty)
        #expect(try account("\"avatar\":null,\"profile\":null,\"name\":null", things: all).isEmpty)
        // 19 letters and 7; one more of each.
        #expect(try account("\"profile\":\"1 abcdefghi jklmnopqrs\",\"name\":\"Wick_Lam 2026\"", things: all).isEmpty)
        let least = try account("\"profile\":\"abcdefghi jklmnopqrst\",\"name\":\"Wick_Lamp\"", things: all)
        #expect(least.map(\.kind) == [.profile, .name])
    }

    /// With ids as long as they may be, a batch is several records, and none too large for a broker.
    @Test func recordsHaveABound() throws {
        var builder = EventBatch.Builder()
        var limits = DecodeLimits()
        limits.identifierBytes = 64 << 10
        let decoder = EventDecoder(limits: limits)
        let long = String(repeating: "x", count: (64 << 10) - 2)
        for offset in 0..<4 {
            let json = Array(
                """
                {"specversion":"1.0","type":"weir.upload.created.v1","source":"/t","id":"\(offset)\(long)",
                 "subject":"\(offset)\(long)","data":{"account":{"id":"\(offset)\(long)"},
                 "links":["https://example.org/a","https://example.org/b"]}}
                """.utf8)
            let error = json.withUnsafeBytes { bytes in
                decoder.decode(
                    RecordView(value: bytes, offset: Int64(offset), timestamp: Timestamp(milliseconds: 0)),
                    headers: NoHeaders(), into: &builder)
            }
            if let error { throw error }
        }
        let batch = builder.finish(topic: "uploads", partition: 0)
        let writer = SightingWriter(SightingSettings(), key: Array("key".utf8))
        let records = writer.records(of: batch, MediaFacts(unreadCount: 0)) { _ in false }
        #expect(records.count > 2 && records.allSatisfy { $0.value.count < 1 << 20 })
        let found = try sightings(batch)
        #expect(found.count == 8)
        let keys = SightingKeys(Array("key".utf8))
        for sighting in found {
            #expect(keys.seal.opened(sighting.reference, verdict: sighting.verdict)?.event.hasSuffix(long) == true)
        }
    }

    @Test func whatIsDeliveredAgainIsNotSeenAgain() throws {
        let events = try batch([
            "\"links\":[\"https://example.org/\"]", "\"links\":[\"https://example.org/\"]",
        ])
        let repeated = events.with([EventFact(event: 1, fact: duplicateFact, value: 0)])
        #expect(try sightings(repeated).count == 1)
    }

    /// Nothing of an upload can be read in a record without the key.
    @Test func namesAreSealed() throws {
        let batch = try batch(["\"links\":[\"https://example.org/\"],\"client\":{\"network\":\"198.51.100.0/24\"}"])
        let writer = SightingWriter(SightingSettings(), key: Array("key".utf8))
        let records = writer.records(of: batch, MediaFacts(unreadCount: 0)) { _ in false }
        let value = try #require(records.first?.value)
        for name in ["c-0", "e-0", "a-0", "example", "198.51"] {
            #expect(!value.indices.contains { value[$0...].starts(with: name.utf8) }, "\(name)")
        }
        let other = SightingKeys(Array("another".utf8))
        for sighting in try sightings(batch) {
            #expect(other.seal.opened(sighting.reference, verdict: sighting.verdict)?.subject != "c-0")
        }
    }

    @Test func whatIsNoRecordIsRefused() throws {
        var random = SplitMix64(seed: 9)
        let sighting = SightingStream.made(
            .link, SightingStream.picture(&random), account: 1, at: SightingStream.start * 1_000, age: 3, network: 9,
            number: 4)
        var bytes: [UInt8] = []
        SightingCoding.append(sighting, to: &bytes)
        func read(_ bytes: [UInt8]) throws -> [Sighting] { try bytes.withUnsafeBytes { try SightingCoding.read($0) } }
        var expected = sighting
        (expected.fingerprint.words.2, expected.fingerprint.words.3) = (0, 0)
        #expect(try read(bytes) == [expected])
        for count in 0..<bytes.count where count != 1 {
            #expect(throws: SightingRefusal.self, "\(count) bytes") { try read(Array(bytes.prefix(count))) }
        }
        #expect(throws: SightingRefusal.self) { try read([2] + bytes.dropFirst()) }
        #expect(throws: SightingRefusal.self) { try read([1, 15] + bytes.dropFirst(2)) }
    }
}
