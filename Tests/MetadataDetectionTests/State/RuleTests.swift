import Configuration
import Detection
import Events
import TestSupport
import Testing

@testable import MetadataDetection

/// What each rule reports, at which event, and what it lets be.
@Suite struct RuleTests {
    private struct Post {
        var minute: Int64
        var seconds: Int64 = 0
        var account = "a"
        var body = ""
        var links: [String] = []
        var stream: String?
        /// What the platform did about the account: no upload then.
        var action: String?
        var id: String?
    }

    /// The facts of an account's uploads, without those of time.
    private func facts(
        _ posts: [Post], _ change: (Settings) -> Settings = { $0 }
    ) throws -> [[String: Int64]] {
        let settings = AccountSettings(change(Settings(known: AccountSettings.all)))
        let state = AccountState(settings, key: Array("k".utf8))
        var builder = EventBatch.Builder()
        let decoder = EventDecoder()
        for (number, post) in posts.enumerated() {
            let time = Timestamp(milliseconds: 1_780_000_000_000 + post.minute * 60_000 + post.seconds * 1_000)
            var stamp = ByteWriter()
            stamp.appendJSON(time)
            var parts = ["\"account\":{\"id\":\"\(post.account)\"}"]
            if let action = post.action {
                parts.append("\"action\":\(action)")
            } else {
                parts.append("\"text\":{\"body\":\"\(post.body.isEmpty ? "number \(number)" : post.body)\"}")
            }
            if !post.links.isEmpty {
                parts.append("\"links\":[\(post.links.map { "\"\($0)\"" }.joined(separator: ","))]")
            }
            if let stream = post.stream { parts.append("\"stream\":{\"id\":\"\(stream)\",\"sequence\":1}") }
            let type =
                post.action != nil
                ? "weir.account.action.v1" : post.stream == nil ? "weir.upload.created.v1" : "weir.live.segment.v1"
            let json = """
                {"specversion":"1.0","type":"\(type)","source":"/t","id":"\(post.id ?? "e-\(number)")",\
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

    /// A fact that is not declared could be asked for by no stage.
    @Test func everyFactThatIsReportedIsDeclared() throws {
        let stream = AccountStream(count: 4_000, accounts: 40, seed: 7)
        let state = AccountState(AccountSettings(), key: Array("k".utf8))
        let reported = Set(state.withFacts(try stream.batch(0..<4_000)).facts.map(\.fact))
        let declared = BehaviourDetector.registration.facts
        #expect(reported.count >= 8 && reported.isSubset(of: declared), "\(reported.subtracting(declared))")
        #expect(Set(declared).count == declared.count)
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

    @Test(arguments: [("1m", 1, 20), ("1m", 2, 10), ("5m", 1, 50), ("5m", 2, 30), ("1h", 2, 30)])
    func aBurstWithinMinutes(within: String, everySeconds: Int64, most: Int) throws {
        // Thirty in a row, so that the last has so many within the time: in a minute that has begun and the one before.
        let posts = (0..<120).map { Post(minute: 0, seconds: Int64($0) * everySeconds) }
        let found = try facts(posts) {
            $0.with(VelocityRule.burstWithin, within).with(VelocityRule.burstAtLeast, most)
        }.map { $0["text-burst"] }
        let times = posts.map { (1_780_000_000 + $0.seconds) }
        let (length, panes): (Int64, Int64) = within == "1h" ? (300, 12) : (60, within == "1m" ? 2 : 6)
        let expected = times.indices.map { index -> Int64? in
            let lately = times[...index].count { times[index] / length - $0 / length < panes }
            return lately >= most ? Int64(lately) : nil
        }
        #expect(found == expected && found.contains(nil) && found.contains { $0 != nil })
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

    @Test func hashtagsByTheDozen() throws {
        func tags(_ numbers: Range<Int>) -> String { numbers.map { "#Tag\($0)" }.joined(separator: " ") }
        let posts = [
            Post(minute: 0, body: tags(0..<14)), Post(minute: 1, body: tags(0..<15)), Post(minute: 2, body: "none"),
            Post(minute: 3, body: tags(10..<70) + tags(10..<70)), Post(minute: 4, body: "#tag1"),
            Post(minute: 5, account: "b", body: "#tag1"), Post(minute: 6),
            Post(minute: RuleTests.day + 70, body: "#tag1"),
        ]
        let found = try facts(posts)
        #expect(found.map { $0["many-hashtags"] } == [nil, 15, nil, 60, nil, nil, nil, nil])
        // More than 64 are an estimate.
        #expect(found[3]["hashtag-flood"].map { (60...80).contains($0) } == true)
        #expect(found[4]["hashtag-flood"] == found[3]["hashtag-flood"])
        #expect([0, 1, 2, 5, 6, 7].allSatisfy { found[$0]["hashtag-flood"] == nil })
    }

    @Test func strikesAreReportedUntilTheyFade() throws {
        let day = RuleTests.day
        let posts = [
            Post(minute: 0), Post(minute: 1, action: "\"strike\",\"weight\":2", id: "d"), Post(minute: 2),
            Post(minute: 3, account: "other"),
            // The same decision once more.
            Post(minute: 4, action: "\"strike\",\"weight\":2", id: "d"), Post(minute: 5),
            Post(minute: 90 * day + 10), Post(minute: 180 * day), Post(minute: 185 * day),
        ]
        let found = try facts(posts)
        #expect(found.map { $0["strikes"] } == [nil, nil, 200, nil, nil, 200, 100, 50, nil])
        #expect(found.map { $0["account-action"] } == [nil, 200, nil, nil, nil, nil, nil, nil, nil])
        #expect(found[4]["duplicate"] == 1)
    }

    @Test func oneStrikeForTerrorismIsEnoughForLive() throws {
        let day = RuleTests.day
        let posts = [
            Post(minute: 0, action: "\"terrorism-strike\""), Post(minute: 60), Post(minute: 120, stream: "s"),
            Post(minute: 30 * day - 1, stream: "t"), Post(minute: 30 * day, stream: "u"),
            Post(minute: 30 * day + 1, action: "\"strike\""), Post(minute: 30 * day + 2, stream: "v"),
            Post(minute: 30 * day + 3, action: "\"terrorism-strike\""), Post(minute: 30 * day + 4, stream: "v"),
            Post(minute: 30 * day + 5, action: "\"restored\""), Post(minute: 30 * day + 6, stream: "v"),
        ]
        #expect(
            try facts(posts).map { $0["struck-account-live"] } == [
                nil, nil, 2, 719, nil, nil, nil, nil, 0, nil, nil,
            ])
    }

    @Test func oneThatWasRemovedPosts() throws {
        let posts = [
            Post(minute: 0), Post(minute: 1, action: "\"removed\""), Post(minute: 121), Post(minute: 122, account: "b"),
            Post(minute: 123, action: "\"restored\""), Post(minute: 124),
        ]
        let found = try facts(posts)
        #expect(found.map { $0["removed-account-active"] } == [nil, nil, 2, nil, nil, nil])
        #expect(found.map { $0["strikes"] } == [nil, nil, 100, nil, nil, nil])
    }

    /// What the platform does is nothing that the account did.
    @Test func anActionWakesNobody() throws {
        let sleep = 91 * RuleTests.day
        let posts =
            [Post(minute: 0), Post(minute: sleep - 60, action: "\"strike\"")]
            + (0..<6).map { Post(minute: sleep + $0) }
        #expect(try facts(posts).map { $0["dormant-account-active"] } == [nil, nil, nil, nil, nil, nil, 91, 91])
    }

    @Test func theFirstStream() throws {
        let posts = [
            Post(minute: 0), Post(minute: 120, stream: "s1"), Post(minute: 121, stream: "s1"),
            Post(minute: 200, stream: "s2"), Post(minute: 9 * RuleTests.day, stream: "s3"),
        ]
        #expect(try facts(posts).map { $0["first-stream"] } == [nil, 2, 2, nil, 9 * 24])
    }
}
