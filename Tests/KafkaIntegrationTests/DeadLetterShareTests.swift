internal import Operations
internal import Streaming
internal import StreamingTestSupport
internal import Testing

/// A wrong mapping must not turn the stream into dead letters.
@Suite(.realBroker, .timeLimit(.minutes(10)))
struct DeadLetterShareTests {
    @Test func aLaneStopsBeforeItDivertsEverythingAndStaysAndSaysWhy() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(on: broker.bootstrap, "divert")
        let bad = (0..<3_000).map { number in
            Upload(
                id: "b-\(number)", key: Array("a-\(number % 50)".utf8), value: Array("{\"event\":\(number)}".utf8),
                answer: .deadLetter("field-missing"))
        }
        try await stream.send(bad)
        let pipeline = try TestPipeline()
        let readiness = Readiness()
        let registry = MetricsRegistry()
        try await stream.withMember(pipeline, readiness: readiness, registry: registry) {
            while !readiness.notReady.contains(where: { $0.contains("are no events; see the dead letters' reasons") }) {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        #expect(registry.prometheusText().contains(#"weir_lane_stopped{lane="bulk"} 1"#))
        // Some were diverted before there were enough to tell; what is committed is what came out.
        let committed = try await stream.committed().values.reduce(0) { $0 + max(0, $1) }
        let before = try await stream.results(waitingFor: Int(committed))
        #expect(before.deadLetters.count < 2_000)
        #expect(Int(committed) == before.deadLetters.count)

        // Once people have said that it is meant, all the rest follows, each once.
        var willing = stream.lane()
        willing.mostDeadLetters = 1
        try await stream.withMember(pipeline, willing) { try await stream.waitFor(bad.count) }
        try await stream.results(waitingFor: bad.count).expect(bad)
    }
}
