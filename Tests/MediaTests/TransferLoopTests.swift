import Concurrency
import TestSupport
import Testing

@testable import Media

/// Many at once: bounds, turns, cancellation, and that nothing is left over.
@Suite struct TransferLoopTests {
    /// How many requests a server has in hand, and the most it ever had.
    private final class Load: Sendable {
        private let state = Shared((now: 0, most: 0))

        var most: Int { state.value.most }

        func during(_ work: () -> Void) {
            state.update { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
            work()
            state.update { $0.now -= 1 }
        }
    }

    @Test func neverMoreThanAllowedAtOnce() async throws {
        let (load, first, second) = (Load(), Load(), Load())
        let answer: @Sendable (Load, TestServer.Client) -> Void = { own, client in
            load.during {
                own.during {
                    client.send("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n")
                    client.send([UInt8](repeating: 1, count: 19_999))
                }
            }
            client.send("a")
        }
        try await withServer { _, client in
            answer(first, client)
        } _: { one in
            try await withServer(host: "127.0.0.2") { _, client in
                answer(second, client)
            } _: { two in
                let fetcher = try fetcher([one.authority, two.authority], concurrency: 4)
                await withTaskGroup(of: Int?.self) { group in
                    for number in 0..<200 {
                        let server = number % 3 == 0 ? two : one
                        group.addTask { try? await fetch(server.url("/\(number)"), with: fetcher).get().count }
                    }
                    for await count in group { #expect(count == 20_000) }
                }
                #expect(load.most <= 4 && first.most <= 3 && second.most <= 3)
            }
        }
    }

    @Test(arguments: [1, 2, 3, 5, 256]) func anyNumberAtOnceWillDo(concurrency: Int) async throws {
        try await withServer { _, client in
            client.answer("200 OK", [], [1])
        } _: { server in
            let fetcher = try fetcher([server.authority, "cdn.example.org"], concurrency: concurrency)
            await withTaskGroup(of: Result<[UInt8], FetchFailure>.self) { group in
                for number in 0..<20 { group.addTask { await fetch(server.url("/\(number)"), with: fetcher) } }
                for await result in group { #expect(result == .success([1])) }
            }
        }
    }

    /// All turns that one host may have are taken, for ever; another host's files come all the same.
    @Test func aHostThatHangsLeavesRoom() async throws {
        try await withServer { _, client in
            client.waitUntilClosed()
        } _: { hanging in
            try await withServer(host: "127.0.0.2") { _, client in
                client.answer("200 OK", [], [1])
            } _: { good in
                let fetcher = try fetcher([hanging.authority, good.authority], concurrency: 4)
                await withTaskGroup(of: Result<[UInt8], FetchFailure>.self) { group in
                    for number in 0..<100 {
                        group.addTask { await fetch(hanging.url("/\(number)"), with: fetcher, within: .seconds(600)) }
                    }
                    #expect(await eventually { hanging.openConnections == 3 })
                    for number in 0..<20 {
                        #expect(await fetch(good.url("/\(number)"), with: fetcher) == .success([1]))
                    }
                    #expect(hanging.connections == 3)
                    group.cancelAll()
                    for await result in group { #expect(result == .failure(.cancelled)) }
                }
                #expect(hanging.connections == 3)
            }
        }
    }

    /// Cancelled at any point: each caller has one answer, and what was taken is given back.
    @Test(arguments: UInt64(1)...10) func cancellationLeavesNothing(seed: UInt64) async throws {
        try await withServer { request, client in
            if request.path.hasSuffix("0") { return client.waitUntilClosed() }
            client.answer("200 OK", [], [UInt8](repeating: 1, count: 300_000))
        } _: { server in
            let budget = Permits(4 << 20)
            let fetcher = try fetcher([server.authority], budget: budget)
            var random = SplitMix64(seed: seed)
            for _ in 0..<5 {
                let turns = Int.random(in: 0...20, using: &random)
                await withTaskGroup(of: Result<[UInt8], FetchFailure>.self) { group in
                    for number in 0..<40 {
                        group.addTask { await fetch(server.url("/\(number)"), with: fetcher, within: .seconds(600)) }
                    }
                    for _ in 0..<turns { await Task.yield() }
                    group.cancelAll()
                    for await result in group {
                        #expect(result == .failure(.cancelled) || (try? result.get().count) == 300_000)
                    }
                }
            }
            #expect(await fetch(server.url("/1"), with: fetcher).map(\.count) == .success(300_000))
            #expect(await eventually { budget.free == 4 << 20 && server.openConnections <= 4 })
        }
    }

    @Test func cancelledTasksAskNobody() async throws {
        try await withServer { _, client in
            client.answer("200 OK")
        } _: { server in
            let fetcher = try fetcher([server.authority])
            await withTaskGroup(of: Result<[UInt8], FetchFailure>.self) { group in
                group.cancelAll()
                for _ in 0..<20 { group.addTask { await fetch(server.url("/"), with: fetcher) } }
                for await result in group { #expect(result == .failure(.cancelled)) }
            }
            #expect(server.requests("/") == 0)
        }
    }

    /// The wait for a turn is nobody's fault: the deadline counts from there.
    @Test func waitingDoesNotCount() async throws {
        let (gate, arrived) = (Gate(), Tally())
        try await withServer { request, client in
            arrived.add()
            if request.path == "/first" { gate.wait() }
            client.answer("200 OK", [], [1])
        } _: { server in
            let fetcher = try fetcher([server.authority], concurrency: 1)
            await withTaskGroup(of: Result<[UInt8], FetchFailure>.self) { group in
                group.addTask { await fetch(server.url("/first"), with: fetcher) }
                #expect(await eventually { arrived.value == 1 })
                group.addTask { await fetch(server.url("/second"), with: fetcher, within: .seconds(20)) }
                try? await Task.sleep(for: .milliseconds(100))
                #expect(arrived.value == 1)
                gate.open()
                for await result in group { #expect(result == .success([1])) }
            }
            var left = Duration.seconds(20)
            _ = try? await fetcher.fetch(Array(server.url("/third").utf8), left: &left)
            #expect(left < .seconds(20) && left > .zero)
        }
    }

    /// Connections live as long as the fetcher.
    @Test func connectionsEndWithTheFetcher() async throws {
        try await withServer { _, client in
            client.answer("200 OK", [], [1])
        } _: { server in
            do {
                let fetcher = try fetcher([server.authority])
                #expect(await fetch(server.url("/"), with: fetcher) == .success([1]))
                #expect(server.openConnections == 1)
            }
            #expect(await eventually { server.openConnections == 0 })
        }
    }
}
