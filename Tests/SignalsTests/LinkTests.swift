import Testing

@testable import Signals

/// An address, and the one form in which it is compared; nil if it names no host.
struct LinkCase: Sendable, CustomTestStringConvertible {
    let address: String
    let normalized: String?

    init(_ address: String, _ normalized: String?) {
        self.address = address
        self.normalized = normalized
    }

    var testDescription: String { address }
}

@Suite struct LinkTests {
    static let cases: [LinkCase] = [
        LinkCase("https://site.example/a/b?c=d", "site.example/a/b?c=d"),
        LinkCase("site.example", "site.example"),
        LinkCase("site.example/", "site.example"),
        LinkCase("//site.example/x", "site.example/x"),
        LinkCase("HTTPS://SITE.Example/Path", "site.example/Path"),
        LinkCase("https://site.example/#part", "site.example"),
        LinkCase("https://site.example#part/of?it", "site.example"),
        LinkCase("https://site.example/a#x#y", "site.example/a"),
        LinkCase("https://site.example?c=d", "site.example/?c=d"),
        LinkCase("ftp://site.example/x", "site.example/x"),
        LinkCase("custom+scheme-1.0://site.example/x", "site.example/x"),
        LinkCase("  \t https://site.example/x \r\n", "site.example/x"),
        // Ports.
        LinkCase("http://site.example:80/x", "site.example/x"),
        LinkCase("https://site.example:443/x", "site.example/x"),
        LinkCase("https://site.example:0443/x", "site.example/x"),
        LinkCase("https://site.example:8443/x", "site.example:8443/x"),
        LinkCase("https://site.example:/x", "site.example/x"),
        LinkCase("site.example:8080/x", "site.example:8080/x"),
        // User and password, also those that look like a host.
        LinkCase("https://user:pass@site.example/x", "site.example/x"),
        LinkCase("https://good.example@evil.example/", "evil.example"),
        LinkCase("https://good.example%2F@evil.example/", "evil.example"),
        LinkCase("https://good.example:443@evil.example:8443/", "evil.example:8443"),
        LinkCase("https://a@b@evil.example/", "evil.example"),
        LinkCase("https://good.example/@evil.example", "good.example/@evil.example"),
        LinkCase("https://good.example?@evil.example", "good.example/?@evil.example"),
        LinkCase("https://good.example#@evil.example", "good.example"),
        LinkCase("user@site.example", "site.example"),
        LinkCase("mailto:user@site.example", "site.example"),
        // What browsers make of backslashes and of too few or too many slashes.
        LinkCase("https://good.example\\@evil.example/", "good.example/@evil.example/"),
        LinkCase("https:\\\\evil.example\\path", "evil.example/path"),
        LinkCase("https:/\\evil.example/path", "evil.example/path"),
        LinkCase("https:/evil.example/path", "evil.example/path"),
        LinkCase("https:evil.example/path", "evil.example/path"),
        LinkCase("https:////evil.example/path", "evil.example/path"),
        LinkCase("\\\\evil.example\\path", "evil.example/path"),
        LinkCase("/\\evil.example", "evil.example"),
        LinkCase("https://site.example/a?b=\\c", "site.example/a?b=\\c"),
        // Another address inside the query is not where the link leads.
        LinkCase("evil.example/?u=https://good.example/", "evil.example/?u=https://good.example/"),
        LinkCase("evil.example/http://good.example/", "evil.example/http://good.example/"),
        LinkCase("https://evil.example/?u=https://good.example/", "evil.example/?u=https://good.example/"),
        // Dots, percent signs, letters beyond ASCII.
        LinkCase("https://site.example./x", "site.example/x"),
        LinkCase("https://site.example.:8443/x", "site.example:8443/x"),
        LinkCase("https://%65vil.example/", "evil.example"),
        LinkCase("https://EVIL%2Eexample%2e/x%2e", "evil.example/x."),
        LinkCase("https://evil.example%/x", "evil.example%/x"),
        LinkCase("https://evil.example%4/x", "evil.example%4/x"),
        LinkCase("https://evil.example%zz/x", "evil.example%zz/x"),
        // Punycode by RFC 3492, mapping by UTS #46.
        LinkCase("https://bücher.example/ü", "xn--bcher-kva.example/ü"),
        LinkCase("https://BÜCHER.example", "xn--bcher-kva.example"),
        LinkCase("https://b%C3%BCcher.example", "xn--bcher-kva.example"),
        LinkCase("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        LinkCase("https://ｓｉｔｅ．example", "site.example"),
        LinkCase("https://site。example｡/x", "site.example/x"),
        LinkCase("https://si\u{AD}te.ex\u{200B}ample", "site.example"),
        LinkCase("https://faß.example", "xn--fa-hia.example"),
        LinkCase("https://\u{FFFD}.example", "\u{FFFD}.example"),
        // Paths (RFC 3986, sections 5.2.4 and 6.2.2).
        LinkCase("https://site.example/a/./b/../c", "site.example/a/c"),
        LinkCase("https://site.example/a/b/..", "site.example/a/"),
        LinkCase("https://site.example/a/b/.", "site.example/a/b/"),
        LinkCase("https://site.example/../../a", "site.example/a"),
        LinkCase("https://site.example/a/%2E%2e/b", "site.example/b"),
        LinkCase("https://site.example/a\\..\\b", "site.example/b"),
        LinkCase("https://site.example/.a/..b/c..", "site.example/.a/..b/c.."),
        LinkCase("https://site.example/?a=/../b", "site.example/?a=/../b"),
        LinkCase("https://site.example/%61%2f%c3%a9%7E", "site.example/a%2F%C3%A9~"),
        LinkCase("https://site.example/%6", "site.example/%6"),
        LinkCase("https://site.example/%zz?%61=%41%20", "site.example/%zz?a=A%20"),
        // IPv4, IPv6.
        LinkCase("http://192.0.2.7:8080/x", "192.0.2.7:8080/x"),
        LinkCase("http://0xC0.0.2.7/x", "192.0.2.7/x"),
        LinkCase("http://0300.0.2.07/x", "192.0.2.7/x"),
        LinkCase("http://192.0.519/x", "192.0.2.7/x"),
        LinkCase("http://3221225991/x", "192.0.2.7/x"),
        LinkCase("http://0x/x", "0.0.0.0/x"),
        LinkCase("http://192.0.2.7./x", "192.0.2.7/x"),
        LinkCase("http://１９２.0.2.7/x", "192.0.2.7/x"),
        LinkCase("http://192.0.2.256/x", "192.0.2.256/x"),
        LinkCase("http://192.0.2.7.9/x", "192.0.2.7.9/x"),
        LinkCase("http://4294967296/x", "4294967296/x"),
        LinkCase("http://09.0.0.1/x", "09.0.0.1/x"),
        LinkCase("http://1.2.3.site/x", "1.2.3.site/x"),
        LinkCase("http://[2001:DB8::1]/x", "[2001:db8::1]/x"),
        LinkCase("http://[2001:0db8:0:0:0:0:0:1]/x", "[2001:db8::1]/x"),
        LinkCase("http://[nonsense]/x", "[nonsense]/x"),
        LinkCase("http://[2001:db8::1]:8080/x", "[2001:db8::1]:8080/x"),
        LinkCase("http://user@[2001:db8::1]:80/x", "[2001:db8::1]/x"),
        LinkCase("http://[2001:db8::1/x", nil),
        // No host at all.
        LinkCase("", nil),
        LinkCase("   ", nil),
        LinkCase("https://", nil),
        LinkCase("https:///", nil),
        LinkCase("https://user@/x", nil),
        LinkCase("https://:443/x", nil),
        LinkCase("https://./x", nil),
        LinkCase("/only/a/path", nil),
        LinkCase("?query", nil),
        LinkCase("#fragment", nil),
    ]

    @Test(arguments: cases) func normalizes(_ item: LinkCase) {
        #expect(normalized(item.address) == item.normalized)
    }

    /// Whatever stands there, nothing is read outside of it and the form is stable.
    @Test func normalizingTwiceIsNormalizingOnce() {
        for item in LinkTests.cases {
            guard let once = item.normalized, once.first?.isLetter == true, !once.contains("%") else { continue }
            #expect(normalized(once) == once)
        }
    }

    private func normalized(_ address: String) -> String? {
        address.withBytes { bytes in
            guard let link = Link(bytes) else { return nil }
            var out: [UInt8] = []
            link.appendNormalized(to: &out)
            return String(decoding: out, as: UTF8.self)
        }
    }
}
