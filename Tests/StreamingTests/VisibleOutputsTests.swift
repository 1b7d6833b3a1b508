internal import Events
internal import Testing

@testable internal import Kafka
@testable internal import Streaming

@Suite struct VisibleOutputsTests {
    private static let input = TopicPartition("uploads", 3)

    private static func verdict(_ offset: Int64, of topic: String = "uploads", event: String = "e") -> [UInt8] {
        let id = VerdictReference.id(event: event, input: RecordPlace(topic: topic, partition: 3, offset: offset))
        var hex = ByteWriter(capacity: 32)
        hex.appendHex(id)
        let text = """
            {"specversion":"1.0","type":"weir.verdict.v1","id":"\(String(decoding: hex.bytes, as: UTF8.self))",\
            "subject":"s","data":{"event":"e","account":"a","action":"allow","labels":[],\
            "input":{"topic":"\(topic)","partition":3,"offset":\(offset)},"times":{"uploaded":"2026-11-23T10:00:00Z"}}}
            """
        return Array(text.utf8)
    }

    private static func record(on topic: String, _ value: [UInt8]?) -> TopicReader.Record {
        TopicReader.Record(
            partition: TopicPartition(topic, 0), offset: 7, timestampMilliseconds: nil, key: nil, value: value,
            headers: [])
    }

    private static func seen(_ offsets: ClosedRange<Int64>, in range: Range<Int64>) -> VisibleOutputs {
        var outputs = VisibleOutputs(of: "uploads", [input: range])
        for offset in offsets { outputs.see(record(on: "audit", verdict(offset))) }
        return outputs
    }

    private static func isVisible(_ outputs: VisibleOutputs, _ offset: Int64, on topic: String = "audit") -> Bool {
        verdict(offset).withUnsafeBytes { outputs.contains($0, on: topic) }
    }

    @Test func onlyWhatIsJudgedAgainIsKept() {
        let outputs = Self.seen(8...13, in: 10..<12)
        #expect((8...13).map { Self.isVisible(outputs, $0) } == [false, false, true, true, false, false])
        #expect(outputs.count == 2)
    }

    /// Half of the copies may be visible, too.
    @Test func eachTopicStandsForItself() {
        let outputs = Self.seen(10...10, in: 10..<12)
        #expect(!Self.isVisible(outputs, 10, on: "enforcement"))
    }

    @Test func othersRecordsAreNobodys() {
        var outputs = VisibleOutputs(of: "uploads", [Self.input: 0..<100])
        for value in [Self.verdict(5, of: "uploads.live"), Array("{\"type\":\"weir.verdict.v1\"".utf8), [], nil] {
            outputs.see(Self.record(on: "audit", value))
        }
        #expect(outputs.isEmpty)
    }

    /// Verdicts that take earlier ones' places: a record of sightings brings about as many as there are uploads in it.
    @Test func verdictsOfOneRecordAreToldApart() {
        var outputs = VisibleOutputs(of: "uploads", [Self.input: 10..<12])
        for event in ["e-1", "e-2", "e-1"] { outputs.see(Self.record(on: "audit", Self.verdict(10, event: event))) }
        #expect(outputs.count(of: Self.input, on: "audit") == 2 && outputs.count == 2)
        let found = ["e-1", "e-2", "e-3"].map { event in
            Self.verdict(10, event: event).withUnsafeBytes { outputs.contains($0, on: "audit") }
        }
        #expect(found == [true, true, false])
    }

    @Test func whatIsLackingIsCounted() {
        let outputs = Self.seen(8...10, in: 10..<12)
        #expect(outputs.count(of: Self.input, on: "audit") == 1)
        #expect(outputs.count(of: Self.input, on: "review") == 0)
        #expect(outputs.count(of: TopicPartition("uploads", 0), on: "audit") == 0)
    }

    @Test func itIsForgottenOnceTheGroupHasMovedOn() {
        var outputs = Self.seen(10...11, in: 10..<12)
        outputs.forget(upTo: [Self.input: 11])
        #expect(Self.isVisible(outputs, 11))
        outputs.forget(upTo: [TopicPartition("uploads", 0): 500])
        #expect(Self.isVisible(outputs, 11))
        outputs.forget(upTo: [Self.input: 12])
        #expect(outputs.isEmpty && !Self.isVisible(outputs, 11))
    }

    /// The records of the first were not sent again, so the second shows only the rest.
    @Test func twoFailuresInARowAddUp() {
        var outputs = Self.seen(10...11, in: 10..<12)
        outputs.merge(Self.seen(12...14, in: 10..<15))
        outputs.forget(upTo: [Self.input: 12])
        #expect((10...14).allSatisfy { Self.isVisible(outputs, $0) })
    }

    @Test func aDeadLetterIsKnownByItsSource() {
        var outputs = VisibleOutputs(of: "uploads", [Self.input: 10..<12])
        func letter(_ offset: Int64) -> DeadLetter {
            DeadLetter(
                key: nil, value: nil, headers: [], error: DecodeError(.nullValue, "the record has no value"),
                stage: "decode", topic: "uploads", partition: 3, offset: offset, timestamp: Timestamp(milliseconds: 0))
        }
        let headers = letter(11).headers(version: "test").map {
            (name: String(decoding: $0.name, as: UTF8.self), value: $0.value)
        }
        outputs.see(
            TopicReader.Record(
                partition: TopicPartition("uploads.dlq", 0), offset: 0, timestampMilliseconds: nil, key: nil,
                value: nil,
                headers: headers))
        #expect(outputs.contains(letter(11), on: "uploads.dlq"))
        #expect(!outputs.contains(letter(10), on: "uploads.dlq"))
    }
}
