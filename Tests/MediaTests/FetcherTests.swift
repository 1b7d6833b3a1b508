import Concurrency
import TestSupport
import Testing

@testable import Media

@Suite struct FetcherTests {
    private static let file = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }

    @Test func fetchesOverOneConnection() async throws {
        try await withServer { _, client in
            client.answer("200 OK", [], FetcherTests.file)
        } _: { server in
            let fetcher = try fetcher(["127.0.0.1:\(server.port)"])
            for path in ["/a", "/b", "/c?x=1"] {
                #expect(await fetch(server.url(path), with: fetcher) == .success(FetcherTests.file))
            }
            #expect(server.connections == 1)
        }
    }

    @Test func fetchesWhatTrickles() async throws {
        try await withServer { _, client in
            client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for byte in "trickle" { client.send("1\r\n\(byte)\r\n") }
            client.send("0\r\n\r\n")
        } _: { server in
            let fetcher = try fetcher(["127.0.0.1:\(server.port)"])
            #expect(await fetch(server.url("/"), with: fetcher) == .success(Array("trickle".utf8)))
        }
    }

    /// Nothing at all, or never an end: neither outlasts the deadline, and the connection is let go.
    @Test(arguments: [false, true]) func givesUpInTime(trickles: Bool) async throws {
        try await withServer { _, client in
            if trickles {
                client.send("HTTP/1.1 200 OK\r\n\r\n")
                while client.send("a") {}
            } else {
                client.waitUntilClosed()
            }
        } _: { server in
            let fetcher = try fetcher(["127.0.0.1:\(server.port)"], byteLimit: trickles ? 1 << 40 : 1 << 20)
            let result = await fetch(server.url("/"), with: fetcher, within: .milliseconds(200))
            #expect(result == .failure(.timeout))
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    @Test(arguments: ["length", "chunked", "until-closed", "liar"]) func takesNoMoreThanAllowed(form: String)
        async throws
    {
        try await withServer { _, client in
            let body = String(repeating: "a", count: 1_000)
            switch form {
            case "length": client.send("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n\(body)a")
            case "chunked":
                client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                while client.send("3e8\r\n\(body)\r\n") {}
            case "liar":
                // The header may say what it likes; what comes counts.
                client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 10\r\n\r\n")
                while client.send("3e8\r\n\(body)\r\n") {}
            default:
                client.send("HTTP/1.1 200 OK\r\n\r\n")
                while client.send(body) {}
            }
        } _: { server in
            let fetcher = try fetcher(["127.0.0.1:\(server.port)"], byteLimit: 1_000)
            #expect(await fetch(server.url("/"), with: fetcher) == .failure(.tooLarge))
            #expect(server.requests("/") == 1)
        }
    }

    /// The bound is the bound, whether or not a length is stated.
    @Test(arguments: [
        "Content-Length: 1001\r\n\r\n%", "\r\n%", "Transfer-Encoding: chunked\r\n\r\n3e9\r\n%\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n3e8\r\n%\r\n0\r\n\r\n",
    ])
    func oneByteMoreIsTooMuch(form: String) async throws {
        try await withServer { _, client in
            let body = String(repeating: "a", count: form.contains("3e8") ? 1_000 : 1_001)
            client.send("HTTP/1.1 200 OK\r\n" + form.replacing("%", with: body))
            client.close()
        } _: { server in
            let fetcher = try fetcher(["127.0.0.1:\(server.port)"], byteLimit: 1_000)
            #expect(await fetch(server.url("/"), with: fetcher) == .failure(.tooLarge))
            #expect(server.requests("/") == 1)
        }
    }

    @Test func takesExactlyAsMuchAsAllowed() async throws {
        try await withServer { _, client in
            client.answer("200 OK", [], [UInt8](repeating: 1, count: 1_000))
        } _: { server in
            let fetcher = try fetcher(["127.0.0.1:\(server.port)"], byteLimit: 1_000)
            #expect(try await fetch(server.url("/"), with: fetcher).get().count == 1_000)
        }
    }

    private static let statuses: [(answers: [String], requests: Int, isFine: Bool)] = [
        (["404 Not Found"], 1, false), (["403 Forbidden"], 1, false), (["204 No Content"], 1, false),
        (["500 Oh"], 3, false), (["500 Oh", "200 OK"], 2, true), (["503 Oh", "429 Slow", "200 OK"], 3, true),
        (["503 Oh", "404 Not Found"], 2, false), (["206 Partial Content"], 1, false), (["302 Found"], 1, false),
    ]

    @Test(arguments: statuses.indices) func triesAgainWhatMayPass(index: Int) async throws {
        let (answers, requests, isFine) = FetcherTests.statuses[index]
        try await withServer { request, client in
            client.answer(answers[min(request.number, answers.count - 1)], [], Array("body".utf8))
        } _: { server in
            let fetcher = try fetcher(["127.0.0.1:\(server.port)"])
            let result = await fetch(server.url("/"), with: fetcher)
            #expect(result == (isFine ? .success(Array("body".utf8)) : .failure(.status)))
            #expect(server.requests("/") == requests)
        }
    }

    @Test(arguments: [1, 3]) func triesAgainWhatBrokeOff(failures: Int) async throws {
        try await withServer { request, client in
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
            client.send(request.number < failures ? "bo" : "body")
            if request.number < failures { client.close() }
        } _: { server in
            let fetcher = try fetcher(["127.0.0.1:\(server.port)"])
            let result = await fetch(server.url("/"), with: fetcher)
            #expect(result == (failures < 3 ? .success(Array("body".utf8)) : .failure(.truncated)))
        }
    }

    private static let redirects: [(path: String, result: Result<[UInt8], FetchFailure>)] = [
        ("/1", .success([1])), ("/3", .success([1])), ("/4", .failure(.redirect)), ("/loop", .failure(.redirect)),
        ("/elsewhere", .failure(.redirect)), ("/metadata", .failure(.redirect)), ("/file", .failure(.redirect)),
        ("/user", .failure(.redirect)), ("/relative", .success([1])), ("/localhost", .failure(.address)),
    ]

    @Test(arguments: redirects.indices) func followsRedirectsWithinTheRules(index: Int) async throws {
        let (path, result) = FetcherTests.redirects[index]
        let portOfServer = Tally()
        try await withServer { request, client in
            let port = portOfServer.value
            let next: String
            switch request.path {
            case "/0": return client.answer("200 OK", [], [1])
            case "/loop": next = "http://127.0.0.1:\(port)/loop"
            case "/elsewhere": next = "http://elsewhere.example.org/0"
            case "/metadata": next = "http://169.254.169.254/latest/meta-data"
            case "/file": next = "file:///etc/hostname"
            case "/user": next = "http://user@127.0.0.1:\(port)/0"
            case "/relative": next = "0"
            case "/localhost": next = "http://localhost:\(port)/0"
            default: next = "/\((Int(request.path.dropFirst()) ?? 1) - 1)"
            }
            client.answer(index % 2 == 0 ? "302 Found" : "307 Temporary Redirect", ["Location: \(next)"])
        } _: { server in
            portOfServer.add(server.port)
            let fetcher = try fetcher(["127.0.0.1:\(server.port)", "localhost:\(server.port)"])
            #expect(await fetch(server.url(path), with: fetcher) == result)
            #expect(server.requests("/loop") <= 4)
        }
    }

    /// The name is allowed, the port is right, and a server listens: the address alone keeps it from being reached.
    @Test func namesThatLeadInsideAreRefused() async throws {
        try await withServer { _, client in
            client.answer("200 OK")
        } _: { server in
            let fetcher = try fetcher(["localhost:\(server.port)"])
            #expect(await fetch("http://localhost:\(server.port)/", with: fetcher) == .failure(.address))
            #expect(server.connections == 0)
        }
    }

    @Test func othersAreNotAsked() async throws {
        try await withServer { _, client in
            client.answer("200 OK")
        } _: { server in
            let fetcher = try fetcher(["cdn.example.org", "127.0.0.1:1"])
            for url in [server.url("/"), "http://127.0.0.1:\(server.port)@cdn.example.org/", "http://10.0.0.1/"] {
                let result = await fetch(url, with: fetcher)
                #expect(result == .failure(.notAllowed) || result == .failure(.url), "\(url)")
            }
            #expect(server.connections == 0)
        }
    }

    @Test func namesWhatElseGoesWrong() async throws {
        try await withServer { request, client in
            if request.path == "/headers" {
                client.send("HTTP/1.1 200 OK\r\n")
                while client.send("X-Filler: \(String(repeating: "a", count: 1_000))\r\n") {}
            } else {
                client.send("what?\r\n\r\n")
                client.close()
            }
        } _: { server in
            let fetcher = try MediaTests.fetcher(["127.0.0.1:\(server.port)", "127.0.0.1:1"])
            #expect(await fetch(server.url("/headers"), with: fetcher) == .failure(.headers))
            #expect(await fetch("http://127.0.0.1:1/", with: fetcher) == .failure(.connect))
            #expect(await fetch(server.url("/no-http"), with: fetcher) == .failure(.failed))
        }
        // Plain text where a handshake is expected.
        let plain = try TestServer(greeting: "HTTP/1.1 400 Bad Request\r\n\r\n") { _, _ in }
        defer { plain.stop() }
        let fetcher = try fetcher(["127.0.0.1:\(plain.port)"])
        #expect(await fetch("https://127.0.0.1:\(plain.port)/", with: fetcher) == .failure(.tls))
    }

    @Test func cancellationEndsItAtOnce() async throws {
        try await withServer { _, client in
            client.waitUntilClosed()
        } _: { server in
            let fetcher = try fetcher(["127.0.0.1:\(server.port)"])
            await withTaskGroup(of: Result<[UInt8], FetchFailure>.self) { group in
                group.addTask { await fetch(server.url("/"), with: fetcher, within: .seconds(600)) }
                #expect(await eventually { server.requests("/") == 1 })
                group.cancelAll()
                for await result in group { #expect(result == .failure(.cancelled)) }
            }
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    /// Each needs most of the budget, and none knows so beforehand: they go one after another, and nothing is left over.
    @Test func budgetIsSharedWithoutDeadlock() async throws {
        try await withServer { _, client in
            client.answer("200 OK", [], [UInt8](repeating: 7, count: 700_000))
        } _: { server in
            let budget = Permits(1 << 20)
            let fetcher = try fetcher(["127.0.0.1:\(server.port)"], byteLimit: 1 << 20, budget: budget)
            await withTaskGroup(of: Int?.self) { group in
                for number in 0..<8 {
                    group.addTask { try? await fetch(server.url("/\(number)"), with: fetcher).get().count }
                }
                for await count in group { #expect(count == 700_000) }
            }
            #expect(await eventually { budget.free == 1 << 20 })
        }
    }
}
