import Events
import Testing

@testable import Signals

@Suite struct LinkIndexTests {
    private let set = SignalSet([
        signal(.domain, "evil.example"), signal(.domain, "deep.evil.example"), signal(.domain, "192.0.2.7"),
        signal(.url, "https://news.example/post/7?id=1"), signal(.url, "http://home.example"),
    ])

    private func matches(_ address: String, in set: SignalSet? = nil) -> [String] {
        let set = set ?? self.set
        var found: [String] = []
        var scratch: [UInt8] = []
        address.withBytes { bytes in
            set.forEachMatch(of: bytes, at: Timestamp(milliseconds: 0), scratch: &scratch) { position, _ in
                found.append(set.signals[Int(position)].value)
            }
        }
        return found
    }

    @Test(arguments: [
        "https://evil.example/", "evil.example", "http://www.evil.example/x?y#z", "HTTPS://A.B.C.EVIL.EXAMPLE:8443",
        "https://good.example@evil.example/", "https://evil.example./", "https:\\\\evil.example\\x",
        "https://%65vil.example", "https://ev\til.exa\nmple/x", "evil.example/?http://good.example",
    ]) func aDomainCoversItsSubdomains(address: String) {
        #expect(matches(address).contains("evil.example"))
    }

    @Test(arguments: [
        "https://notevil.example/", "https://evil.example.good.example/", "https://evil.examples/",
        "https://good.example/evil.example", "https://good.example/?u=https://evil.example/",
        "https://evil.example@good.example/", "https://example/", "https://evil-example/", "https://vil.example",
    ]) func aLookalikeIsAnotherDomain(address: String) {
        #expect(matches(address).isEmpty)
    }

    @Test func domainsComeFromTheLongestToTheShortest() {
        #expect(matches("https://x.deep.evil.example/") == ["deep.evil.example", "evil.example"])
    }

    @Test func anAddressCanBeADomain() {
        #expect(matches("http://192.0.2.7:8080/x") == ["192.0.2.7"])
    }

    @Test(arguments: [
        "https://news.example/post/7?id=1", "http://NEWS.example:443/post/7?id=1#top", "news.example/post/7?id=1",
        "https://user@news.example./post/7?id=1", "https://news.example\\post\\7?id=1",
    ]) func aURLIsComparedWithoutWhatDoesNotMatter(address: String) {
        #expect(matches(address) == ["https://news.example/post/7?id=1"])
    }

    @Test(arguments: [
        "https://news.example/post/7", "https://news.example/post/7?id=12", "https://news.example/POST/7?id=1",
        "https://news.example:8443/post/7?id=1", "https://www.news.example/post/7?id=1",
    ]) func anotherPathQueryPortOrHostIsAnotherURL(address: String) {
        #expect(matches(address).isEmpty)
    }

    @Test(arguments: ["http://home.example/", "home.example", "https://home.example:443#x"])
    func aURLWithoutAPathIsTheRoot(address: String) {
        #expect(matches(address) == ["http://home.example"])
    }

    @Test(arguments: [
        "https://Plain.example/Page", "plain.example/page", "ftp://PLAIN.example/page", " plain.example/page\n",
    ])
    func aURLMD5IsOfTheAddressInLowerCaseWithoutScheme(address: String) throws {
        var hash = MD5()
        "plain.example/page".withBytes { hash.update($0) }
        var hex = ByteWriter()
        hex.appendHex(hash.finish())
        let value = String(decoding: hex.bytes, as: UTF8.self)
        let set = SignalSet([signal(.urlmd5, value)])
        #expect(matches(address, in: set) == [value])
        #expect(matches("https://plain.example/pages", in: set).isEmpty)
    }

