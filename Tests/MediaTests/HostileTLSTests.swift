import CTLS
import TestSupport
import Testing

@testable import Media

@Suite struct HostileTLSTests {
    private static let file = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfile"

    private func withTLS(
        _ certificate: Certificate, trusting authority: Certificate? = nil, version: Int32 = TLS1_3_VERSION,
        answer: String = file, _ body: (TLSServer, Network) async throws -> Void
    ) async throws {
        let server = try TLSServer(certificate, version: version, answer: answer)
        defer { server.stop() }
        try await (authority ?? certificate).asAuthority { path in
            var network = Network.open
            network.authorities = path
            try await body(server, network)
        }
    }

    private func check(
        _ certificate: Certificate, trusting authority: Certificate? = nil, version: Int32 = TLS1_3_VERSION,
        _ result: Result<[UInt8], FetchFailure>
    ) async throws {
        try await withTLS(certificate, trusting: authority, version: version) { server, network in
            let fetcher = try fetcher([server.authority], network: network)
            #expect(await fetch(server.url("/"), with: fetcher) == result)
            #expect(server.requests == ((try? result.get()) == nil ? 0 : 1))
        }
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION]) func trustedServersAreAsked(version: Int32) async throws {
        try await check(Certificate(for: "IP:127.0.0.1"), version: version, .success(Array("file".utf8)))
    }

    /// What TLS itself sends when all is quiet (tickets) is no reason to leave a connection.
    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION]) func connectionsAreUsedAgain(version: Int32) async throws {
        try await withTLS(Certificate(for: "IP:127.0.0.1"), version: version) { server, network in
            let fetcher = try fetcher([server.authority], network: network)
            for path in ["/a", "/b", "/c"] {
                #expect(await fetch(server.url(path), with: fetcher) == .success(Array("file".utf8)))
            }
            #expect(server.requests == 3 && server.connections == 1)
        }
    }

    @Test func unknownAuthoritiesAreRefused() async throws {
        let stranger = try Certificate(for: "IP:127.0.0.1")
        try await check(stranger, trusting: Certificate(for: "IP:127.0.0.1"), .failure(.tls))
        // Nor by the system's, as it is where nothing is put in their place.
        let server = try TLSServer(stranger, answer: HostileTLSTests.file)
        defer { server.stop() }
        #expect(await fetch(server.url("/"), with: try fetcher([server.authority])) == .failure(.tls))
    }

    @Test(arguments: ["IP:127.0.0.2", "DNS:cdn.example.org", "DNS:127.0.0.1"])
    func otherNamesAreRefused(name: String) async throws {
        try await check(Certificate(for: name), .failure(.tls))
    }

    @Test(arguments: [-3 ... -2, 2...3]) func otherTimesAreRefused(days: ClosedRange<Int>) async throws {
        try await check(Certificate(for: "IP:127.0.0.1", days: days), .failure(.tls))
    }

    @Test(arguments: [TLS1_VERSION, TLS1_1_VERSION]) func oldVersionsAreRefused(version: Int32) async throws {
        try await check(Certificate(for: "IP:127.0.0.1"), version: version, .failure(.tls))
    }

    @Test func aHandshakeThatHangsEndsInTime() async throws {
        try await withServer { _, client in
            client.waitUntilClosed()
        } _: { server in
            let fetcher = try fetcher([server.authority])
            let url = "https://\(server.authority)/"
            #expect(await fetch(url, with: fetcher, within: .milliseconds(300)) == .failure(.timeout))
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    /// What began encrypted is not led into the clear.
    @Test func redirectsIntoTheClearAreRefused() async throws {
        try await withServer { _, client in
            client.answer("200 OK", [], [1])
        } _: { clear in
            let answer = "HTTP/1.1 302 Found\r\nLocation: \(clear.url("/"))\r\nContent-Length: 0\r\n\r\n"
            try await withTLS(Certificate(for: "IP:127.0.0.1"), answer: answer) { server, network in
                let fetcher = try fetcher([server.authority, clear.authority], network: network)
                #expect(await fetch(server.url("/"), with: fetcher) == .failure(.redirect))
                #expect(server.requests == 1 && clear.connections == 0)
            }
        }
    }

    @Test func redirectsToWhatIsEncryptedAreFollowed() async throws {
        try await withTLS(Certificate(for: "IP:127.0.0.1")) { server, network in
            let next = server.url("/")
            try await withServer { _, client in
                client.answer("301 Moved", ["Location: \(next)"])
            } _: { clear in
                let fetcher = try fetcher([server.authority, clear.authority], network: network)
                #expect(await fetch(clear.url("/"), with: fetcher) == .success(Array("file".utf8)))
            }
        }
    }
}
