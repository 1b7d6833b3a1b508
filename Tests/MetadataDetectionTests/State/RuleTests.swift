import Configuration
import Events
import TestSupport
import Testing

@testable import MetadataDetection

/// What each rule reports, at which event, and what it lets be.
@Suite struct RuleTests {
    private struct Post {
        var minute: Int64
        var account = "a"
        var body = ""
        var links: [String] = []
        var stream: String?
    }

    /// The facts of an account's uploads, without those of time.
    private func facts(_ posts: [Post]) throws -> [[String: Int64]] {
        let state = AccountState(AccountSettings(), key: Array("k".utf8))
        var builder = EventBatch.Builder()
        let decoder = EventDecoder()
        for (number, post) in posts.enumerated() {
            let time = Timestamp(milliseconds: 1_780_000_000_000 + post.minute * 60_000)
            var stamp = ByteWriter()
            stamp.appendJSON(time)
            var parts = ["\"account\":{\"id\":\"\(post.account)\"}"]
            parts.append("\"text\":{\"body\":\"\(post.body.isEmpty ? "number \(number)" : post.body)\"}")
            if !post.links.isEmpty {
                parts.append("\"links\":[\(post.links.map { "\"\($0)\"" }.joined(separator: ","))]")
            }
            if let stream = post.stream { parts.append("\"stream\":{\"id\":\"\(stream)\",\"sequence\":1}") }
            let type = post.stream == nil ? "weir.upload.created.v1" : "weir.live.segment.v1"
            let json = """
                {"specversion":"1.0","type":"\(type)","source":"/t","id":"e-\(number)",\
                "time":\(String(decoding: stamp.bytes, as: UTF8.self)),"data":{\(parts.joined(separator: ","))}}
                """
            let error = Array(json.utf8).withUnsafeBytes { bytes in
                decoder.decode(
                    RecordView(value: bytes, offset: Int64(number), timestamp: time), headers: NoHeaders(),
                    into: &builder)
            }
            if let error { throw error }
        }
        var found = [[String: Int64]](repeating: [:], count: posts.count)
        for fact in state.withFacts(builder.finish(topic: "uploads", partition: 0)).facts {
            found[fact.event][fact.fact.description] = fact.value
        }
        return found
    }

    private static let day: Int64 = 24 * 60

    /// One that has settings and never looks would be missed by nobody.
    @Test func everyRuleThatIsSetLooks() {
        let set = Mirror(reflecting: AccountRuleSet(Settings(known: AccountSettings.all))).children.map {
            "\(type(of: $0.value))"
        }
        #expect(set.sorted() == AccountRules.all.map { "\($0)" }.sorted())
    }

    @Test func anAccountThatSleptAndFloods() throws {
        let sleep = 91 * RuleTests.day
        let posts =
            [Post(minute: 0)] + (0..<8).map { Post(minute: sleep + $0) } + [Post(minute: sleep + 3 * RuleTests.day)]
        let found = try facts(posts).map { $0["dormant-account-active"] }
        #expect(found == [nil, nil, nil, nil, nil, 91, 91, 91, 91, nil])
        // One that slept for less, and one that was never seen before.
        let short = [Post(minute: 0)] + (0..<8).map { Post(minute: 80 * RuleTests.day + $0) }
        #expect(try facts(short).allSatisfy { $0["dormant-account-active"] == nil })
        #expect(try facts((0..<8).map { Post(minute: $0) }).allSatisfy { $0["dormant-account-active"] == nil })
    }

    @Test func aBurstIsMeasuredByTheAccountsOwnPast() throws {
        let burst = (0..<40).map { Post(minute: $0) }
        #expect(try facts(burst).map { $0["text-burst"] } == (1...40).map { $0 >= 30 ? $0 : nil })
        // For who posts thirty an hour all week it is an hour like any other.
        let agency = (0..<7 * 24 * 30).map { Post(minute: Int64($0) * 2) }
        #expect(try facts(agency).suffix(2_000).allSatisfy { $0["text-burst"] == nil })
    }

    @Test func linksToManyHosts() throws {
        let posts = (0..<25).map {
            Post(minute: Int64($0) * 20, links: ["https://Host\($0).example/a", "http://host\($0).example:80/b"])
        }
        #expect(try facts(posts).map { $0["many-hosts"] } == (1...25).map { $0 >= 20 ? $0 : nil })
        let same = (0..<25).map { Post(minute: Int64($0), links: ["https://host.example/\($0)"]) }
        #expect(try facts(same).allSatisfy { $0["many-hosts"] == nil })
    }

    @Test func theSameTextAgainAndAgain() throws {
        let texts = ["Come to the market", "come, to THE market!", "Come 2 to the market", "cometothemarket"]
        let posts =
            (0..<8).map { Post(minute: Int64($0), body: texts[$0 % 4]) } + [Post(minute: 9, body: "Come to a market")]
        #expect(try facts(posts).map { $0["repeated-text"] } == [nil, nil, nil, nil, 5, 6, 7, 8, nil])
        // Others say it too, and short ones are everybody's.
        let others = (0..<8).map { Post(minute: Int64($0), account: "a\($0)", body: texts[0]) }
        #expect(try facts(others).allSatisfy { $0["repeated-text"] == nil })
        #expect(
            try facts((0..<8).map { Post(minute: Int64($0), body: "ok then") }).allSatisfy {
                $0["repeated-text"] == nil
            })
    }

    @Test func theFirstStream() throws {
        let posts = [
            Post(minute: 0), Post(minute: 120, stream: "s1"), Post(minute: 121, stream: "s1"),
            Post(minute: 200, stream: "s2"), Post(minute: 9 * RuleTests.day, stream: "s3"),
        ]
        #expect(try facts(posts).map { $0["first-stream"] } == [nil, 2, 2, nil, 9 * 24])
    }
}
