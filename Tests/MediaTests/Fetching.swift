import Concurrency
import Foundation
import TestSupport

@testable import Media

/// - Parameter allowed: entries of an allow-list.
func fetcher(
    _ allowed: [String], byteLimit: Int = 1 << 20, concurrency: Int = 4, budget: Permits? = nil,
    network: Network = .open
) throws -> Fetcher {
    var hosts = AllowedHosts()
    for entry in allowed { try hosts.add(entry) }
    return Fetcher(
        hosts: hosts, byteLimit: byteLimit, concurrency: concurrency, budget: budget ?? Permits(4 << 20),
        network: network)
}

func fetch(
    _ url: String, with fetcher: Fetcher, within limit: Duration = .seconds(180)
) async -> Result<[UInt8], FetchFailure> {
    var left = limit
    do throws(FetchFailure) {
        return .success(try await fetcher.fetch(Array(url.utf8), left: &left).bytes)
    } catch {
        return .failure(error)
    }
}

func withServer(
    host: String = "127.0.0.1", port: Int = 0, greeting: String = "",
    _ answer: @escaping Answer, _ body: (TestServer) async throws -> Void
) async throws {
    let server = try TestServer(host: host, port: port, greeting: greeting, answer)
    defer { server.stop() }
    try await body(server)
}

typealias Answer = @Sendable (TestServer.Request, TestServer.Client) -> Void

/// Two servers with one port, which others may have at one of the addresses.
func withServers(
    outside: (host: String, answer: Answer), inside: (host: String, answer: Answer),
    _ body: (_ outside: TestServer, _ inside: TestServer) async throws -> Void
) async throws {
    for attempt in 1...100 {
        let first = try TestServer(host: outside.host, outside.answer)
        defer { first.stop() }
        do {
            let second = try TestServer(host: inside.host, port: first.port, inside.answer)
            defer { second.stop() }
            return try await body(first, second)
        } catch let error as POSIXError where error.code == .EADDRNOTAVAIL && attempt < 100 {}
    }
}

/// Names that lead where a test says, and which of these places count as public ones.
struct NamedPlaces: Sendable {
    let names: Shared<[String: [String]]>
    let publicAddresses: Shared<Set<String>>
    /// Addresses that were about to be connected to, or asked over a connection that was there.
    let looks = Shared<[IPAddress]>([])

    init(_ names: [String: [String]], public addresses: Set<String> = []) {
        self.names = Shared(names)
        publicAddresses = Shared(addresses)
    }

    var network: Network {
        var network = Network.open
        network.addresses = { names.value[$0] ?? [] }
        network.isPublic = { address in
            looks.update { $0.append(address) }
            return address.isPublic || publicAddresses.value.contains { IPAddress($0) == address }
        }
        return network
    }
}
