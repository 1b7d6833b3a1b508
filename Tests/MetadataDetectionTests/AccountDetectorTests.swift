import Configuration
import Detection
import Events
import Signals
import TestSupport
import Testing

@testable import MetadataDetection

@Suite struct AccountDetectorTests {
    private func detector(_ signals: [Signal] = [], young: Duration? = nil) -> AccountDetector {
        var settings = Settings(known: AccountDetector.registration.settings)
        if let young { settings = settings.with(AccountDetector.young, young) }
        return AccountDetector(DetectorContext(signals: SignalSet(signals), settings: settings))
    }

    private func inspect(
        _ detector: AccountDetector, _ data: [String], selection: Selection? = nil,
        _ change: (inout MediaFacts) -> Void = { _ in }
    ) async throws -> Findings {
        let batch = try uploads(data)
        var facts = MediaFacts(unreadCount: batch.media.count)
        change(&facts)
        return try await detector.inspect(
            Inspection(batch: batch, selection: selection ?? .all(batch.count), media: facts))
    }

    private func account(created: String) -> String {
        "{\"account\":{\"id\":\"a\",\"createdAt\":\"\(created)\"},\"text\":{\"body\":\"x\"}}"
    }

    private func links(_ links: [String]) -> String {
        "{\"account\":{\"id\":\"a\"},\"links\":[\(links.map { "\"\($0)\"" }.joined(separator: ","))]}"
    }

    private func media(_ types: [String?]) -> String {
        let items = types.enumerated().map { index, type in
            type.map { "{\"id\":\"\(index)\",\"contentType\":\"\($0)\"}" } ?? "{\"id\":\"\(index)\"}"
        }
        return "{\"account\":{\"id\":\"a\"},\"media\":[\(items.joined(separator: ","))]}"
    }

    private func signal(_ type: SignalType, _ value: String, expiresAt: Timestamp? = nil) -> Signal {
        var signal = Signal(type: type, value: value)
        signal.opinion = .positive
        signal.expiresAt = expiresAt
        return signal
    }

    // MARK: Age (uploads are of 2026-11-23T10:00:00Z)

    @Test(
        arguments: [
            ("2026-11-23T10:00:00Z", 0), ("2026-11-23T09:59:59Z", 1), ("2026-11-22T10:00:01Z", 86_399),
            ("2026-11-22T10:00:00Z", nil), ("1999-01-01T00:00:00Z", nil),
            // A clock that runs ahead makes an account new, not unknown.
            ("2026-11-23T10:00:01Z", 0), ("2200-01-01T00:00:00Z", 0),
        ] as [(String, Int64?)]) func youngAccounts(created: String, age: Int64?) async throws
    {
        let findings = try await inspect(detector(), [account(created: created)])
        #expect(findings.found.compactMap(\.fact) == (age == nil ? [] : ["young-account"]))
        #expect(findings.found.first?.value == age)
        #expect(findings.unavailable.isEmpty)
    }

    @Test func whatIsYoungIsASetting() async throws {
        let data = [account(created: "2026-11-23T09:00:00Z")]
        #expect(try await inspect(detector(young: .seconds(3_600)), data).isEmpty)
        #expect(try await inspect(detector(young: .seconds(3_601)), data).found.map(\.value) == [3_600])
    }

    @Test(
        arguments: [
            ("2026-11-23T10:00:00Z", "hour", 0), ("2026-11-23T09:00:01Z", "hour", 3_599),
            ("2026-11-23T09:00:00Z", "week", 3_600), ("2026-11-16T10:00:01Z", "week", 604_799),
            ("2026-11-16T10:00:00Z", "year", 604_800), ("2025-11-23T10:00:01Z", "year", 365 * 86_400 - 1),
            ("2025-11-23T10:00:00Z", nil, nil), ("2200-01-01T00:00:00Z", "hour", 0),
        ] as [(String, String?, Int64?)]) func bandsOfAge(created: String, band: String?, age: Int64?) async throws
    {
        let settings = try SettingsReader(known: AccountDetector.registration.settings, environment: [:])
            .read(Array("{ young: 0s, ageBands: [year, hour, week] }".utf8), file: "with")
        let detector = AccountDetector(DetectorContext(signals: SignalSet([]), settings: settings))
        let findings = try await inspect(detector, [account(created: created)])
        #expect(findings.found.compactMap { $0.fact?.description } == (band.map { ["\($0)-old-account"] } ?? []))
        #expect(findings.found.first?.value == age)
    }

    @Test func noBandIsReportedUnlessAsked() async throws {
        let findings = try await inspect(detector(), [account(created: "2026-11-23T10:00:00Z")])
        #expect(findings.found.compactMap(\.fact) == ["young-account"])
    }

    @Test func aBandThatDoesNotExistIsRefused() {
        let reader = SettingsReader(known: AccountDetector.registration.settings, environment: [:])
        let error = #expect(throws: InvalidConfiguration.self) {
            try reader.read(Array("ageBands: [decade]".utf8), file: "with")
        }
        #expect(
            error?.description
                == "with:1:12: ageBands: expected one of hour, day, week, month, quarter, year, found \"decade\"")
    }

    @Test func anAccountWithoutATimeIsNothing() async throws {
        #expect(try await inspect(detector(), [#"{"account":{"id":"a"},"text":{"body":"x"}}"#]).isEmpty)
    }

    // MARK: Links

    @Test func eachMatchNamesItsLink() async throws {
        let detector = detector([signal(.domain, "known.example"), signal(.url, "https://site.example/page")])
        let findings = try await inspect(
            detector,
            [
                links(["https://fine.example", "https://www.known.example/x", "site.example/page#top"]),
                links(["https://fine.example"]), links(["known.example"]),
            ])
        #expect(findings.found.map(\.event) == [0, 0, 2])
        #expect(findings.found.map(\.link) == [1, 2, 0])
        #expect(
            findings.found.compactMap { $0.signal?.reference }
                == ["domain:known.example", "url:https://site.example/page", "domain:known.example"])
        #expect(findings.found.allSatisfy { $0.fact == nil && $0.media == nil })
    }

    @Test func anExpiredSignalIsNotMatched() async throws {
        let before = try Timestamp(rfc3339: "2026-11-23T10:00:00Z")
        let after = try Timestamp(rfc3339: "2026-11-23T10:00:00.001Z")
        let data = [links(["https://known.example"])]
        #expect(try await inspect(detector([signal(.domain, "known.example", expiresAt: before)]), data).isEmpty)
        #expect(
            try await inspect(detector([signal(.domain, "known.example", expiresAt: after)]), data).found.count == 1)
    }

    @Test func onlySelectedEventsAreLookedAt() async throws {
        let data = Array(repeating: links(["https://known.example"]), count: 4)
        let findings = try await inspect(
            detector([signal(.domain, "known.example")]), data, selection: .some([1, 3]))
        #expect(findings.found.map(\.event) == [1, 3])
    }

    // MARK: Types of media

    @Test(
        arguments: [
            ("image/jpeg", .png, true), ("image/jpeg", .jpeg, false), ("IMAGE/JPEG; q=1", .jpeg, false),
            ("image/jpg", .jpeg, false), ("image/pjpeg", .jpeg, false), ("image/x-png", .png, false),
            ("image/jpg", .mp4, true), ("image/png ", .zip, true), ("video/mp4", .quicktime, false),
            ("video/quicktime", .mp4, false), ("video/mp4", .webm, true), ("image/heif", .heic, false),
            ("image/heic", .avif, false), ("image/heic", .jpeg, true), ("application/pdf", .zip, true),
            // What says nothing, or is not told apart, can't be wrong.
            ("image/jpeg", .unknown, false), ("image/jpeg", nil, false), (nil, .png, false), ("", .png, false),
            ("image/*", .png, false), ("application/octet-stream", .png, false), ("text/plain", .zip, false),
            ("image", .png, false), ("image/jpegx", .png, false),
        ] as [(String?, MediaType?, Bool)])
    func declaredAgainstRealTypes(declared: String?, real: MediaType?, isMismatch: Bool) async throws {
        let findings = try await inspect(detector(), [media([declared])]) { $0[0].type = real }
        #expect(findings.found.compactMap(\.fact) == (isMismatch ? ["type-mismatch"] : []))
        #expect(findings.found.compactMap(\.media) == (isMismatch ? [0] : []))
    }

    @Test func aMismatchNamesItsItem() async throws {
        let findings = try await inspect(
            detector(), [media(["image/png"]), media(["image/png", "image/jpeg", "image/gif"])]
        ) { facts in
            for (item, type) in [MediaType.png, .png, .mp4, .webp].enumerated() { facts[item].type = type }
        }
        #expect(findings.found.map(\.event) == [1, 1])
        #expect(findings.found.map(\.media) == [2, 3])
    }
}
