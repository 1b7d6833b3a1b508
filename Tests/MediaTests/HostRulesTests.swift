import Events
import Testing

@testable import Media

@Suite struct HostRulesTests {
    private static let table: [(entry: String, allows: [String], refuses: [String])] = [
        (
            "cdn.example.org",
            [
                "https://cdn.example.org/a", "http://cdn.example.org/", "https://CDN.Example.ORG/a?b#c",
                "https://cdn.example.org:443/a", "http://cdn.example.org:80/a", "https://cdn.example.org./a",
                "HTTPS://cdn.example.org/", "https://cdn.exa%6Dple.org/", "https://cdn.example.org/ü",
            ],
            [
                "https://cdn.example.org:8443/a", "http://cdn.example.org:443/", "https://example.org/",
                "https://x.cdn.example.org/", "https://cdn.example.org.evil.example/", "https://xcdn.example.org/",
                "https://evil.example/cdn.example.org", "https://evil.example/?@cdn.example.org",
                "https://cdn.example.org\u{3002}evil.example/", "https://evil.example#cdn.example.org",
                "https://cdn.example.org%00.evil.example/", "https://cdn.example.org%2F.evil.example/",
                "https://evil.example\\@cdn.example.org/", "https://cdn.example.org%40evil.example/",
            ]
        ),
        (
            "*.example.org", ["https://a.example.org/", "https://a.b.example.org/"],
            ["https://example.org/", "https://aexample.org/", "https://.example.org/", "https://example.org.a.b/"]
        ),
        (
            "CDN.example.org:8443", ["https://cdn.example.org:8443/", "http://cdn.example.org:8443/"],
            ["https://cdn.example.org/", "https://cdn.example.org:443/", "https://cdn.example.org:84430/"]
        ),
        (
            "127.0.0.1:8080", ["http://127.0.0.1:8080/", "http://0x7f.1:8080/", "http://2130706433:8080/"],
            [
                "http://127.0.0.1/", "http://127.0.0.2:8080/", "http://localhost:8080/",
                "http://[::ffff:127.0.0.1]:8080/",
            ]
        ),
        (
            "[fd00::1]:9000", ["http://[fd00::1]:9000/", "http://[fd00:0:0::1]:9000/"],
            ["http://[fd00::2]:9000/", "http://[fd00::1]/"]
        ),
        ("::1", ["http://[::1]/"], ["http://[::1]:81/", "http://[::2]/"]),
        ("*.example.org:81", ["http://a.example.org:81/"], ["http://a.example.org/", "http://example.org:81/"]),
    ]

    @Test(arguments: table.indices) func matches(index: Int) throws {
        let (entry, allows, refuses) = HostRulesTests.table[index]
        var hosts = AllowedHosts()
        try hosts.add(entry)
        for address in allows {
            let target = try FetchTarget(Array(address.utf8))
            #expect(hosts.addresses(for: target) != nil, "\(address)")
        }
        for address in refuses {
            guard let target = try? FetchTarget(Array(address.utf8)) else { continue }
            #expect(hosts.addresses(for: target) == nil, "\(address)")
        }
    }

    @Test func onlyLiteralsLeadToPrivateAddresses() throws {
        var hosts = AllowedHosts()
        try hosts.add("localhost:80")
        try hosts.add("10.0.0.1:80")
        #expect(hosts.addresses(for: try FetchTarget(Array("http://localhost/".utf8))) == .anyPublic)
        let literal = try #require(IPAddress("10.0.0.1"))
        #expect(hosts.addresses(for: try FetchTarget(Array("http://10.0.0.1/".utf8))) == .exactly(literal))
    }

    @Test(arguments: [
        "", "*", "*.", ".example.org", "example..org", "exa mple.org", "https://cdn.example.org", "cdn.example.org/",
        "user@cdn.example.org", "cdn.example.org:", "cdn.example.org:0", "cdn.example.org:65536",
        "cdn.example.org:+80", "cdn.example.org:80:80", "a.*.org", "*.*.org", "-a.org", "a-.org", "1.2.3", "1.2.3.256",
        "0x7f", "[::1", "[127.0.0.1]", "[cdn.example.org]", "bücher.example", "*.127.0.0.1", "10.1.2.3\u{0}",
        String(repeating: "a", count: 64) + ".org",
    ])
    func refusesEntries(entry: String) {
        var hosts = AllowedHosts()
        #expect(throws: AllowedHosts.InvalidEntry.self) { try hosts.add(entry) }
        #expect(hosts.isEmpty)
    }

