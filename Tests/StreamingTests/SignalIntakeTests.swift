internal import Events
internal import Operations
internal import Signals
internal import Testing

@testable internal import Kafka
@testable internal import Streaming

@Suite struct SignalIntakeTests {
    private func record(_ partition: Int32, _ offset: Int64, _ word: String = "a") -> TopicReader.Record {
        TopicReader.Record(
            partition: TopicPartition("signals", partition), offset: offset, timestampMilliseconds: 1,
            key: Array("term:\(word)".utf8), value: Array(#"{"type":"term","value":"\#(word)"}"#.utf8), headers: [])
    }

    private func intake() -> SignalIntake {
        SignalIntake(
            partitions: 2,
            logger: Logger(label: "test", sink: LogSink(level: .critical, format: .text, descriptor: -1)),
            metrics: SignalTopicMetrics(MetricsRegistry()))
    }

    /// Compaction and the ends of transactions leave gaps.
    @Test func placesAreKeptByPartition() throws {
        var intake = intake()
        let changes = try intake.take([record(1, 4, "a"), record(0, 0, "b"), record(1, 9, "c")])
        #expect(changes.map(\.signal.value) == ["a", "b", "c"])
        #expect(intake.offsets == [1, 10])
    }

    /// The topic is another one then, or has lost what was read.
    @Test(arguments: [(Int32(1), Int64(3)), (1, 4), (2, 9), (-1, 9)])
    func whatStandsBeforeThePlaceIsNotTaken(partition: Int32, offset: Int64) throws {
        var intake = intake()
        _ = try intake.take([record(1, 4)])
        do {
            _ = try intake.take([record(0, 7), record(partition, offset)])
            Issue.record("\(partition)@\(offset) was taken")
        } catch {
            #expect(intake.offsets == [8, 5])
        }
    }

    // MARK: Going on from a snapshot

    private func resumed() -> SignalIntake {
        let mark = SignalPlace.Mark(timestampMilliseconds: 1, key: Array("term:a".utf8))
        let place = SignalPlace(
            topic: "signals", cluster: nil,
            partitions: [
                SignalPlace.Partition(start: 0, next: 8, last: mark), SignalPlace.Partition(start: 0, next: 0),
            ])
        #expect(
            SignalIntake.beginnings(place) == [TopicPartition("signals", 0): 7, TopicPartition("signals", 1): 0])
        return SignalIntake(
            from: place, decoder: SignalTopicDecoder(),
            logger: Logger(label: "test", sink: LogSink(level: .critical, format: .text, descriptor: -1)),
            metrics: SignalTopicMetrics(MetricsRegistry()))
    }

    /// The last record that was read is read once more, and is no change.
    @Test func whatIsKnownIsNotTakenAgain() throws {
        var intake = resumed()
        let changes = try intake.take([record(0, 7, "a"), record(0, 8, "b"), record(1, 0, "c")])
        #expect(changes.map(\.signal.value) == ["b", "c"])
        #expect(intake.offsets == [9, 1])
        #expect(intake.last.map { $0?.timestamp } == [1, 1])
    }

    /// Compaction may have taken it away.
    @Test func whatIsKnownMayBeGone() throws {
        var intake = resumed()
        let changes = try intake.take([record(0, 9, "b")])
        #expect(changes.map(\.signal.value) == ["b"])
        #expect(throws: SignalIntake.Discontinuity.offsetsWentBack) { try intake.take([record(0, 7, "a")]) }
    }

    /// The topic was made anew, and has as many records again.
    @Test func anotherRecordInItsPlaceIsAnotherTopic() throws {
        var intake = resumed()
        #expect(throws: SignalIntake.Discontinuity.otherRecord) { try intake.take([record(0, 7, "b")]) }
        intake = resumed()
        #expect(throws: SignalIntake.Discontinuity.offsetsWentBack) { try intake.take([record(0, 0, "a")]) }
    }
}
