import Foundation
import TestSupport
import Testing

@testable import Media

/// Names that lead where nothing may be fetched from, now or later. The port is right, the name is allowed, and a server
/// listens: the address alone decides.
@Suite struct HostileAddressTests {
    /// Where nobody is to come.
    private static let inside: (String, Answer) = ("127.0.0.1", { $1.answer("200 OK", [], [1]) })

    @Test(arguments: [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "100.64.0.1", "169.254.169.254", "172.16.0.1",
        "192.168.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255",
        "::1", "::", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
        "2002:7f00:1::", "2001:0:7f00:1::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1",
    ])
    func namesThatLeadInsideAreRefused(address: String) async throws {
        try await withServer { _, client in
            client.answer("200 OK")
        } _: { server in
            let places = NamedPlaces(["cdn.example.org": [address]])
            let fetcher = try fetcher(["cdn.example.org:\(server.port)"], network: places.network)
            #expect(await fetch("http://cdn.example.org:\(server.port)/", with: fetcher) == .failure(.address))
            #expect(server.connections == 0)
            // Once, and not again: it would be refused again.
            #expect(places.looks.value == [try #require(IPAddress(address))])
        }
    }

    /// Of several addresses the ones that may be are connected to, and no other is tried.
    @Test(arguments: [["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "127.0.0.1"]])
    func goodAddressesAmongBadOnesServe(addresses: [String]) async throws {
        try await withServers(
            outside: ("127.0.0.2", { $1.answer("200 OK", [], [2]) }), inside: HostileAddressTests.inside
        ) { good, bad in
            let places = NamedPlaces(["cdn.example.org": addresses], public: ["127.0.0.2"])
            let fetcher = try fetcher(["cdn.example.org:\(good.port)"], network: places.network)
            #expect(await fetch("http://cdn.example.org:\(good.port)/", with: fetcher) == .success([2]))
            #expect(bad.connections == 0)
        }
    }

    /// The name's first answer is a public address, its second is not (DNS rebinding).
    @Test func namesThatChangeAreLookedAtAgain() async throws {
        let places = NamedPlaces(["cdn.example.org": ["127.0.0.2"]], public: ["127.0.0.2"])
        try await withServers(
            outside: ("127.0.0.2", { $1.answer("200 OK", ["Connection: close"], [2]) }),
            inside: HostileAddressTests.inside
        ) { outside, inside in
            let fetcher = try fetcher(["cdn.example.org:\(outside.port)"], network: places.network)
            let url = "http://cdn.example.org:\(outside.port)/"
            #expect(await fetch(url, with: fetcher) == .success([2]))
            places.names.update { $0["cdn.example.org"] = ["127.0.0.1"] }
            #expect(await fetch(url, with: fetcher) == .failure(.address))
            #expect(inside.connections == 0)
        }
    }

    /// The same between two hops of one fetch.
    @Test func namesThatChangeWithARedirectAreLookedAtAgain() async throws {
        let places = NamedPlaces(["cdn.example.org": ["127.0.0.2"]], public: ["127.0.0.2"])
        let change: Answer = { _, client in
            places.names.update { $0["cdn.example.org"] = ["127.0.0.1"] }
            client.answer("302 Found", ["Connection: close", "Location: /next"])
        }
        try await withServers(outside: ("127.0.0.2", change), inside: HostileAddressTests.inside) { outside, inside in
            let fetcher = try fetcher(["cdn.example.org:\(outside.port)"], network: places.network)
            let result = await fetch("http://cdn.example.org:\(outside.port)/", with: fetcher)
            #expect(result == .failure(.address))
            #expect(outside.requests("/") == 1 && inside.connections == 0)
        }
    }

    @Test func redirectsToNamesThatLeadInsideAreRefused() async throws {
        let places = NamedPlaces(
            ["cdn.example.org": ["127.0.0.2"], "inside.example.org": ["127.0.0.1"]], public: ["127.0.0.2"])
        let lead: Answer = { request, client in
            let port = request.head.split(separator: "cdn.example.org:").last?.prefix { $0.isNumber } ?? ""
            client.answer("302 Found", ["Location: http://inside.example.org:\(port)/"])
        }
        try await withServers(outside: ("127.0.0.2", lead), inside: HostileAddressTests.inside) { outside, inside in
            let allowed = ["cdn.example.org:\(outside.port)", "inside.example.org:\(outside.port)"]
            let fetcher = try fetcher(allowed, network: places.network)
            let result = await fetch("http://cdn.example.org:\(outside.port)/", with: fetcher)
            #expect(result == .failure(.address))
            #expect(outside.requests("/") == 1 && inside.connections == 0)
        }
    }

    /// A connection that an earlier request has left is no way around the check.
    @Test func connectionsUsedAgainAreLookedAtAgain() async throws {
        let places = NamedPlaces(["cdn.example.org": ["127.0.0.1"]], public: ["127.0.0.1"])
        try await withServer { _, client in
            client.answer("200 OK", [], [1])
        } _: { server in
            let fetcher = try fetcher(["cdn.example.org:\(server.port)"], network: places.network)
            let url = "http://cdn.example.org:\(server.port)/"
            for _ in 0..<2 { #expect(await fetch(url, with: fetcher) == .success([1])) }
            #expect(server.connections == 1)
            // Once to connect, then for each request.
            #expect(places.looks.value.count == 3)
            places.publicAddresses.update { $0 = [] }
            #expect(await fetch(url, with: fetcher) == .failure(.address))
            #expect(server.requests("/") == 2)
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    /// A process of its own, as the environment is all threads'.
    @Test func environmentChangesNothing() async {
        await #expect(processExitsWith: .success) {
            let home = FileManager.default.temporaryDirectory.appendingPathComponent("netrc-\(getpid())")
            try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: home) }
            try Data("machine 127.0.0.1 login a password b\ndefault login c password d\n".utf8)
                .write(to: home.appendingPathComponent(".netrc"))
            setenv("HOME", home.path, 1)
            setenv("NETRC", home.appendingPathComponent(".netrc").path, 1)
            for name in ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY", "HTTPS_PROXY"] {
                setenv(name, "http://127.0.0.1:1", 1)
            }
            unsetenv("no_proxy")
            let heads = Shared<[String]>([])
            try await withServer { request, client in
                heads.update { $0.append(request.head) }
                client.answer("200 OK", [], [1])
            } _: { server in
                let fetcher = try fetcher([server.authority])
                #expect(await fetch(server.url("/"), with: fetcher) == .success([1]))
                #expect(heads.value.count == 1 && !heads.value[0].contains("Authorization"))
            }
        }
    }
}
