import TestSupport
import Testing

@testable import Media

/// Answers that are no files, or lie, or never end: each has its failure, and how often it is asked for.
@Suite struct HostileAnswersTests {
    struct BadAnswer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let failure: FetchFailure
        var requests = 1
        var limit = Duration.seconds(60)
        let send: @Sendable (TestServer.Client) -> Void

        init(
            _ name: String, _ failure: FetchFailure, requests: Int = 1, limit: Duration = .seconds(60),
            _ send: @escaping @Sendable (TestServer.Client) -> Void
        ) {
            testDescription = name
            (self.failure, self.requests, self.limit, self.send) = (failure, requests, limit, send)
        }

        /// A whole answer, and the end of the connection.
        init(_ name: String, _ failure: FetchFailure, requests: Int = 1, text: String) {
            self.init(name, failure, requests: requests) { client in
                client.send(text)
                client.close()
            }
        }

        /// A beginning, then the same for ever.
        init(
            _ name: String, _ failure: FetchFailure, limit: Duration = .seconds(60), text: String, for ever: String
        ) {
            self.init(name, failure, limit: limit) { client in
                client.send(text)
                while client.send(ever) {}
            }
        }
    }

    private static let file = "Content-Length: 4\r\n\r\nfile"
    private static let filler = String(repeating: "a", count: 1_000)

    private static let noFile = [
        BadAnswer("201", .status, text: "HTTP/1.1 201 Created\r\nLocation: /\r\n\(file)"),
        BadAnswer("204", .status, text: "HTTP/1.1 204 No Content\r\n\r\n"),
        BadAnswer("205", .status, text: "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"),
        BadAnswer("206", .status, text: "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-3/9\r\n\(file)"),
        BadAnswer("300", .status, text: "HTTP/1.1 300 Multiple Choices\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
        BadAnswer("304", .status, text: "HTTP/1.1 304 Not Modified\r\nLocation: /\r\n\r\n"),
        BadAnswer("305", .status, text: "HTTP/1.1 305 Use Proxy\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
        BadAnswer("302 to nowhere", .status, text: "HTTP/1.1 302 Found\r\nLocation:\r\nContent-Length: 0\r\n\r\n"),
        BadAnswer(
            "401", .status, text: "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"a\"\r\n\(file)"),
        BadAnswer(
            "407", .status, text: "HTTP/1.1 407 Proxy\r\nProxy-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n"),
        BadAnswer("416", .status, text: "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n"),
        BadAnswer("101", .status, text: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"),
        BadAnswer("404 without end", .status, text: "HTTP/1.1 404 Not Found\r\n\r\n", for: filler),
        BadAnswer(
            "404 in chunks without end", .status, text: "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n",
            for: "3e8\r\n\(filler)\r\n"),
        BadAnswer("500 cut off", .status, requests: 3, text: "HTTP/1.1 500 Oh\r\nContent-Length: 9\r\n\r\n"),
        BadAnswer("nothing", .truncated, requests: 3, text: ""),
        BadAnswer("no HTTP", .failed, text: "what?\r\n\r\n"),
        BadAnswer("HTTP/0.9", .failed, text: "<html>"),
        BadAnswer("HTTP/9.9", .failed, text: "HTTP/9.9 200 OK\r\n\(file)"),
        BadAnswer("no status", .failed, text: "HTTP/1.1 \r\n\(file)"),
        BadAnswer("zero in a header", .failed, text: "HTTP/1.1 200 OK\r\nX: a\0b\r\n\(file)"),
    ]

    private static let compressed = [
        BadAnswer("gzip", .encoding, text: "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\(file)"),
        BadAnswer("deflate", .encoding, text: "HTTP/1.1 200 OK\r\ncontent-encoding:DEFLATE \r\n\(file)"),
        BadAnswer("brotli", .encoding, text: "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\(file)"),
        BadAnswer("zstd", .encoding, text: "HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\(file)"),
        BadAnswer("twice", .encoding, text: "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\(file)"),
        BadAnswer("on the next line", .encoding, text: "HTTP/1.1 200 OK\r\nContent-Encoding:\r\n gzip\r\n\(file)"),
        BadAnswer(
            "second header", .encoding,
            text: "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Encoding: gzip\r\n\(file)"),
        BadAnswer("in transfer", .encoding, text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
        BadAnswer(
            "in transfer, beside", .encoding,
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"),
        BadAnswer(
            "bomb", .encoding, text: "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\u{1F}\u{8B}", for: filler),
    ]

    private static let lies = [
        BadAnswer(
            "shorter than stated", .truncated, requests: 3, text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfile"),
        BadAnswer(
            "length beyond 64 bits", .tooLarge,
            text: "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nfile"),
        BadAnswer(
            "chunk cut off", .truncated, requests: 3,
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nfile"),
        BadAnswer(
            "no last chunk", .truncated, requests: 3,
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfile\r\n"),
        BadAnswer(
            "chunk of no size", .truncated, requests: 3,
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nfile\r\n"),
        BadAnswer(
            "chunk beyond 64 bits", .truncated, requests: 3,
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nfile\r\n"),
    ]

    private static let endless = [
        BadAnswer("headers", .headers, text: "HTTP/1.1 200 OK\r\n", for: "X-Filler: \(filler)\r\n"),
        BadAnswer("short headers", .headers, text: "HTTP/1.1 200 OK\r\n", for: "X:\r\n"),
        BadAnswer("one header", .headers, text: "HTTP/1.1 200 OK\r\nX-Filler: ", for: filler),
        BadAnswer("status line", .headers, text: "HTTP/1.1 200 ", for: filler),
        BadAnswer("interim answers", .headers, text: "", for: "HTTP/1.1 100 Continue\r\n\r\n"),
        BadAnswer("hints", .headers, text: "", for: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        BadAnswer("redirect's address", .headers, text: "HTTP/1.1 302 Found\r\nLocation: /", for: filler),
        BadAnswer(
            "trailers", .headers, text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfile\r\n0\r\n",
            for: "X-Filler: \(filler)\r\n"),
        BadAnswer(
            "chunk's extension", .timeout, limit: .milliseconds(300),
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;", for: filler),
        BadAnswer(
            "silence behind headers", .timeout, limit: .milliseconds(300),
        ) { client in
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
            client.waitUntilClosed()
        },
        BadAnswer("body", .tooLarge, text: "HTTP/1.1 200 OK\r\n\r\n", for: filler),
        BadAnswer(
            "chunks", .tooLarge, text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            for: "3e8\r\n\(filler)\r\n"),
    ]

    @Test(arguments: noFile) func isNoFile(answer: BadAnswer) async throws { try await check(answer) }
    @Test(arguments: compressed) func isCompressedUnasked(answer: BadAnswer) async throws { try await check(answer) }
    @Test(arguments: lies) func isNotAsStated(answer: BadAnswer) async throws { try await check(answer) }
    @Test(arguments: endless) func hasNoEnd(answer: BadAnswer) async throws { try await check(answer) }

    /// An answer that nobody has asked for, behind another or when all is quiet, is not taken for the next one's.
    @Test(arguments: [false, true]) func leftoversAreNobodysAnswer(quiet: Bool) async throws {
        let (sent, taken) = (Tally(), Gate())
        try await withServer { request, client in
            let forged = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
            switch request.path {
            case "/first" where quiet: client.answer("200 OK", [], [1])
            case "/first": client.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\u{1}\(forged)")
            default: client.answer("200 OK", [], [2])
            }
            if request.path == "/first", quiet {
                taken.wait()
                client.send(forged)
            }
            sent.add()
        } _: { server in
            let fetcher = try fetcher([server.authority])
            #expect(await fetch(server.url("/first"), with: fetcher) == .success([1]))
            taken.open()
            #expect(await eventually { sent.value == 1 })
            #expect(await fetch(server.url("/second"), with: fetcher) == .success([2]))
            #expect(server.connections == 2)
        }
    }

    private func check(_ answer: BadAnswer) async throws {
        try await withServer { _, client in
            answer.send(client)
        } _: { server in
            let fetcher = try fetcher([server.authority], byteLimit: 100_000)
            #expect(await fetch(server.url("/"), with: fetcher, within: answer.limit) == .failure(answer.failure))
            #expect(server.requests("/") == answer.requests)
            // Whoever does not stop is left alone.
            #expect(await eventually { server.openConnections == 0 })
        }
    }
}
