import Testing

@testable import Configuration

struct SettingsTests {
    private static let bootstrap = Setting("kafka.bootstrap", .string, standard: "localhost:9092", "Brokers.")
    private static let properties = Setting("kafka.properties", .properties, standard: [:], "Properties.")
    private static let interval = Setting(
        "commit.interval", .duration(.milliseconds(1)...(.seconds(10))), standard: .milliseconds(100), "Interval.")
    private static let size = Setting(
        "media.maxBytes", .byteSize(1...(1 << 30)), standard: ByteSize(bytes: 64 << 20), "Size.")
    private static let live = Setting("topics.live", .optional(.string), standard: "uploads.live", "Live.")
    private static let files = Setting("signals.files", .list(of: .string), standard: [], "Files.")
    private static let policy = Setting("policy", .string, standard: "p.yaml", "Policy.")
    private static let level = Setting("log.level", .choice(["info", "debug"]), standard: "info", "Level.")
    private static let known: [any AnySetting] = [bootstrap, properties, live, policy, files, size, interval, level]

    private func read(_ text: String, _ environment: [String: String] = [:]) throws -> Settings {
        try SettingsReader(known: Self.known, environment: environment).read(Array(text.utf8), file: "w.yaml")
    }

    private func problems(_ text: String, _ environment: [String: String] = [:]) -> [String] {
        do {
            _ = try read(text, environment)
            return []
        } catch let error as InvalidConfiguration {
            return error.problems.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    @Test func defaultsHoldWhereNothingIsSaid() throws {
        let settings = try read("policy: other.yaml\n")
        #expect(settings[Self.policy] == "other.yaml")
        #expect(settings[Self.bootstrap] == "localhost:9092")
        #expect(settings[Self.live] == "uploads.live")
        #expect(settings[Self.interval] == .milliseconds(100))
        #expect(!settings.isSet(Self.live))
    }

    @Test func readsEveryKind() throws {
        let settings = try read(
            """
            kafka: { bootstrap: "a:1,b:2", properties: { security.protocol: sasl_ssl, retries: 5 } }
            topics: { live: null }
            signals: { files: [a.jsonl, b.jsonl] }
            media: { maxBytes: 8MiB }
            commit: { interval: 20ms }
            """)
        #expect(settings[Self.bootstrap] == "a:1,b:2")
        #expect(settings[Self.properties] == ["security.protocol": "sasl_ssl", "retries": "5"])
        #expect(settings[Self.live] == nil)
        #expect(settings[Self.files] == ["a.jsonl", "b.jsonl"])
        #expect(settings[Self.size].bytes == 8 << 20)
        #expect(settings[Self.interval] == .milliseconds(20))
    }

    @Test func unknownKeysNameTheNearest() {
        #expect(
            problems("kafka: { bootstap: x }\n") == [
                "w.yaml:1:10: kafka.bootstap: unknown key; did you mean \"bootstrap\"?"
            ])
        #expect(problems("polcy: x\n") == ["w.yaml:1:1: polcy: unknown key; did you mean \"policy\"?"])
    }

    @Test func allProblemsComeAtOnce() {
        let found = problems("commit: { interval: 1h }\nlog: { level: loud }\nmedia: { maxBytes: 5 }\nkafka: 7\n")
        #expect(found.count == 4)
        #expect(found.contains { $0.contains("w.yaml:1:21: commit.interval: expected a duration 1ms…10s") })
        #expect(found.contains { $0.contains("log.level: expected one of info, debug, found \"loud\"") })
        #expect(found.contains { $0.contains("kafka: expected a mapping") })
    }

    @Test func environmentIsPutIn() throws {
        let settings = try read("policy: \"${P}/x-${Q:-none}-$$\"\n", ["P": "/etc"])
        #expect(settings[Self.policy] == "/etc/x-none-$")
        #expect(problems("policy: ${P}\n").first?.contains("environment variable P is not set") == true)
        #expect(problems("policy: a$b\n").first?.contains("must be followed by {NAME}") == true)
    }

    @Test(arguments: ["a$b", "${P}", "\u{7}\u{0}\r", "\u{85}\u{2028}\u{FEFF}", "a\nb\t\"\\", "😀 é", " - x: y # z "])
    func showReadsBackAnyText(text: String) throws {
        let settings = try read("{}").with(Self.policy, text).with(Self.properties, ["a": text])
        let again = try read(settings.yaml, ["P": "other"])
        #expect(again[Self.policy].unicodeScalars.elementsEqual(text.unicodeScalars))
        #expect(again[Self.properties] == ["a": text])
    }

    @Test func showMasksSecretsAndReadsBack() throws {
        let settings = try read("kafka: { properties: { sasl.password: hunter, client.id: x y } }\n")
        #expect(!settings.yaml.contains("hunter"))
        let again = try read(settings.yaml)
        #expect(again[Self.properties] == ["sasl.password": "***", "client.id": "x y"])
        #expect(again[Self.live] == "uploads.live")
        #expect(again[Self.interval] == .milliseconds(100))
    }

    @Test(arguments: [
        ("250ms", 250), ("5s", 5_000), ("3m", 180_000), ("24h", 86_400_000), ("7d", 604_800_000), ("0s", 0),
    ])
    func durations(_ text: String, _ milliseconds: Int) {
        #expect(parseDuration(text) == .milliseconds(milliseconds))
        #expect(parseDuration(formatDuration(.milliseconds(milliseconds))) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "5", "ms", "-5s", "5 s", "1.5s", "99999999999999999d", "５s"])
    func noDurations(_ text: String) { #expect(parseDuration(text) == nil) }

    @Test(arguments: [("0B", 0), ("512B", 512), ("64KiB", 65_536), ("8MiB", 8 << 20), ("1GiB", 1 << 30)])
    func sizes(_ text: String, _ bytes: Int) {
        #expect(parseByteSize(text) == bytes)
        #expect(parseByteSize(formatByteSize(bytes)) == bytes)
    }

    @Test(arguments: ["", "64", "64MB", "-1KiB", "9999999999999999999GiB"])
    func noSizes(_ text: String) { #expect(parseByteSize(text) == nil) }

    @Test func nearestNames() {
        #expect(nearestName(to: "shwo", among: ["show", "check"]) == "show")
        #expect(nearestName(to: "xyzzy", among: ["show", "check"]) == nil)
    }
}
