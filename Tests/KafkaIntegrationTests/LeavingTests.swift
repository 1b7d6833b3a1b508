internal import Kafka
internal import Streaming
internal import StreamingTestSupport
internal import Testing

/// A static member that is told to give its place up.
@Suite(.realBroker, .timeLimit(.minutes(10)))
struct LeavingTests {
    /// Its session is longer than this test waits, so its partitions would not move by themselves.
    @Test func othersGoOnWithoutWaitingForItsSession() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(on: broker.bootstrap, "leaving")
        let uploads = Upload.many(1_000)
        func lane(_ instance: String) -> LaneOptions {
            var lane = stream.lane(instance: instance)
            lane.consumerProperties = lane.consumerProperties.merging([
                "session.timeout.ms": "900000", "max.poll.interval.ms": "900000",
            ])
            lane.leavesGroup = true
            return lane
        }
        try await stream.withMember(TestPipeline(), lane("first")) {
            try await stream.send(Array(uploads[..<500]))
            try await stream.waitFor(500)
        }
        try await stream.withMember(TestPipeline(), lane("second")) {
            try await stream.send(Array(uploads[500...]))
            try await stream.waitFor(uploads.count)
        }
        try await stream.results(waitingFor: uploads.count).expect(uploads)
    }
}