    /// Each variant that an exchange may have hashed.
    @Test(arguments: [
        "site.example/Page", "site.example/page", "https://site.example/Page", "http://site.example/page",
        "site.example/Page/",
    ])
    func aURLMD5MayBeOfAnotherSpelling(hashed: String) {
        var hash = MD5()
        hashed.withBytes { hash.update($0) }
        var hex = ByteWriter()
        hex.appendHex(hash.finish())
        let set = SignalSet([signal(.urlmd5, String(decoding: hex.bytes, as: UTF8.self))])
        #expect(matches("HTTPS://Site.example:443/Page#top", in: set).count == 1)
        #expect(matches("https://site.example/other", in: set).isEmpty)
    }

    // MARK: Below a path

    private static func prefix(_ value: String) -> Signal {
        var prefix = signal(.url, value)
        prefix.match = .prefix
        return prefix
    }

    @Test(arguments: [
        "https://site.example/group", "site.example/group/", "site.example/group/7", "site.example/group/a/b?c=d",
        "site.example/group?page=2", "https://site.example//x/../../group/7",
    ]) func aPrefixCoversWhatLiesBelow(address: String) {
        #expect(matches(address, in: SignalSet([Self.prefix("https://site.example/group")])).count == 1)
    }

    @Test(arguments: [
        "https://site.example/", "site.example/groups", "site.example/grou", "site.example/x/group",
        "a.site.example/group/7", "site.example:8443/group/7", "site.example/?group", "site.example/#/group",
    ]) func aPrefixCoversNothingElse(address: String) {
        #expect(matches(address, in: SignalSet([Self.prefix("https://site.example/group")])).isEmpty)
    }

    @Test func onlyWhatSaysSoCoversWhatLiesBelow() {
        let set = SignalSet([
            signal(.url, "site.example/a"), Self.prefix("site.example/a/b"), Self.prefix("site.example"),
        ])
        #expect(matches("site.example/a/b/c", in: set) == ["site.example", "site.example/a/b"])
        #expect(matches("site.example/a", in: set) == ["site.example/a", "site.example"])
        #expect(matches("site.example:8443/a", in: set).isEmpty)
    }

    /// Nobody escapes by going deep.
    @Test func aDeepPathLiesBelowAsWell() {
        let set = SignalSet([Self.prefix("site.example/a")])
        #expect(matches("site.example/a" + String(repeating: "/b", count: 10_000), in: set).count == 1)
    }

    // MARK: Names

    /// What is known of a host of many says nothing of the others below it (Public Suffix List).
    @Test func aPublicSuffixCoversOnlyItself() {
        let set = SignalSet([signal(.domain, "github.io"), signal(.domain, "bad.github.io")])
        #expect(matches("https://good.github.io/", in: set).isEmpty)
        #expect(matches("https://github.io/", in: set) == ["github.io"])
        #expect(matches("https://x.bad.github.io/", in: set) == ["bad.github.io"])
    }

    @Test(arguments: [
        "https://bücher.example/", "xn--bcher-kva.example", "www.BÜCHER.example/x", "b\u{AD}ücher.example",
    ])
    func lettersAndPunycodeAreOneName(address: String) throws {
        let name = try SignalValue.normalized("Bücher.example", .domain)
        #expect(name == "xn--bcher-kva.example")
        #expect(matches(address, in: SignalSet([signal(.domain, name)])) == [name])
    }

    /// Two spellings of one address are one signal: else whichever was stored last would hide what the other says.
    @Test func spellingsOfOneAddressAreOneSignal() throws {
        let set = SignalSet([
            signal(.url, "http://news.example/a", .positive, source: "one", labels: ["L1"]),
            signal(.url, "https://NEWS.example:443/a#x", .negative, source: "two", labels: ["L2"]),
        ])
        #expect(set.signals.count == 1)
        let joined = try #require(set.signals.first)
        #expect(joined.opinion == .disputed)
        #expect(joined.labels == ["L1", "L2"])
        #expect(matches("news.example/a", in: set).count == 1)
    }

    @Test func anEmptyIndexSaysSo() {
        #expect(SignalSet.empty.links.isEmpty)
        #expect(!set.links.isEmpty)
        #expect(matches("https://evil.example", in: SignalSet.empty).isEmpty)
    }
}
