import Configuration
import Detection
import Events
import TestSupport
import Testing

@testable import MetadataDetection

@Suite struct FileDetectorTests {
    /// No more is read than is asked for.
    @Test func linkingKeysAreReadIfTheyAreAskedFor() throws {
        let registration = FileDetector.registration
        let settings = Settings(known: registration.settings)
        #expect(registration.needs(settings) == .digests)
        #expect(registration.needs(settings.with(FileDetector.linkingKeys, true)) == [.digests, .linking])
    }

    private func facts(
        _ item: String, _ change: (inout MediaFact) -> Void
    ) throws -> [String: Int64?] {
        let batch = try uploads(["{\"account\":{\"id\":\"a\"},\"media\":[{\"id\":\"m\"\(item)}]}"])
        var media = MediaFacts(unreadCount: batch.media.count)
        var fact = MediaFact()
        fact.state = .read
        fact.byteCount = 100
        fact.type = .jpeg
        fact.shape = FileShape()
        change(&fact)
        media[0] = fact
        let found = FileDetector().inspect(Inspection(batch: batch, selection: .all(1), media: media)).found
        #expect(found.allSatisfy { $0.media == 0 })
        return Dictionary(uniqueKeysWithValues: found.map { ($0.fact?.description ?? "", $0.value) })
    }

    @Test func aFileAsStated() throws {
        #expect(
            try facts(",\"bytes\":100,\"url\":\"https://a.example/x.JPG?v=1.png#a.gif\"") {
                $0.shape?.trailingBytes = 0
            } == [:])
        #expect(
            try facts("") {
                $0.state = .unread; $0.byteCount = 0
            } == [:])
    }

    @Test func whatIsOtherwise() throws {
        #expect(try facts(",\"bytes\":99") { _ in } == ["size-mismatch": 100])
        #expect(try facts("") { $0.byteCount = 0 } == ["empty-file": nil])
        #expect(try facts("") { $0.shape?.isTruncated = true } == ["truncated-file": nil])
        #expect(try facts("") { $0.shape?.trailingBytes = 7 } == ["trailing-data": 7])
        #expect(
            try facts("") {
                $0.shape?.alsoIs = .zip; $0.shape?.encryptedEntries = 3
            } == ["polyglot-file": nil, "encrypted-archive": 3])
        #expect(try facts(",\"url\":\"https://a.example/x.png\"") { _ in } == ["extension-mismatch": nil])
    }

    @Test(
        arguments: [
            ("https://a.example/x.jpeg", .jpeg), ("https://a.example/x", nil), ("https://a.zip/x", nil),
            ("x.mov?y=.jpg", .quicktime),
            ("", nil), (".", nil), ("a.", nil), ("https://a.example/x.tar.gz", nil), ("https://a.example/.PNG", .png),
        ] as [(String, MediaType?)]) func extensions(address: String, type: MediaType?)
    {
        #expect(Array(address.utf8).withUnsafeBytes(FileExtension.type) == type)
    }
}
