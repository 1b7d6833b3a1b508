internal import Testing

@testable import Kafka

/// What a group keeps with an offset.
struct CommitterTests {
    @Test(arguments: [
        Committer(transactionalID: "weir-weir-0", memberID: "weir-0-8a2b"),
        Committer(transactionalID: "a by member b", memberID: "c"), Committer(transactionalID: "", memberID: ""),
    ])
    func isReadAsItWasWritten(_ committer: Committer) {
        #expect(committer.metadata.flatMap(Committer.init(metadata:)) == committer)
    }

    @Test(arguments: ["", "offset 7", #"{"app":"other"}"#])
    func othersMetadataIsNone(_ metadata: String) {
        #expect(Committer(metadata: metadata) == nil)
    }

    @Test func whatBrokersWouldRefuseIsLeftOut() {
        let long = String(repeating: "a", count: 2_000)
        #expect(Committer(transactionalID: long, memberID: "b").metadata != nil)
        #expect(Committer(transactionalID: long, memberID: long).metadata == nil)
    }
}
