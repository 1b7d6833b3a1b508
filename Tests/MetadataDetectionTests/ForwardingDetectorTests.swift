import Configuration
import Detection
import Events
import TestSupport
import Testing

@testable import MetadataDetection

@Suite struct ForwardingDetectorTests {
    private func facts(_ links: [[String]], _ settings: String = "{}") throws -> [[String: Int64]] {
        let settings = try SettingsReader(known: ForwardingDetector.registration.settings, environment: [:])
            .read(Array(settings.utf8), file: "with")
        let batch = try uploads(
            links.map { "{\"account\":{\"id\":\"a\"},\"links\":[\($0.map { "\"\($0)\"" }.joined(separator: ","))]}" })
        let findings = ForwardingDetector(settings).inspect(
            Inspection(batch: batch, selection: .all(batch.count), media: MediaFacts(unreadCount: 0)))
        var facts = [[String: Int64]](repeating: [:], count: links.count)
        for finding in findings.found { facts[finding.event][finding.fact?.description ?? ""] = finding.value }
        return facts
    }

    @Test(arguments: [
        ("https://bit.ly/abc", true), ("HTTP://BIT.LY/abc?x", true), ("bit.ly/abc", true),
        ("https://www.bit.ly./a", true), ("https://bit.ly:443/a", true), ("https://reader@bit.ly/a", true),
        ("https://bit.ly", false), ("https://bit.ly/", false), ("https://bit.ly//", false),
        ("https://bit.ly.garden.example/a", false), ("https://garden.example/bit.ly/a", false),
        ("https://xbit.ly/a", false), ("https://bit.ly@garden.example/a", false), ("", false), ("/", false),
    ])
    func shortenersAreKnownByTheirHost(link: String, isShortened: Bool) throws {
        #expect(try facts([[link]]).first?["shortened-link"] == (isShortened ? 1 : nil))
    }

    @Test func shortenersAreASetting() throws {
        let links = [["https://bit.ly/a", "https://go.garden.example/x", "https://go.garden.example/y"]]
        #expect(try facts(links, "shorteners: [go.garden.example]") == [["shortened-link": 2]])
        #expect(try facts(links, "shorteners: []") == [[:]])
    }

    @Test(arguments: [
        ("https://a.example/", 0), ("https://a.example/?u=https://b.example/", 1),
        ("https://a.example/?u=http%3A%2F%2Fb.example", 1), ("https://a.example/?u=HTTPS%253a%252F%252fb.example", 1),
        ("https://a.example/http://b.example/?u=https%3A%2F%2Fc.example", 2), ("a.example/https://b.example", 1),
        ("https://a.example/?u=http%3", 0), ("https://a.example/?u=http:/b", 0), ("https://a.example/?u=https:", 0),
        ("https://a.example/?u=httpx://b", 0), ("http", 0), ("https://a.example/?http=http%25", 0),
        (String(repeating: "http://", count: 40), 16),
    ])
    func chainsAreCounted(link: String, length: Int) throws {
        #expect(try facts([[link]]).first?["link-chain"] == (length == 0 ? nil : Int64(length)))
        #expect(try facts([[link]], "chainAtLeast: 2").first?["link-chain"] == (length < 2 ? nil : Int64(length)))
    }

    @Test func theLongestChainOfAnEventCounts() throws {
        let links = [["https://a.example/http://b/http://c", "https://a.example/http://b"], ["https://a.example"]]
        #expect(try facts(links) == [["link-chain": 2], [:]])
    }

    @Test(arguments: [
        ("[https://bit.ly]", "\"https://bit.ly\" is no host"), ("[Bit.ly]", "\"Bit.ly\" is no host"),
        ("[localhost]", "is no host: expected a name in small letters such as bit.ly"), ("{ a: b }", "expected a list"),
    ])
    func whatIsNoHostIsRefused(value: String, message: String) {
        let error = #expect(throws: InvalidConfiguration.self) { try facts([], "shorteners: \(value)") }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }
}
