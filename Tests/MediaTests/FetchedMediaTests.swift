import Configuration
import Detection
import Events
import HashDetection
import Media
import Signals
import Testing

@Suite struct FetchedMediaTests {
    private func withMedia(
        _ files: [String: [UInt8]], deadline: Duration = .seconds(30),
        _ body: (TestServer, MediaService) async throws -> Void
    ) async throws {
        let server = try TestServer { request, client in
            if let file = files[request.path] {
                client.answer("200 OK", [], file)
            } else if request.path == "/hangs" {
                client.waitUntilClosed()
            } else {
                client.answer("404 Not Found")
            }
        }
        defer { server.stop() }
        var hosts = AllowedHosts()
        try hosts.add("127.0.0.1:\(server.port)")
        var limits = MediaLimits()
        limits.deadline = deadline
        try await body(server, MediaService(limits, hosts: hosts))
    }

    @Test func fetchedAndCarriedAreTheSame() async throws {
        let files = ["/a.jpg": try jpeg(), "/b.png": try png()]
        try await withMedia(files) { server, service in
            for (path, file) in files {
                let batch = try batch([[.carried(file)], [Item(url: server.url(path))]])
                let facts = await service.read(batch, fetch: true)
                #expect(facts[0].pdq != nil)
                #expect(facts[1].state == .read)
                #expect(facts[1].sha256 == facts[0].sha256)
                #expect(facts[1].md5 == facts[0].md5)
                #expect(facts[1].byteCount == facts[0].byteCount)
                #expect(facts[1].type == facts[0].type)
                #expect(facts[1].pdq == facts[0].pdq)
                #expect(facts[1].quality == facts[0].quality)
            }
        }
    }

    /// Neither the header nor the name: the first bytes tell what a file is.
    @Test func typesAreSniffed() async throws {
        let picture = try jpeg()
        let server = try TestServer { request, client in
            switch request.path {
            case "/page.html": client.answer("200 OK", ["Content-Type: text/html"], picture)
            case "/none": client.answer("200 OK", [], picture)
            default: client.answer("200 OK", ["Content-Type: image/jpeg"], Array("<html><script>".utf8))
            }
        }
        defer { server.stop() }
        var hosts = AllowedHosts()
        try hosts.add(server.authority)
        let batch = try batch([
            ["/page.html", "/none", "/picture.jpg"].map { Item(contentType: "image/png", url: server.url($0)) }
        ])
        let facts = await MediaService(MediaLimits(), hosts: hosts).read(batch, fetch: true)
        for position in 0..<2 {
            #expect(facts[position].type == .jpeg && facts[position].pdq != nil)
        }
        #expect(facts[2].type == .unknown && facts[2].pdq == nil)
        #expect(facts[2].pictureFailure == "picture-unsupported")
    }

    @Test func oneFailureIsNobodyElses() async throws {
        try await withMedia(["/a.jpg": try jpeg()], deadline: .seconds(3)) { server, service in
            let batch = try batch([
                [Item(url: server.url("/hangs")), Item(url: server.url("/a.jpg")), Item(url: server.url("/gone"))],
                [Item(url: "https://elsewhere.example.org/"), Item(url: "ftp://127.0.0.1/"), .carried(try png())],
            ])
            let facts = await service.read(batch, fetch: true)
            #expect(facts[0].state == .failed("fetch-timeout"))
            #expect(facts[1].pdq != nil)
            #expect(facts[2].state == .failed("fetch-status"))
            #expect(facts[3].state == .failed("fetch-not-allowed"))
            #expect(facts[4].state == .failed("fetch-scheme"))
            #expect(facts[5].pdq != nil)
        }
    }

    @Test func sameAddressIsFetchedOnce() async throws {
        try await withMedia(["/a.jpg": try jpeg()]) { server, service in
            let batch = try batch((0..<10).map { _ in [Item(url: server.url("/a.jpg"))] })
            let facts = await service.read(batch, fetch: true)
            #expect(batch.media.indices.allSatisfy { facts[$0].pdq != nil })
            #expect(server.requests("/a.jpg") == 1)
        }
    }

