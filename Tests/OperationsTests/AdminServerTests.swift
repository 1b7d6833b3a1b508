import Foundation
import TestSupport
import Testing

@testable import Operations

@Suite(.timeLimit(.minutes(3))) struct AdminServerTests {
    private static func answer(_ request: AdminServer.Request) -> AdminServer.Response {
        switch request.path {
        case "/metrics": .init(contentType: "text/plain; version=0.0.4", body: "a 1\n")
        case "/large": .init(contentType: "text/plain", body: String(repeating: "x", count: 1 << 20))
        case "/empty": .init(contentType: "text/plain", body: "")
        default: .problem(404, "Not Found", "there is \"/metrics\"")
        }
    }

    private func server(_ address: String = "127.0.0.1:0", token: String? = nil) throws -> AdminServer {
        AdminServer(
            address: try #require(ListenAddress(address)), token: token.map { Array($0.utf8) }, logger: silent,
            handler: AdminServerTests.answer)
    }

    /// Runs a server as long as `body` does.
    private func serving(_ address: String = "127.0.0.1:0", _ body: (Int) async throws -> Void) async throws {
        let server = try server(address)
        let shutdown = ShutdownSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run(until: shutdown) }
            defer { shutdown.trigger() }
            #expect(await eventually { server.boundPort != nil })
            try await body(try #require(server.boundPort))
            shutdown.trigger()
            try await group.waitForAll()
        }
    }

    // MARK: Who may ask

    @Test(arguments: ["GET", "HEAD"]) func loopbackNeedsNoToken(method: String) throws {
        for server in [try server(), try server(token: "secret")] {
            let response = server.respond(method: method, path: "/metrics", fromLoopback: true, authorization: nil)
            #expect(response.status == 200)
        }
    }

    @Test(
        arguments: [
            ("Bearer secret", 200), ("Bearer wrong!", 401), ("Bearer secre", 401), ("Bearer secrets", 401),
            ("Bearer ", 401), ("Bearer", 401), ("bearer secret", 401), ("Basic secret", 401), ("secret", 401),
            ("", 401),
            (nil, 401),
        ] as [(String?, Int)]) func elsewhereNeedsTheToken(authorization: String?, status: Int) throws
    {
        let server = try server(token: "secret")
        let response = server.respond(
            method: "GET", path: "/metrics", fromLoopback: false, authorization: authorization)
        #expect(response.status == status)
    }

    @Test func withoutATokenNobodyFromElsewhereIsLetIn() throws {
        for authorization in [nil, "Bearer ", "Bearer x"] {
            let response = try server().respond(
                method: "GET", path: "/metrics", fromLoopback: false, authorization: authorization)
            #expect(response.status == 401)
            #expect(!response.body.contains("a 1"))
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", ""])
    func otherMethodsAreRefusedWithAProblem(method: String) throws {
        let response = try server().respond(method: method, path: "/metrics", fromLoopback: true, authorization: nil)
        #expect(response.status == 405)
        #expect(response.contentType == "application/problem+json")
    }

    @Test func aProblemIsADocument() throws {
        let response = AdminServer.Response.problem(404, "Not \"Found\"", "line\nbreak")
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(response.body.utf8)) as? [String: any Sendable])
        #expect(object["type"] as? String == "about:blank")
        #expect(object["title"] as? String == "Not \"Found\"")
        #expect(object["status"] as? Int == 404)
        #expect(object["detail"] as? String == "line\nbreak")
    }

    // MARK: Over a connection

    @Test func servesOverAConnection() async throws {
        try await serving { port in
            let get = try exchange(port, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(get.hasPrefix("HTTP/1.1 200 "))
            #expect(get.contains("Content-Type: text/plain; version=0.0.4\r\n"))
            #expect(get.contains("Cache-Control: no-store\r\n"))
            #expect(get.contains("X-Content-Type-Options: nosniff\r\n"))
            #expect(get.hasSuffix("\r\n\r\na 1\n"))

            let head = try exchange(port, "HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 200 "))
            #expect(head.contains("Content-Length: 4\r\n"))
            #expect(head.hasSuffix("\r\n\r\n"))

            let empty = try exchange(port, "GET /empty HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(empty.contains("Content-Length: 0\r\n"))

            let large = try exchange(port, "GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(large.count > 1 << 20)
        }
    }

    @Test func errorsAreProblemDocuments() async throws {
        try await serving { port in
            let missing = try exchange(port, "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(missing.hasPrefix("HTTP/1.1 404 "))
            #expect(missing.contains("Content-Type: application/problem+json\r\n"))
            #expect(
                missing.hasSuffix(
                    #"{"type":"about:blank","title":"Not Found","status":404,"detail":"there is \"/metrics\""}"# + "\n")
            )

            let post = try exchange(
                port, "POST /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")
            #expect(post.hasPrefix("HTTP/1.1 405 "))
            #expect(post.contains("Allow: GET, HEAD\r\n"))
        }
    }

    @Test func theProbeAsksIt() async throws {
        try await serving { port in
            let probe = AdminProbe(try #require(ListenAddress("0.0.0.0:\(port)")))
            let answer = try probe.get("/metrics")
            #expect(answer.status == 200)
            #expect(answer.body == "a 1\n")
            #expect(try probe.get("/nothing").status == 404)
            // More than a probe's answer may be is a failure, not memory.
            #expect(throws: AdminProbe.Failure.self) { try probe.get("/large") }
        }
    }

    @Test func nobodyListeningIsAFailureThatSaysSo() throws {
        let probe = AdminProbe(try #require(ListenAddress("127.0.0.1:1")))
        #expect(throws: AdminProbe.Failure.self) { try probe.get("/healthz", timeout: .seconds(5)) }
    }

    @Test func whatIsNoRequestHarmsNobody() async throws {
        try await serving { port in
            for garbage in [
                "\r\n\r\n", "GET\r\n\r\n", "\0\u{1}\u{2}\r\n\r\n", "GET /metrics HTTP/9.9\r\n\r\n",
                "GET /metrics HTTP/1.1\r\nA: \(String(repeating: "x", count: 100_000))\r\n\r\n",
            ] {
                _ = try? exchange(port, garbage, patience: .milliseconds(100))
            }
            let get = try exchange(port, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(get.hasPrefix("HTTP/1.1 200 "))
        }
    }

    /// Callers who open connections and say nothing can take all there are, not more; when they are gone, whoever
    /// waited is served.
    @Test func connectionsAreBounded() async throws {
        try await serving { port in
            var idle: [Int32] = []
            defer { idle.forEach { close($0) } }
            for _ in 0..<64 { idle.append(try connected(to: port)) }
            let waiting = try connected(to: port)
            defer { close(waiting) }
            try write("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", to: waiting)
            var ready = pollfd(fd: waiting, events: Int16(POLLIN), revents: 0)
            #expect(poll(&ready, 1, 300) == 0)
            idle.forEach { close($0) }
            idle = []
            #expect(try answer(from: waiting).hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func aPortThatIsTakenIsAnErrorThatSaysWhatToDo() async throws {
        try await serving { port in
            await #expect {
                try await self.server("127.0.0.1:\(port)").run(until: ShutdownSignal())
            } throws: { error in
                let text = "\(error)"
                return text.contains("127.0.0.1:\(port)") && text.contains("change admin.listen")
            }
        }
    }

    @Test func servesIPv6WhereThereIsOne() async throws {
        guard hasIPv6() else { return }
        try await serving("[::1]:0") { port in
            let probe = AdminProbe(try #require(ListenAddress("[::1]:\(port)")))
            #expect(try probe.get("/metrics").status == 200)
        }
    }

    // MARK: A plain client

    private struct ConnectionFailure: Error { let step: String }

    private func connected(to port: Int, patience: Duration = .seconds(5)) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw ConnectionFailure(step: "socket") }
        let milliseconds = Int(patience.inSeconds * 1_000)
        var limit = timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let outcome = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard outcome == 0 else {
            close(descriptor)
            throw ConnectionFailure(step: "connect")
        }
        return descriptor
    }

    /// Sends a request and reads until the server closes.
    private func exchange(_ port: Int, _ request: String, patience: Duration = .seconds(5)) throws -> String {
        let descriptor = try connected(to: port, patience: patience)
        defer { close(descriptor) }
        try write(request, to: descriptor)
        shutdown(descriptor, Int32(SHUT_WR))
        return try answer(from: descriptor)
    }

    private func write(_ request: String, to descriptor: Int32) throws {
        var bytes = Array(request.utf8)[...]
        while !bytes.isEmpty {
            let sent = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { throw ConnectionFailure(step: "send") }
            bytes = bytes.dropFirst(sent)
        }
    }

    private func answer(from descriptor: Int32) throws -> String {
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count >= 0 else { throw ConnectionFailure(step: "receive") }
            if count == 0 { return String(decoding: answer, as: UTF8.self) }
            answer += chunk.prefix(count)
        }
    }

    private func hasIPv6() -> Bool {
        FileManager.default.fileExists(atPath: "/proc/net/if_inet6")
            && ((try? String(contentsOfFile: "/proc/net/if_inet6", encoding: .utf8)) ?? "").contains(" lo")
    }
}
