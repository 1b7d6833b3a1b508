import TestSupport
import Testing

@testable import Media

@Suite struct FetchRetryTests {
    @Test(arguments: UInt64(1)...50) func pausesGrowWithJitterAndEnd(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var backoff = Backoff()
        var left = Duration.seconds(10)
        for bound in [Duration.milliseconds(100), .milliseconds(200)] {
            let minimum = Duration.milliseconds(Int64.random(in: 0...1_000, using: &random))
            let pause = try #require(backoff.pause(atLeast: minimum, within: left, using: &random))
            #expect((minimum...minimum + bound).contains(pause))
            left -= pause
        }
        #expect(backoff.pause(within: left, using: &random) == nil)
    }

    @Test func pausesDiffer() {
        var random = SplitMix64(seed: 1)
        let pauses = (0..<100).compactMap { _ in
            var backoff = Backoff()
            return backoff.pause(within: .seconds(1), using: &random)
        }
        #expect(Set(pauses).count > 90)
        #expect(pauses.contains { $0 < .milliseconds(20) } && pauses.contains { $0 > .milliseconds(80) })
    }

    @Test func nothingBeginsAfterTheDeadline() {
        var random = SplitMix64(seed: 1)
        var backoff = Backoff()
        #expect(backoff.pause(atLeast: .seconds(5), within: .seconds(5), using: &random) == nil)
    }

    /// 429 and 5xx say when to come back: not before, and not at all if that is too late.
    @Test(arguments: ["429 Slow", "503 Busy"]) func comesBackWhenToldTo(status: String) async throws {
        try await withServer { request, client in
            if request.path == "/soon", request.number > 0 { return client.answer("200 OK", [], [1]) }
            client.answer(status, ["Retry-After: \(request.path == "/soon" ? "1" : "9223372036854775807")"])
        } _: { server in
            let fetcher = try fetcher([server.authority])
            let start = ContinuousClock.now
            #expect(await fetch(server.url("/soon"), with: fetcher) == .success([1]))
            #expect(ContinuousClock.now - start >= .seconds(1))
            #expect(await fetch(server.url("/late"), with: fetcher) == .failure(.status))
            #expect(server.requests("/late") == 1)
        }
    }

    /// Whatever a server asks for that is no time is nothing asked for.
    @Test(arguments: ["-1", "never", "99999999999999999999", "", "Thu, 01 Jan 1970 00:00:00 GMT"])
    func senselessTimesDoNoHarm(time: String) async throws {
        try await withServer { request, client in
            if request.number > 0 { return client.answer("200 OK", [], [1]) }
            client.answer("429 Slow", ["Retry-After: \(time)"])
        } _: { server in
            let fetcher = try fetcher([server.authority])
            #expect(await fetch(server.url("/"), with: fetcher) == .success([1]))
        }
    }

    /// 4xx are final, but for 429.
    @Test(arguments: [400, 401, 403, 404, 408, 410, 421, 425, 451]) func refusalsAreFinal(status: Int) async throws {
        try await withServer { _, client in
            client.answer("\(status) No", ["Retry-After: 0"])
        } _: { server in
            let fetcher = try fetcher([server.authority])
            #expect(await fetch(server.url("/"), with: fetcher) == .failure(.status))
            #expect(server.requests("/") == 1)
        }
    }

    /// Nobody listens, now or later: three attempts, each of which looks at the address.
    @Test func connectionsAreTriedAgain() async throws {
        let places = NamedPlaces(["cdn.example.org": ["127.0.0.9"]], public: ["127.0.0.9"])
        let fetcher = try fetcher(["cdn.example.org:1"], network: places.network)
        #expect(await fetch("http://cdn.example.org:1/", with: fetcher) == .failure(.connect))
        #expect(places.looks.value.count == 1 + Backoff.mostRetries)
    }

    /// Retries and redirects share one deadline.
    @Test func retriesEndWithTheDeadline() async throws {
        try await withServer { request, client in
            if request.number == 0 { return client.answer("503 Busy") }
            client.waitUntilClosed()
        } _: { server in
            let fetcher = try fetcher([server.authority])
            let result = await fetch(server.url("/"), with: fetcher, within: .milliseconds(400))
            // The pause may have been too long for the deadline, by chance.
            #expect(result == .failure(.timeout) || result == .failure(.status))
            #expect(server.requests("/") <= 2)
        }
    }
}