    /// What a stage has found out, a later one takes as it is; what it has not asked, the later one reads for.
    @Test func nothingIsReadTwice() async throws {
        try await withMedia(["/a.jpg": try jpeg(), "/b.pdf": Array("%PDF-1.7".utf8)]) { server, service in
            let batch = try batch([
                [Item(url: server.url("/a.jpg")), Item(url: server.url("/b.pdf"))], [Item(url: server.url("/gone"))],
            ])
            let first = await service.read(batch, needs: .digests, fetch: true)
            let second = await service.read(batch, needs: .digests, fetch: true, knowing: first)
            #expect(second[0].sha256 == first[0].sha256)
            #expect(server.requests("/a.jpg") == 1)
            let third = await service.read(batch, needs: [.digests, .picture], fetch: true, knowing: second)
            #expect(third[0].pdq != nil)
            #expect(third[0].sha256 == first[0].sha256)
            #expect(server.requests("/a.jpg") == 2)
            _ = await service.read(batch, needs: [.digests, .picture], fetch: true, knowing: third)
            #expect(server.requests("/a.jpg") == 2)
            #expect(server.requests("/b.pdf") == 1)
            #expect(server.requests("/gone") == 1)
        }
    }

    @Test func digestsOutliveAFailedSecondReading() async throws {
        try await withMedia([:]) { server, service in
            let batch = try batch([[Item(url: server.url("/gone"))]])
            var known = MediaFacts(unreadCount: 1)
            known[0].state = .read
            (known[0].sha256, known[0].md5) = (SHA256.hash([1]), Digest128())
            let facts = await service.read(batch, fetch: true, knowing: known)
            #expect(facts[0].state == .read)
            #expect(facts[0].sha256 == SHA256.hash([1]))
            #expect(facts[0].pictureFailure == "fetch-status")
        }
    }

    @Test func nothingIsFetchedUnlessAllowed() async throws {
        try await withMedia(["/a.jpg": try jpeg()]) { server, service in
            let batch = try batch([[Item(url: server.url("/a.jpg"))]])
            #expect(await service.read(batch)[0].state == .unread)
            let facts = await MediaService().read(batch, fetch: true)
            #expect(facts[0].state == .failed("fetch-not-allowed"))
            #expect(server.connections == 0)
        }
    }

    /// What can't be fetched shows, unless the event states what the detector goes by.
    @Test func detectorsSayWhatTheyMissed() async throws {
        let hash = String(repeating: "a", count: 64)
        let url = "https://cdn.example.org/a.jpg"
        let batch = try batch([
            [Item(contentType: "image/jpeg", url: url)],
            [Item(contentType: "image/jpeg", url: url, sha256: hash)],
            [Item(contentType: "image/jpeg", url: url, sha256: hash, pdq: hash)],
            [Item(contentType: "video/mp4", url: url, sha256: hash)],
        ])
        let facts = await MediaService().read(batch, fetch: true)
        var signal = Signal(type: .sha256, value: hash)
        signal.opinion = .positive
        let inspection = Inspection(batch: batch, selection: .all(batch.count), media: facts)
        var missed: [String: [Int]] = [:]
        for registration in hashDetectors {
            let detector = try registration.make(
                DetectorContext(signals: SignalSet([signal]), settings: Settings(known: registration.settings)))
            let findings = try await detector.inspect(inspection)
            missed[registration.identity.name] = findings.unavailable.map(\.event).sorted()
            #expect(findings.unavailable.allSatisfy { $0.reason == "fetch-not-allowed" })
            if registration.identity.name == "hash.exact" {
                #expect(findings.found.map(\.event).sorted() == [1, 2, 3])
            }
        }
        #expect(missed == ["hash.exact": [0], "hash.pdq": [0, 1]])
    }
}
