import Concurrency
import Glibc
import TestSupport
import Testing

@testable import Media

/// Servers that send just enough to look alive, for ever.
@Suite struct SlowServerTests {
    enum Part: CaseIterable { case status, headers, body, redirect }

    /// A few bytes, a moment, a few bytes, until the other side goes.
    private static func drip(_ part: Part, to client: TestServer.Client) {
        switch part {
        case .status: break
        case .headers: client.send("HTTP/1.1 200 OK\r\n")
        case .body: client.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        case .redirect: client.send("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 1000000\r\n\r\n")
        }
        let piece = part == .status ? "HTTP/1.1 100 Continue\r\n\r\n" : part == .headers ? "X: a\r\n" : "a"
        while client.send(piece) { usleep(20_000) }
    }

    /// Each is given up at its own deadline, holds a thread no longer than that, and whoever waited gets his turn.
    @Test(arguments: Part.allCases) func slowServersHoldNobodyUp(part: Part) async throws {
        let server = try TestServer { request, client in
            if request.path == "/good" {
                client.answer("200 OK", [], [1])
            } else {
                SlowServerTests.drip(part, to: client)
            }
        }
        defer { server.stop() }
        var hosts = AllowedHosts()
        try hosts.add("127.0.0.1:\(server.port)")
        let budget = Permits(4 << 20)
        let fetcher = Fetcher(hosts: hosts, byteLimit: 1 << 20, concurrency: 2, budget: budget)
        let slow = await withTaskGroup(of: FetchFailure?.self) { group in
            for number in 0..<6 {
                group.addTask {
                    await failure(server.url("/slow/\(number)"), fetcher, .milliseconds(300))
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(slow.count == 6)
        #expect(slow.allSatisfy { $0 == .timeout })
        #expect(await failure(server.url("/good"), fetcher, .seconds(60)) == nil)
        #expect(await eventually { server.openConnections <= 1 && budget.free == 4 << 20 })
        #expect((0..<6).allSatisfy { server.requests("/slow/\($0)") == 1 })
    }

    /// nil if it went well.
    private func failure(_ url: String, _ fetcher: Fetcher, _ limit: Duration) async -> FetchFailure? {
        var left = limit
        do throws(FetchFailure) {
            _ = try await fetcher.fetch(Array(url.utf8), left: &left)
            return nil
        } catch {
            return error
        }
    }
}
