internal import Concurrency
internal import Events
internal import Foundation
internal import Kafka
internal import MetadataDetection
internal import Operations
internal import Streaming
internal import StreamingTestSupport
internal import TestSupport
internal import Testing

/// A campaign on a real broker: found once, told to all, and earlier verdicts superseded once, whatever happens in between.
@Suite(.realBroker, .timeLimit(.minutes(10)))
struct CampaignStreamTests {
    private typealias Stream = StreamingTestSupport.Stream

    /// One picture encoded anew by 30 accounts of the last day, each with a harmless one that 20 old accounts share.
    private func uploads() -> [Upload] {
        var random = SplitMix64(seed: 8)
        func picture() -> [UInt64] { (0..<4).map { _ in random.next() } }
        func hex(_ words: [UInt64]) -> String {
            words.map { word in
                let digits = String(word, radix: 16)
                return String(repeating: "0", count: 16 - digits.count) + digits
            }.joined()
        }
        let (copied, harmless) = (picture(), picture())
        var uploads: [Upload] = []
        func add(_ id: String, _ account: String, created: String, _ words: [UInt64]) {
            uploads.append(
                Upload(
                    id: id, key: Array(account.utf8),
                    value: Array(
                        """
                        {"specversion":"1.0","type":"weir.upload.created.v1","source":"/test","id":"\(id)",
                         "time":"2026-11-30T10:00:00Z","data":{"account":{"id":"\(account)","createdAt":"\(created)"},
                         "media":[{"id":"m","pdq":"\(hex(words))"}]}}
                        """.utf8), answer: .verdict("allow")))
        }
        for number in 0..<30 {
            var copy = copied
            copy[number % 4] ^= 0b1011 << UInt64(number)
            add("copy-\(number)", "new-\(number)", created: "2026-11-30T0\(number % 9):00:00Z", copy)
            for other in 0..<20 {
                add("old-\(number)-\(other)", "old-\(other)", created: "2020-01-01T00:00:00Z", harmless)
            }
        }
        return uploads
    }

    private func topics(_ stream: Stream) async throws -> EnclosureTopics {
        let names = ["sightings", "things", "signals", "incidents"].map { "\(stream.name)-\($0)" }
        let admin = try AdminClient(bootstrap: stream.bootstrap, properties: .common)
        let failures = try await admin.create(
            names.enumerated().map { place, name in
                AdminClient.NewTopic(
                    name: name, partitions: place < 2 ? 3 : 1, replicationFactor: 1,
                    configuration: ["cleanup.policy": place == 0 ? "delete" : "compact"])
            }, timeout: .seconds(30))
        await admin.close()
        if let failure = failures.values.first { throw failure }
        return EnclosureTopics(sightings: names[0], signals: names[2], incidents: names[3])
    }

    private func lanes(_ stream: Stream, _ topics: EnclosureTopics) throws -> [LaneOptions] {
        let key = Array("key".utf8)
        var bulk = stream.lane()
        bulk.sightings = SightingWriter(SightingSettings(), key: key)
        bulk.enclosures.sightings = topics.sightings
        var sightings = stream.lane(transactionalID: "\(stream.name)-sightings")
        sightings.name = "sightings"
        sightings.content = .sightings
        sightings.input = try #require(topics.sightings)
        sightings.group += "-sightings"
        sightings.state = StateOptions(topic: "\(stream.name)-things", .sightings(SightingSettings()), key: key)
        (sightings.enclosures.signals, sightings.enclosures.incidents) = (topics.signals, topics.incidents)
        return [bulk, sightings]
    }

    private func fence(_ lane: LaneOptions) async throws {
        let thief = try TransactionalProducer(
            bootstrap: lane.bootstrap, transactionalID: lane.transactionalID, properties: .producer, wakeup: Wakeup(),
            monitor: CallMonitor())
        try await thief.initTransactions(timeout: .seconds(20))
        await thief.close()
    }

    private func records(_ topic: String?, on stream: Stream) async throws -> [TopicReader.Record] {
        let topic = try #require(topic)
        let reader = try TopicReader(
            bootstrap: stream.bootstrap, properties: .common, partitions: [topic: 1], from: .beginning)
        var records: [TopicReader.Record] = []
        while await !reader.hasReachedEnd { records += try await reader.read(100, timeout: .milliseconds(200)) }
        await reader.close()
        return records
    }

