internal import CRdkafka
internal import Testing

@testable internal import Kafka

/// What rights are missing, where brokers do not answer at once.
@Suite struct RightsProbeTests {
    @Test func theRightToReadAGroupIsKnownOnceTheGroupHasACoordinator() async throws {
        let cluster = try MockCluster()
        defer { cluster.close() }
        try cluster.createTopic("uploads", partitions: 4)
        try cluster.answer(.offsetFetch, with: RD_KAFKA_RESP_ERR_NOT_COORDINATOR)
        let probe = RightsProbe(bootstrap: cluster.bootstrap, properties: .common, timeout: .seconds(20))
        let missing = try await probe.read(group: "readers", of: "uploads")
        let left = try cluster.answersLeft(.offsetFetch)
        #expect(missing == nil)
        #expect(left == 0)
    }
}