    @Test(arguments: [
        ("ftp://cdn.example.org/", FetchFailure.scheme), ("file:///etc/passwd", .scheme),
        ("gopher://cdn.example.org/", .scheme), ("data:text/plain,a", .scheme), ("//cdn.example.org/", .scheme),
        ("cdn.example.org/a", .scheme), ("", .url), ("https://", .url), ("https://user@cdn.example.org/", .url),
        ("https://user:pass@cdn.example.org/", .url), ("https://cdn.example.org/a b", .url),
        ("https://cdn.example.org/\u{0}.evil.example", .url), ("https://cdn.example.org\r\nHost:x/", .url),
        ("https://cdn.example.org:99999/", .url), ("https://[::1/", .url),
        ("http://./", .url), ("http:/.", .url), ("https://cdn.example.org:0x50/", .url),
        ("https://cdn.example.org:-1/", .url), ("https://cdn.example.org:80:80/", .url),
        // What resolvers make numbers of, and libraries letters and dots.
        ("http://127.1./", .url), ("http://0x7f000001./", .url), ("http://1.2.3.4.5/", .url),
        ("http://127.0.0.0x100/", .url), ("http://256.256.256.256/", .url), ("http://cdn.example.0x7f/", .url),
        ("https://b\u{FC}cher.example.org/", .url), ("https://cdn\u{3002}example.org/", .url),
        ("https://\u{2460}\u{2461}.example.org/", .url), ("https://evil.example\u{2100}.example.org/", .url),
        ("https://b%C3%BCcher.example.org/", .url), ("https://cdn.example%2eorg%2f/", .url),
        ("https://cdn..example.org/", .url), ("https://*.example.org/", .url), ("https://a_b$.example.org/", .url),
        ("http://[fe80::1%25eth0]/", .url), ("http://[fe80::1%eth0]/", .url), ("http://[::1%250]/", .url),
        ("http://[::1]evil.example/", .url), ("http://[v1.fe80]/", .url), ("http://[127.0.0.1]/", .url),
        ("http://[::ffff:127.0.0.1/", .url), ("http://evil.example;cdn.example.org/", .url),
    ])
    func refusesAddresses(address: String, failure: FetchFailure) {
        #expect(throws: failure) { _ = try FetchTarget(Array(address.utf8)) }
    }

    /// One address, as numbers are written by those who wish to hide it: taken as what it is.
    @Test(arguments: [
        "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7F.1", "017700000001",
        "0177.0.0.1",
        "0x7f.0x0.0x0.0x1", "127.0.0.01", "%31%32%37.0.0.1", "127%2E0%2E0%2E1",
    ])
    func numbersAreTheirAddress(host: String) throws {
        var hosts = AllowedHosts()
        for entry in ["cdn.example.org", "*.example.org", "127.0.0.2"] { try hosts.add(entry) }
        let target = try FetchTarget(Array("http://\(host)/".utf8))
        #expect(target.host == "127.0.0.1")
        #expect(hosts.addresses(for: target) == nil)
        try hosts.add("127.0.0.1")
        #expect(hosts.addresses(for: target) == IPAddress("127.0.0.1").map { .exactly($0) })
    }

    /// Where redirects lead, from `https://cdn.example.org/a/b`.
    @Test(
        arguments: [
            ("c", "https://cdn.example.org/a/c"), ("/c?d", "https://cdn.example.org/c?d"),
            ("//other.example.org/", "https://other.example.org/"), ("../../../c", "https://cdn.example.org/c"),
            ("https://CDN.example.org:443/c", "https://cdn.example.org/c"), ("?c", "https://cdn.example.org/a/b?c"),
            ("c d", "https://cdn.example.org/a/c%20d"), ("http://cdn.example.org/c", nil), ("//evil.example/", nil),
            ("https://evil.example/c", nil),
            ("https://cdn.example.org:8443/", nil), ("//user@cdn.example.org/", nil), ("file:///etc/passwd", nil),
            ("ftp://cdn.example.org/", nil), ("javascript:0", nil), ("//cdn.example.org\\@evil.example/", nil),
            ("//127.0.0.1/", nil), ("//[::1]/", nil), ("https:evil.example", nil), ("\u{1}", nil),
        ] as [(String, String?)])
    func redirectsKeepToTheRules(location: String, leadsTo: String?) throws {
        let fetcher = try fetcher(["cdn.example.org", "other.example.org"])
        let origin = try FetchTarget(Array("https://cdn.example.org/a/b".utf8))
        guard let leadsTo else {
            #expect(throws: FetchFailure.redirect) { try fetcher.follow(Array(location.utf8), from: origin) }
            return
        }
        #expect(try fetcher.follow(Array(location.utf8), from: origin).0.address?.lowercased() == leadsTo)
        // What began in the clear may end encrypted.
        let clear = try FetchTarget(Array("http://cdn.example.org/a/b".utf8))
        #expect(try fetcher.follow(Array(leadsTo.utf8), from: clear).0.isSecure)
    }

    @Test func codesAreDistinct() {
        #expect(Set(FetchFailure.allCases.map(\.code)).count == FetchFailure.allCases.count)
    }
}
