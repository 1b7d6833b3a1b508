internal import Kafka
internal import Operations
internal import StreamingTestSupport
internal import Testing

/// A broker of one's own, which is harmed.
@Suite(.realBroker, .serialized, .timeLimit(.minutes(10)))
struct BrokerFailureTests {
    @Test func aBrokerThatIsAwayIsWaitedFor() async throws {
        try await RealBroker.withBroker { broker in
            let stream = try await Stream(on: broker.bootstrap, "away")
            let uploads = Upload.many(6_000)
            let readiness = Readiness()
            try await stream.withMember(TestPipeline(), readiness: readiness) {
                try await stream.send(Array(uploads[..<3_000]))
                try await stream.waitFor(1_000)
                try await broker.node("kill")
                // Long enough for transactions in flight to fail.
                try await Task.sleep(for: .seconds(3))
                try await broker.node("up")
                try await stream.send(Array(uploads[3_000...]))
                try await stream.waitFor(uploads.count)
            }
            try await stream.results(waitingFor: uploads.count).expect(uploads)
        }
    }

    @Test func aBrokerThatIsNotThereYetIsWaitedFor() async throws {
        try await RealBroker.withBroker { broker in
            let stream = try await Stream(on: broker.bootstrap, "late")
            let uploads = Upload.many(500)
            try await stream.send(uploads)
            try await broker.node("kill")
            let readiness = Readiness()
            try await stream.withMember(TestPipeline(), readiness: readiness) {
                // It says what it waits for.
                while !readiness.notReady.contains(where: { $0.contains("no broker reachable") }) {
                    try await Task.sleep(for: .milliseconds(50))
                }
                try await broker.node("up")
                try await stream.waitFor(uploads.count)
                #expect(readiness.notReady.isEmpty)
            }
            try await stream.results(waitingFor: uploads.count).expect(uploads)
        }
    }
}
