internal import Events
internal import Signals
internal import Testing

@testable internal import Streaming

@Suite struct SnapshotAdmissionTests {
    private static let day = Int64(86_400)
    private static let now = Timestamp(milliseconds: 1_767_225_600_000)

    private func facts(
        topic: String = "signals", cluster: String? = "c", age: Int64 = 60,
        _ partitions: [SignalPlace.Partition] = [
            SignalPlace.Partition(start: 0, next: 10), SignalPlace.Partition(start: 5, next: 0),
        ]
    ) -> SnapshotFacts {
        SnapshotFacts(
            place: SignalPlace(topic: topic, cluster: cluster, partitions: partitions),
            asOf: Timestamp(milliseconds: Self.now.milliseconds - age * 1_000))
    }

    private func reason(
        _ facts: SnapshotFacts, cluster: String? = "c", _ offsets: [(low: Int64, high: Int64)] = [(0, 10), (5, 5)],
        tombstones: Duration = SnapshotAdmission.standardTombstones
    ) -> String? {
        SnapshotAdmission(topic: "signals", cluster: cluster, offsets: offsets, tombstones: tombstones)
            .refusal(of: facts, at: Self.now)?.reason
    }

    @Test func whatTheTopicCoversIsUsed() {
        #expect(reason(facts()) == nil)
        #expect(reason(facts(), [(0, 1_000), (5, 2_000)]) == nil)
        // Where brokers tell no id, the rest decides.
        #expect(reason(facts(), cluster: nil) == nil)
        #expect(reason(facts(cluster: nil)) == nil)
    }

    @Test func otherTopicsAreRefused() {
        #expect(reason(facts(topic: "terms")) == "is of topic terms")
        #expect(reason(facts(cluster: "d")) == "is of another cluster, d")
        #expect(reason(facts(), [(0, 10)]) == "is of 2 partitions, and there are 1")
        #expect(reason(facts(), [(0, 10), (5, 5), (0, 0)]) == "is of 2 partitions, and there are 3")
        #expect(reason(facts(), [(0, 9), (5, 5)])?.contains("which ends at 9: it is another topic") == true)
    }

    /// What was deleted from the topic may have been signals.
    @Test func deletedRecordsAreNoticed() {
        #expect(
            reason(facts(), [(1, 10), (5, 5)]) == "partition 0 began at 0, and now at 1: records have been deleted")
        #expect(reason(facts(), [(11, 12), (5, 5)])?.contains("records have been deleted") == true)
        #expect(reason(facts(), [(0, 10), (6, 6)])?.contains("partition 1") == true)
    }

    /// A record without a value may be gone by then, and what it took back would stay in force.
    @Test(arguments: [[86_400, 82_800], [3_600, 2_700], [60, 45], [0, 0], [604_800, 601_200]] as [[Int64]])
    func whatIsTooOldIsRefused(seconds: [Int64]) {
        let (tombstones, most) = (Duration.seconds(seconds[0]), seconds[1])
        #expect(reason(facts(age: most), tombstones: tombstones) == nil)
        #expect(
            reason(facts(age: most + 1), tombstones: tombstones)
                == "is \(most + 1) s old, and after \(most) s the topic may have forgotten what was withdrawn")
    }

    @Test func clocksMayDifferALittle() {
        #expect(reason(facts(age: -300)) == nil)
        #expect(reason(facts(age: -301)) == "was written 301 s from now")
    }
}

@Suite struct SnapshotScheduleTests {
    private let schedule = SnapshotSchedule(interval: .seconds(100), changes: 50, longest: .seconds(1_000))
    private let start = ContinuousClock.now

    private func isDue(_ schedule: SnapshotSchedule, after seconds: Int, hasFailed: Bool = false) -> Bool {
        schedule.isDue(at: start + .seconds(seconds), hasFailed: hasFailed)
    }

    @Test func theFirstIsDueAtOnce() {
        #expect(isDue(schedule, after: 0))
    }

    @Test func changesMakeOneDue() {
        var schedule = schedule
        schedule.take(start)
        // Without changes, only before it can't be used any more.
        #expect(!isDue(schedule, after: 999))
        #expect(isDue(schedule, after: 1_000))
        schedule.note(changes: 1)
        #expect(!isDue(schedule, after: 99))
        #expect(isDue(schedule, after: 100))
        schedule.note(changes: 49)
        #expect(!isDue(schedule, after: 9))
        #expect(isDue(schedule, after: 10))
        schedule.take(start + .seconds(10))
        #expect(!isDue(schedule, after: 200))
    }

    /// As of a topic whose `delete.retention.ms` is 0.
    @Test func noneIsMadeRightAfterAnother() {
        var schedule = SnapshotSchedule(interval: .seconds(100), changes: 1, longest: .zero)
        schedule.take(start)
        #expect(!isDue(schedule, after: 9))
        #expect(isDue(schedule, after: 10))
    }

    @Test func whatFailedIsTriedAgain() {
        var schedule = schedule
        schedule.take(start)
        #expect(!isDue(schedule, after: 9, hasFailed: true))
        #expect(isDue(schedule, after: 10, hasFailed: true))
    }
}
