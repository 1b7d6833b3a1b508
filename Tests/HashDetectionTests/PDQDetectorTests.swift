import Configuration
import Detection
import Events
import Signals
import Testing

@testable import HashDetection

@Suite struct PDQDetectorTests {
    /// `count` of 256 bits set, from the end.
    private static func hash(bits count: Int) -> String {
        let words = stride(from: 192, through: 0, by: -64).map { low in
            let bits = min(64, max(0, count - low))
            return bits == 64 ? UInt64.max : (UInt64(1) << UInt64(bits)) - 1
        }
        return words.map { word in
            let hex = String(word, radix: 16)
            return String(repeating: "0", count: 16 - hex.count) + hex
        }.joined()
    }

    private let detector = PDQDetector(
        signals: SignalSet([
            signal(.pdq, hash(bits: 0)), signal(.pdq, hash(bits: 40)),
            signal(.pdq, hash(bits: 256), expiresAt: Timestamp(nanoseconds: 1)),
        ]), threshold: 31)

    private func item(pdq: String? = nil, type: String? = "image/jpeg", url: Bool = false) -> String {
        var members = [#""id":"m""#]
        if let pdq { members.append(#""pdq":"\#(pdq)""#) }
        if let type { members.append(#""contentType":"\#(type)""#) }
        if url { members.append(#""url":"https://cdn.example.org/m""#) }
        return "{\(members.joined(separator: ","))}"
    }

    @Test(arguments: 0...75)
    func matchesUpToTheThreshold(bits: Int) throws {
        let batch = try batch(media: ["[\(item(pdq: Self.hash(bits: bits)))]"])
        let findings = detector.inspect(inspection(batch))
        let expected = [0, 40].map { abs(bits - $0) }.filter { $0 <= 31 }.sorted()
        #expect(findings.found.compactMap(\.distance) == expected)
        #expect(findings.found.allSatisfy { $0.threshold == 31 && $0.media == 0 && $0.event == 0 })
        #expect(findings.unavailable.isEmpty)
    }

    @Test func thresholdIsASetting() throws {
        let registration = PDQDetector.registration
        let settings = Settings(known: registration.settings).with(PDQDetector.threshold, 0)
        let signals = SignalSet([signal(.pdq, Self.hash(bits: 0))])
        let strict = try registration.make(DetectorContext(signals: signals, settings: settings))
        let made = try #require(strict as? PDQDetector)
        let batch = try batch(media: ["[\(item(pdq: Self.hash(bits: 1))),\(item(pdq: Self.hash(bits: 0)))]"])
        #expect(made.inspect(inspection(batch)).found.map(\.media) == [1])
    }

    @Test func expiredSignalsDoNotMatch() throws {
        let batch = try batch(media: ["[\(item(pdq: Self.hash(bits: 256)))]"])
        #expect(detector.inspect(inspection(batch)).isEmpty)
    }

    @Test func statedAndComputedAreOneFindingWithTheLesserDistance() throws {
        let batch = try batch(media: ["[\(item(pdq: Self.hash(bits: 9)))]"])
        let computed = try digest256(Self.hash(bits: 4))
        let findings = detector.inspect(
            inspection(batch) { facts in
                facts[0].state = .read
                facts[0].type = .jpeg
                facts[0].pdq = computed
                facts[0].quality = 100
            })
        #expect(findings.found.map(\.distance).filter { $0 == 4 }.count == 1)
        #expect(findings.found.filter { $0.signal?.reference == "pdq:" + Self.hash(bits: 0) }.count == 1)
        // 40 - 9 = 31 by the stated one alone.
        #expect(findings.found.compactMap(\.distance).sorted() == [4, 31])
    }

    /// Of a signal that several views are near, the nearest; of equally near ones the picture as it is displayed.
    @Test(arguments: [false, true])
    func turnedPicturesAreFoundIfThatIsWanted(dihedral: Bool) throws {
        let batch = try batch(media: ["[\(item(url: true))]"])
        let detector = PDQDetector(
            signals: SignalSet([signal(.pdq, Self.hash(bits: 0)), signal(.pdq, Self.hash(bits: 200))]), threshold: 31,
            isDihedral: dihedral)
        let (far, near) = (try digest256(Self.hash(bits: 9)), try digest256(Self.hash(bits: 3)))
        let other = try digest256(Self.hash(bits: 190))
        let findings = detector.inspect(
            inspection(batch) { facts in
                facts[0].state = .read
                facts[0].pdq = far
                facts[0].quality = 90
                facts[0].views = [
                    ViewedHash(far, PictureView(.rotate90)), ViewedHash(near, PictureView(.rotate180)),
                    ViewedHash(other, PictureView(.flipX)),
                ]
            })
        let found = findings.found.sorted { ($0.signal?.reference ?? "") < ($1.signal?.reference ?? "") }
        #expect(found.compactMap(\.distance) == (dihedral ? [3, 10] : [9]))
        #expect(found.map(\.view.orientation) == (dihedral ? [.rotate180, .flipX] : [.original]))
    }

    @Test func aPictureThatSaysSomethingOverWhiteIsNotPlain() throws {
        let batch = try batch(media: ["[\(item(url: true))]"])
        let hash = try digest256(Self.hash(bits: 40))
        let findings = detector.inspect(
            inspection(batch) { facts in
                facts[0].state = .read
                facts[0].pdq = Digest256()
                facts[0].quality = 0
                facts[0].views = [
                    ViewedHash(hash, PictureView(isOverWhite: true)),
                    ViewedHash(hash, PictureView(.flipY, isOverWhite: true)),
                ]
            })
        #expect(findings.found.map(\.view) == [PictureView(isOverWhite: true)])
        #expect(findings.found.compactMap(\.distance) == [0])
    }

    @Test func turnedHashesAreAskedForOnlyIfTheyAreWanted() {
        let registration = PDQDetector.registration
        let settings = Settings(known: registration.settings)
        #expect(registration.needs(settings) == .picture)
        #expect(registration.needs(settings.with(PDQDetector.dihedral, true)) == [.picture, .orientations])
    }

    @Test(arguments: [49, 50])
    func hashesOfPlainPicturesDoNotMatch(quality: Int) throws {
        let batch = try batch(media: ["[\(item(url: true))]"])
        let computed = try digest256(Self.hash(bits: 0))
        let findings = detector.inspect(
            inspection(batch) { facts in
                facts[0].state = .read
                facts[0].type = .png
                facts[0].pdq = computed
                facts[0].quality = quality
            })
        let matched = findings.found.contains { $0.signal != nil }
        #expect(matched == (quality >= 50))
        let facts = findings.found.filter { $0.fact == "low-quality" }
        #expect(facts.map(\.value) == (quality < 50 ? [Int64(quality)] : []))
        #expect(findings.unavailable.isEmpty)
    }

    /// A stated hash of pixels that turn out to be plain is no better than the computed one.
    @Test func statedHashOfAPlainPictureDoesNotMatch() throws {
        let batch = try batch(media: ["[\(item(pdq: Self.hash(bits: 0)))]"])
        let computed = try digest256(Self.hash(bits: 0))
        let findings = detector.inspect(
            inspection(batch) { facts in
                facts[0].state = .read
                facts[0].pdq = computed
                facts[0].quality = 3
            })
        #expect(findings.found.allSatisfy { $0.signal == nil })
    }

    struct Missing: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let type: String?
        var url = false
        var pdq = false
        let fact: MediaFact
        /// nil: nothing is reported.
        let reason: Code?

        static func fact(_ state: MediaFact.State, type: MediaType? = nil, picture: Code? = nil) -> MediaFact {
            var fact = MediaFact()
            fact.state = state
            fact.type = type
            fact.pictureFailure = picture
            return fact
        }

        static let all = [
            Missing(
                testDescription: "failed picture", type: "image/png", fact: fact(.failed("fetch-status")),
                reason: "fetch-status"),
            Missing(
                testDescription: "failed, undeclared", type: nil, fact: fact(.failed("fetch-status")),
                reason: "fetch-status"),
            Missing(
                testDescription: "failed, but stated", type: "image/png", pdq: true,
                fact: fact(.failed("fetch-status")), reason: nil),
            Missing(
                testDescription: "failed video", type: "video/mp4", fact: fact(.failed("fetch-status")), reason: nil),
            Missing(
                testDescription: "broken picture", type: "image/png",
                fact: fact(.read, type: .png, picture: "picture-broken"), reason: "picture-broken"),
            Missing(
                testDescription: "broken picture, declared video", type: "video/mp4",
                fact: fact(.read, type: .png, picture: "picture-broken"), reason: "picture-broken"),
            Missing(
                testDescription: "a video after all", type: "image/png", fact: fact(.read, type: .mp4), reason: nil),
            Missing(
                testDescription: "unknown format", type: "IMAGE/x",
                fact: fact(.read, type: .unknown, picture: "picture-unsupported"), reason: "picture-unsupported"),
            Missing(testDescription: "not read here", type: "image/png", url: true, fact: fact(.unread), reason: nil),
            Missing(testDescription: "nowhere to be had", type: "image/png", fact: fact(.unread), reason: "no-bytes"),
            Missing(testDescription: "a document", type: "application/pdf", fact: fact(.unread), reason: nil),
        ]
    }

    @Test(arguments: Missing.all)
    func missingHashesAreReported(item missing: Missing) throws {
        let pdq = missing.pdq ? Self.hash(bits: 128) : nil
        let batch = try batch(media: ["[\(item(pdq: pdq, type: missing.type, url: missing.url))]"])
        let findings = detector.inspect(inspection(batch) { $0[0] = missing.fact })
        #expect(findings.unavailable.map(\.reason) == (missing.reason.map { [$0] } ?? []))
        #expect(findings.unavailable.allSatisfy { $0.media == 0 })
        #expect(findings.found.isEmpty)
    }
}
