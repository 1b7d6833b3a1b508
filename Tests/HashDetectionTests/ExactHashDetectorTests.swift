import Detection
import Events
import Signals
import Testing

@testable import HashDetection

@Suite struct ExactHashDetectorTests {
    private let detector = ExactHashDetector(
        signals: SignalSet([
            signal(.sha256, hex256("a")), signal(.md5, hex128("b")),
            signal(.sha256, hex256("c"), expiresAt: Timestamp(nanoseconds: 1)), signal(.pdq, hex256("d")),
            signal(.sha1, hex160("f")),
        ]))

    private func references(_ findings: Findings) -> [String] {
        findings.found.compactMap { $0.signal?.reference }.sorted()
    }

    @Test func statedHashesMatchWithoutBytes() throws {
        let batch = try batch(media: [
            #"[{"id":"1","sha256":"\#(hex256("A"))","md5":"\#(hex128("b"))"}]"#, "[]",
            #"[{"id":"2"},{"id":"3","sha256":"\#(hex256("a"))"}]"#,
        ])
        let findings = detector.inspect(inspection(batch))
        #expect(findings.found.map(\.event) == [0, 0, 2])
        #expect(findings.found.map(\.media) == [0, 0, 2])
        #expect(
            findings.found.compactMap { $0.signal?.reference }
                == ["sha256:" + hex256("a"), "md5:" + hex128("b"), "sha256:" + hex256("a")])
        #expect(findings.unavailable.isEmpty)
    }

    @Test func onlySelectedEventsAreLookedAt() throws {
        let batch = try batch(media: Array(repeating: #"[{"id":"1","sha256":"\#(hex256("a"))"}]"#, count: 3))
        let all = inspection(batch)
        let findings = detector.inspect(Inspection(batch: batch, selection: .some([1]), media: all.media))
        #expect(findings.found.map(\.event) == [1])
    }

    @Test func expiredSignalsDoNotMatch() throws {
        let batch = try batch(media: [#"[{"id":"1","sha256":"\#(hex256("c"))"}]"#])
        #expect(detector.inspect(inspection(batch)).isEmpty)
    }

    @Test func statedAndComputedAreOneFinding() throws {
        let batch = try batch(media: [#"[{"id":"1","sha256":"\#(hex256("a"))"}]"#])
        let (sha256, md5) = (try digest256(hex256("a")), try digest128(hex128("b")))
        let findings = detector.inspect(
            inspection(batch) { facts in
                facts[0].state = .read
                facts[0].sha256 = sha256
                facts[0].md5 = md5
            })
        #expect(references(findings) == ["md5:" + hex128("b"), "sha256:" + hex256("a")])
        #expect(findings.found.allSatisfy { $0.fact == nil })
    }

    @Test func aSHA1IsKnownFromTheBytes() throws {
        let batch = try batch(media: [#"[{"id":"1","sha256":"\#(hex256("e"))"},{"id":"2"}]"#])
        let sha1 = try #require(Array(hex160("f").utf8).withUnsafeBytes { Digest160(hex: $0) })
        let findings = detector.inspect(
            inspection(batch) { facts in
                facts[0].state = .read
                facts[0].sha1 = sha1
            })
        #expect(references(findings) == ["sha1:" + hex160("f")])
        #expect(findings.found.map(\.media) == [0])
    }

    @Test func anotherHashThanStatedIsAFact() throws {
        let batch = try batch(media: [#"[{"id":"1","sha256":"\#(hex256("e"))","md5":"\#(hex128("e"))"}]"#])
        let (sha256, md5) = (try digest256(hex256("a")), try digest128(hex128("b")))
        let findings = detector.inspect(
            inspection(batch) { facts in
                facts[0].state = .read
                facts[0].sha256 = sha256
                facts[0].md5 = md5
            })
        #expect(findings.found.compactMap(\.fact) == ["hash-mismatch"])
        #expect(references(findings) == ["md5:" + hex128("b"), "sha256:" + hex256("a")])
    }

    @Test func unreadableMediaAreUnavailableUnlessAHashIsStated() throws {
        let batch = try batch(media: [
            #"[{"id":"1"},{"id":"2","sha256":"\#(hex256("a"))"},{"id":"3","pdq":"\#(hex256("a"))"}]"#
        ])
        let findings = detector.inspect(
            inspection(batch) { facts in for item in 0..<3 { facts[item].state = .failed("fetch-timeout") } })
        #expect(findings.unavailable.map(\.media) == [0, 2])
        #expect(findings.unavailable.allSatisfy { $0.reason == "fetch-timeout" })
        #expect(findings.found.map(\.media) == [1])
    }
}