    @Test func isToldOnceAndSupersedesOnce() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(on: broker.bootstrap, "campaign", partitions: 3)
        let topics = try await topics(stream)
        let lanes = try lanes(stream, topics)
        let uploads = uploads()
        let pipeline = try TestPipeline(
            extra: [SightingDetector.registration],
            policy: "campaigns: { earlier: review, labels: [campaign], preserve: true }\n")
        // A member that ends before there is a campaign, and one that goes on, whose transactions fail in between.
        let first = 5 * 21
        try await stream.withMember(pipeline, lanes[0], beside: [lanes[1]]) {
            try await stream.send(Array(uploads[..<first]))
            try await stream.waitFor(first)
            try await stream.waitForTheEnd(of: lanes[1])
        }
        try await stream.withMember(pipeline, lanes[0], beside: [lanes[1]]) {
            for part in 0..<5 {
                try await stream.send(Array(uploads[(first * (part + 1))..<(first * (part + 2))]))
                try await fence(lanes[part % 2])
            }
            try await stream.waitFor(uploads.count + 30)
        }
        let results = try await stream.results(waitingFor: uploads.count + 30)
        let firsts = results.audit.filter { $0.topic == stream.input }
        let later = results.audit.filter { $0.topic == topics.sightings }
        #expect(firsts.count == uploads.count && firsts.allSatisfy { $0.action == "allow" && $0.supersedes == nil })
        let copies = firsts.filter { $0.event.hasPrefix("copy-") }
        #expect(later.count == 30 && later.allSatisfy { $0.action == "review" })
        #expect(Set(later.map(\.supersedes)) == Set(copies.map { Optional($0.id) }), "each copy once, and nothing else")
        #expect(Set(results.audit.map(\.id)).count == results.audit.count)
        #expect(Set(results.review.map(\.id)) == Set(later.map(\.id)))
        // As the platform names them, for whom it is to act.
        #expect(Set(results.enforcement.map(\.account)) == Set((0..<30).map { "new-\($0)" }))
        for verdict in results.enforcement { _ = try verdict.value.withUnsafeBytes { try VerdictSummary($0) } }

        let signals = try await records(topics.signals, on: stream)
        #expect(signals.count == 2, "when ten accounts had it, and when twenty had")
        #expect(Set(signals.map(\.key)).count == 1)
        let signal = try #require(signals.last?.value.map { String(decoding: $0, as: UTF8.self) })
        #expect(signal.contains("\"type\":\"pdq\"") && signal.contains("\"opinion\":\"seed\""))
        let incidents = try await records(topics.incidents, on: stream)
        #expect(incidents.count == 2 && Set(incidents.map(\.key)).count == 1)
        let proposal = try #require(incidents.last?.value)
        let json = try #require(try JSONSerialization.jsonObject(with: Data(proposal)) as? [String: Any])
        let data = try #require(json["data"] as? [String: Any])
        #expect(data["state"] as? String == "proposed" && data["youngAccounts"] as? Int == 20)
        try await expectWholeState(of: lanes[1], signal)
    }

    /// What the tools say of it.
    private func expectWholeState(of lane: LaneOptions, _ signal: String) async throws {
        let topic = try #require(StateTopic(lane))
        #expect(topic.subject == .things)
        var tally: [Int] = [0, 0, 0, 0]
        var known: [StateFigures.Known] = []
        for partition in 0..<3 as Range<Int32> {
            guard let verified = try await topic.verify(partition, progress: { _ in }) else { continue }
            #expect(verified.isEqual)
            known.append(verified.stored.known)
            let found = try #require(verified.outcome)
            for (place, count) in [found.onsets, found.updates, found.ends, found.superseded].enumerated() {
                tally[place] += count
            }
        }
        // All pictures are in one partition: that of the copies, and that which everybody shares, whose uploads wait.
        #expect(known == [.things(2, campaigns: 1, awaited: 1)] && tally == [1, 1, 0, 30])
        let value = try #require(signal.split(separator: "\"value\":\"").last?.prefix(64))
        let thing = try #require(ThingName("pdq:\(value)"))
        var summaries: [ThingSummary] = []
        for partition in 0..<3 as Range<Int32> {
            if let summary = try await topic.summary(partition, of: thing) { summaries.append(summary) }
        }
        #expect(summaries.count == 1 && summaries.first?.asCampaign.youngAccounts == 30)
        #expect(summaries.first.map { signal.contains("\"\($0.asCampaign.name)\"") } == true)
    }
}
