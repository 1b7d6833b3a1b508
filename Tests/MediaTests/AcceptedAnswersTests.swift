import TestSupport
import Testing

@testable import Media

/// Answers that are files, in whatever form HTTP has for them.
@Suite struct AcceptedAnswersTests {
    private static let forms: [(name: String, text: String)] = [
        ("length", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfile"),
        ("until it closes", "HTTP/1.1 200 OK\r\n\r\nfile"),
        ("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nfile"),
        ("chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nfil\r\n1\r\ne\r\n0\r\n\r\n"),
        ("chunks, loudly", "HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: CHUNKED\r\n\r\n4\r\nfile\r\n0\r\n\r\n"),
        ("chunks' extensions", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\nfile\r\n0\r\n\r\n"),
        ("trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfile\r\n0\r\nX: a\r\n\r\n"),
        ("encoded as nothing", "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 4\r\n\r\nfile"),
        ("continue", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfile"),
        (
            "hints",
            "HTTP/1.1 103 Early Hints\r\nLocation: /x\r\nContent-Encoding: gzip\r\n\r\nHTTP/1.1 200 OK\r\n"
                + "Content-Length: 4\r\n\r\nfile"
        ),
        ("no phrase", "HTTP/1.1 200\r\nContent-Length: 4\r\n\r\nfile"),
        ("line feeds", "HTTP/1.1 200 OK\nContent-Length: 4\n\nfile"),
        ("a place that is none", "HTTP/1.1 200 OK\r\nLocation: http://10.0.0.1/\r\nContent-Length: 4\r\n\r\nfile"),
        ("refresh", "HTTP/1.1 200 OK\r\nRefresh: 0; url=http://10.0.0.1/\r\nContent-Length: 4\r\n\r\nfile"),
        // What comes behind the file is not its, and nobody else's: the connection is not used again.
        ("longer than stated", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfileHTTP/1.1 200 OK\r\n\r\nx"),
    ]

    @Test(arguments: forms.indices) func isTaken(index: Int) async throws {
        try await withServer { _, client in
            client.send(AcceptedAnswersTests.forms[index].text)
            client.close()
        } _: { server in
            let fetcher = try fetcher([server.authority])
            for path in ["/a", "/b"] {
                let result = await fetch(server.url(path), with: fetcher)
                #expect(result == .success(Array("file".utf8)), "\(AcceptedAnswersTests.forms[index].name)")
            }
            #expect(server.connections == 2)
        }
    }

    @Test func emptyFilesAreFiles() async throws {
        try await withServer { _, client in
            client.answer("200 OK")
        } _: { server in
            let fetcher = try fetcher([server.authority])
            #expect(await fetch(server.url("/"), with: fetcher) == .success([]))
        }
    }

    /// What is no file may still leave its connection in order.
    @Test func connectionsAreUsedAgain() async throws {
        try await withServer { request, client in
            switch request.path {
            case "/moved": client.answer("302 Found", ["Location: /gone"], Array("elsewhere".utf8))
            case "/busy" where request.number == 0: client.answer("503 Busy", [], [UInt8](repeating: 1, count: 9_000))
            case "/busy": client.answer("200 OK", [], [1])
            default: client.answer("404 Not Found", [], [UInt8](repeating: 1, count: 9_000))
            }
        } _: { server in
            let fetcher = try fetcher([server.authority])
            #expect(await fetch(server.url("/moved"), with: fetcher) == .failure(.status))
            #expect(await fetch(server.url("/busy"), with: fetcher) == .success([1]))
            #expect(server.requests("/gone") == 1)
            #expect(server.connections == 1)
        }
    }

    /// All that hosts are told, and the same on every hop, whatever they have said before.
    @Test func requestsSayNothingOfUs() async throws {
        let heads = Shared<[String]>([])
        try await withServer { request, client in
            heads.update { $0.append(request.head) }
            let headers = ["Set-Cookie: a=b; Path=/", "Alt-Svc: h3=\":443\"", "Strict-Transport-Security: max-age=9"]
            if request.path == "/moved" {
                client.answer("302 Found", headers + ["Location: /file"])
            } else {
                client.answer("200 OK", headers, [1])
            }
        } _: { server in
            let fetcher = try fetcher([server.authority])
            for path in ["/moved", "/file"] { #expect(await fetch(server.url(path), with: fetcher) == .success([1])) }
            let expected = ["/moved", "/file", "/file"].map {
                "GET \($0) HTTP/1.1\r\nHost: \(server.authority)\r\nUser-Agent: weir\r\nAccept: */*\r\n\r\n"
            }
            #expect(heads.value == expected)
        }
    }
}
