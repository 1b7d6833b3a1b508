import Testing

@testable import Operations

@Suite struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:9464", "127.0.0.1", 9_464, true), ("127.9.9.9:1", "127.9.9.9", 1, true),
        ("0.0.0.0:0", "0.0.0.0", 0, false), ("192.0.2.7:65535", "192.0.2.7", 65_535, false),
        ("localhost:80", "127.0.0.1", 80, true), ("[::1]:9464", "::1", 9_464, true), ("[::]:9464", "::", 9_464, false),
        ("[2001:db8::1]:80", "2001:db8::1", 80, false),
    ]) func reads(text: String, host: String, port: Int, isLoopback: Bool) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.isLoopback == isLoopback)
        #expect(address.description == text.replacing("localhost", with: "127.0.0.1"))
    }

    @Test(arguments: [
        "", ":", "127.0.0.1", "127.0.0.1:", ":9464", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+80",
        "127.0.0.1: 80", "127.0.0.1:80 ", "127.0.0.1:0x50", "127.0.0:80", "127.0.0.1.1:80", "256.0.0.1:80",
        "admin.example.org:80", "::1:9464", "[::1]", "[::1]9464", "[127.0.0.1]:80", "[::1:80", "::1]:80", "[::g]:80",
        "*:80", "http://127.0.0.1:80", "127.0.0.1\u{0}:80",
    ]) func refuses(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
