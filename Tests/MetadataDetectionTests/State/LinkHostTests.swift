import Testing

@testable import MetadataDetection

@Suite struct LinkHostTests {
    private func host(_ address: String) -> String? {
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: LinkHost.most, alignment: 1)
        defer { scratch.deallocate() }
        let bytes = Array(address.utf8)
        return bytes.withUnsafeBytes { LinkHost.write($0, to: scratch) }.map {
            String(decoding: scratch[..<$0], as: UTF8.self)
        }
    }

    @Test func standsBetweenTheUserAndThePortOrPath() {
        let names = [
            "https://News.Turnip.example/a@b", "news.turnip.example", "//news.turnip.example?x",
            "https://news.turnip.example:8443/x", "https://reader@news.turnip.example#y",
            "https://reader:secret@news.turnip.example:8443\\z", "ftp://a:b@c:d@news.turnip.example",
        ]
        for name in names { #expect(host(name) == "news.turnip.example", "\(name)") }
        #expect(host("https://[2001:db8::1]:443/") == "[2001:db8::1]")
        #expect(host("https://[2001:db8::2]/") == "[2001:db8::2]")
        #expect(host("https://[2001:db8::2") == "[2001:db8::2")
        #expect(host("https:///path") == nil)
        #expect(host("https://reader@") == nil)
        #expect(host("") == nil)
        #expect(host("https://" + String(repeating: "a", count: 300))?.utf8.count == LinkHost.most)
    }
}
