import Events
import TestSupport
import Testing

struct SignalLineTests {
    private func read(_ line: String) throws -> Signal {
        try Array(line.utf8).withUnsafeBytes { try SignalLineReader().read($0) }
    }

    private func rejection(_ line: String) -> String? {
        do {
            _ = try read(line)
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func written(_ signal: Signal) -> String {
        var out = ByteWriter()
        out.append(signal)
        return String(decoding: out.bytes, as: UTF8.self)
    }

    @Test func readsEveryMember() throws {
        let signal = try read(
            """
            {"type":"term","value":"Turnip Front","opinion":"disputed","labels":["TVEC1","x"],"source":"local",
             "id":"s-1","updatedAt":"2026-11-23T10:00:00Z","expiresAt":"2027-11-23T10:00:00+01:00","note":"a \\"note\\"",
             "match":"despaced","languages":["id","ar"],"deleted":true,"unknown":{"a":[1]}}
            """)
        var expected = Signal(type: .term, value: "Turnip Front")
        expected.opinion = .disputed
        expected.labels = ["TVEC1", "x"]
        expected.source = "local"
        expected.id = "s-1"
        expected.updatedAt = try Timestamp(rfc3339: "2026-11-23T10:00:00Z")
        expected.expiresAt = try Timestamp(rfc3339: "2027-11-23T09:00:00Z")
        expected.note = "a \"note\""
        expected.match = .despaced
        expected.languages = ["id", "ar"]
        expected.deleted = true
        #expect(signal == expected)
        #expect(
            written(signal)
                == #"{"type":"term","value":"Turnip Front","opinion":"disputed","labels":["TVEC1","x"],"source":"local","#
                + #""id":"s-1","updatedAt":"2026-11-23T10:00:00.000Z","expiresAt":"2027-11-23T09:00:00.000Z","#
                + #""note":"a \"note\"","match":"despaced","languages":["id","ar"],"deleted":true}"# + "\n")
    }

    @Test func whatIsMissingOrNullHasItsDefault() throws {
        let bare = try read(#"{"type":"term","value":"x"}"#)
        let null = try read(
            #"{"type":"term","value":"x","opinion":null,"labels":null,"source":null,"id":null,"updatedAt":null,"#
                + #""expiresAt":null,"note":null,"match":null,"languages":null,"deleted":null}"#)
        #expect(bare == Signal(type: .term, value: "x"))
        #expect(null == bare)
        #expect(bare.opinion == .seed)
        #expect(bare.match == .word)
        #expect(!bare.deleted)
        #expect(written(bare) == #"{"type":"term","value":"x","opinion":"seed","labels":[]}"# + "\n")
    }

    private static let good: [(String, String, String)] =
        [("sha256", 64), ("pdq", 64), ("sha1", 40), ("md5", 32), ("urlmd5", 32)].map {
            ($0.0, String(repeating: "aB", count: $0.1 / 2), String(repeating: "ab", count: $0.1 / 2))
        } + [
            ("domain", "Example.ORG.", "example.org"), ("domain", "xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("domain", "bücher.example", "xn--bcher-kva.example"), ("domain", "localhost", "localhost"),
            ("domain", "a_b-c.example", "a_b-c.example"),
            ("url", "https://Example.org/A", "https://Example.org/A"), ("phrase", " two words ", " two words "),
            ("term", String(repeating: "x", count: 65_536), String(repeating: "x", count: 65_536)),
        ]

    @Test(arguments: good)
    func valuesAreKeptInOneForm(type: String, value: String, kept: String) throws {
        #expect(try read("{\"type\":\"\(type)\",\"value\":\"\(value)\"}").value == kept)
    }

    @Test(arguments: [
        ("", "the value ends before the JSON does"), ("{", "the value ends before the JSON does"),
        ("[]", "the value is not a JSON object"), ("7", "the value is not a JSON object"),
        ("x", "the value is not JSON"), ("{} x", "something follows the JSON object"),
        ("{\"type\":\"term\",\"value\":\"\u{1}\"}", "a string has an unescaped control character"),
        (#"{"type":"term","value":"\ud800"}"#, "a string has a broken escape or a lone surrogate"),
        (#"{"type":"term","value":"x","n":01}"#, "a number is malformed"),
        (#"{"type":"term","value":"x","n":[[[[]]]]}"#, "nested deeper than 4 levels"),
        (#"{"type":"term","value":"x","value":"y"}"#, "value: stands twice"),
        (#"{"value":"x"}"#, "type: is required"), (#"{"type":null,"value":"x"}"#, "type: is required"),
        (#"{"type":"term"}"#, "value: is required"), (#"{"type":7,"value":"x"}"#, "type: expected text"),
        (
            #"{"type":"Term","value":"x"}"#,
            "type: \"Term\" is none of sha256, md5, sha1, pdq, vpdq, tmk, url, urlmd5, domain, term, phrase, combination, document"
        ),
        (#"{"type":"term","value":7}"#, "value: expected text"),
        (#"{"type":"term","value":""}"#, "value: is empty (type term)"),
        (#"{"type":"phrase","value":" \t\u00a0"}"#, "value: is empty (type phrase)"),
        (
            "{\"type\":\"term\",\"value\":\"\(String(repeating: "x", count: 65_537))\"}",
            "value: has 65537 bytes; at most 65536 are kept (type term)"
        ),
        (#"{"type":"md5","value":"abc"}"#, "value: must be 32 hexadecimal digits (type md5)"),
        (
            "{\"type\":\"pdq\",\"value\":\"\(String(repeating: "0", count: 64))\\n\"}",
            "value: must be 64 hexadecimal digits (type pdq)"
        ),
        (
            "{\"type\":\"sha1\",\"value\":\"\(String(repeating: "g", count: 40))\"}",
            "value: must be 40 hexadecimal digits (type sha1)"
        ),
        (#"{"type":"domain","value":"a b"}"#, "value: is not a domain name (type domain)"),
        (
            #"{"type":"domain","value":"co.uk"}"#,
            "value: \"co.uk\" is a public suffix: names below it belong to everybody (type domain)"
        ),
        (
            #"{"type":"term","value":"a","match":"prefix"}"#,
            "match: \"prefix\" is for addresses, not for the type term"
        ),
        (#"{"type":"domain","value":""}"#, "value: is not a domain name (type domain)"),
        (#"{"type":"domain","value":"."}"#, "value: is not a domain name (type domain)"),
        (#"{"type":"domain","value":"a..b"}"#, "value: is not a domain name (type domain)"),
        (#"{"type":"domain","value":"https://a.example"}"#, "value: is not a domain name (type domain)"),
        (
            "{\"type\":\"domain\",\"value\":\"\(String(repeating: "a", count: 64)).example\"}",
            "value: is not a domain name (type domain)"
        ),
        (
            #"{"type":"term","value":"x","opinion":"sure"}"#,
            "opinion: \"sure\" is none of positive, negative, seed, disputed"
        ),
        (
            #"{"type":"term","value":"x","match":"any"}"#,
            "match: \"any\" is none of word, substring, despaced, prefix, leet, masked, edit1"
        ),
        (#"{"type":"term","value":"x","labels":"a"}"#, "labels: expected a list of texts"),
        (#"{"type":"term","value":"x","labels":["a",1]}"#, "labels: expected a list of texts"),
        (#"{"type":"term","value":"x","languages":[null]}"#, "languages: expected a list of texts"),
        (#"{"type":"term","value":"x","note":{}}"#, "note: expected text"),
        (#"{"type":"term","value":"x","id":"a\nb"}"#, "id: has a control character"),
        (#"{"type":"term","value":"x","labels":["a\u007f"]}"#, "labels: has a control character"),
        (
            #"{"type":"term","value":"x","source":"\#(String(repeating: "s", count: 257))"}"#,
            "source: has 257 bytes; at most 256 are kept"
        ),
        (
            #"{"type":"term","value":"x","labels":["\#(String(repeating: "l", count: 65))"]}"#,
            "labels: has 65 bytes; at most 64 are kept"
        ),
        (
            #"{"type":"term","value":"x","labels":[\#(Array(repeating: "\"l\"", count: 17).joined(separator: ","))]}"#,
            "labels: has 17 entries; at most 16 are kept"
        ),
        (
            #"{"type":"term","value":"x","updatedAt":"yesterday"}"#,
            "updatedAt: is not an RFC 3339 time between 1678 and 2261"
        ),
        (
            #"{"type":"term","value":"x","expiresAt":"9999-12-31T00:00:00Z"}"#,
            "expiresAt: is not an RFC 3339 time between 1678 and 2261"
        ),
        // A withdrawal that is not understood must not leave the signal standing.
        (#"{"type":"term","value":"x","deleted":"true"}"#, "deleted: expected true or false"),
        (#"{"type":"term","value":"x","deleted":1}"#, "deleted: expected true or false"),
        (String(repeating: " ", count: 262_145), "the line has 262145 bytes; at most 262144 are read"),
    ])
    func badLinesSayWhatIsWrong(line: String, expected: String) {
        #expect(rejection(line) == expected)
    }

    @Test func messagesStayShort() {
        let long = String(repeating: "k", count: 10_000)
        for line in ["{\"\(long)\":1,\"\(long)\":2}", "{\"type\":\"\(long)\",\"value\":\"x\"}"] {
            let text = rejection(line)
            #expect(text != nil)
            #expect((text?.utf8.count ?? .max) < 300)
        }
    }

    @Test func notUTF8IsRejectedAndTheNextLineIsNotAffected() {
        let reader = SignalLineReader()
        let bad: [UInt8] = Array("{\"type\":\"term\",\"value\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8)
        let rejection = #expect(throws: SignalLineReader.Rejection.self) {
            try bad.withUnsafeBytes { try reader.read($0) }
        }
        #expect(rejection?.description == "the value is not UTF-8")
        #expect(throws: Never.self) {
            try Array(#"{"type":"term","value":"x"}"#.utf8).withUnsafeBytes { try reader.read($0) }
        }
    }

    @Test(arguments: UInt64(1)...100)
    func theReaderReadsWhatTheWriterWrites(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        func name() -> String {
            randomText(upTo: 9, using: &random).filter { $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
        }
        func maybe(_ text: String) -> String? { Bool.random(using: &random) ? text : nil }
        func time() -> Timestamp? {
            Bool.random(using: &random)
                ? Timestamp(milliseconds: Int64.random(in: 0...4_000_000_000_000, using: &random)) : nil
        }
        for type in SignalType.allCases {
            var value = "v" + randomText(upTo: 20, using: &random)
            switch type {
            case .sha256, .pdq: value = hex(SHA256.hash(Array(value.utf8)))
            case .md5, .urlmd5: value = hex(SHA256.hash(Array(value.utf8)).firstHalf)
            case .sha1: value = String(hex(SHA256.hash(Array(value.utf8))).prefix(40))
            case .domain: value = "d\(random.next()).example.org"
            case .combination: value = "near(4; a; \(random.next()) | \\()"
            default: break
            }
            var signal = Signal(type: type, value: value)
            signal.opinion = Opinion.allCases.randomElement(using: &random) ?? .seed
            signal.labels = (0..<Int.random(in: 0...3, using: &random)).map { _ in name() }
            signal.source = maybe(name())
            signal.id = maybe(name())
            signal.note = maybe(randomText(upTo: 99, using: &random))
            signal.updatedAt = time()
            signal.expiresAt = time()
            signal.match = TermMatch.allCases.randomElement(using: &random) ?? .word
            if [.term, .phrase, .combination].contains(type), signal.match == .prefix { signal.match = .word }
            signal.languages = maybe("id").map { [$0] } ?? []
            signal.deleted = Bool.random(using: &random)
            let line = written(signal)
            #expect(line.hasSuffix("}\n"))
            #expect(!line.dropLast().utf8.contains(UInt8(ascii: "\n")))
            let again = try read(line)
            #expect(again == signal)
            #expect(Array(written(again).utf8) == Array(line.utf8))
        }
    }

    @Test func opinionsJoin() {
        #expect(Opinion.positive.joined(with: .seed) == .positive)
        #expect(Opinion.seed.joined(with: .seed) == .seed)
        #expect(Opinion.negative.joined(with: .negative) == .negative)
        for other in [Opinion.positive, .seed, .disputed] { #expect(Opinion.negative.joined(with: other) == .disputed) }
        for a in Opinion.allCases {
            #expect(a.joined(with: .disputed) == .disputed)
            for b in Opinion.allCases { #expect(a.joined(with: b) == b.joined(with: a)) }
        }
    }
}
