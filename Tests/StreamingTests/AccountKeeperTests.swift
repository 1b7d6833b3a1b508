import Events
import MetadataDetection
import TestSupport
import Testing

@testable import Streaming

@Suite struct AccountKeeperTests {
    private func keeper() throws -> AccountKeeper {
        let keeper = AccountKeeper(0, of: "uploads", "state", AccountSettings(), key: Array("k".utf8))
        keeper.begin()
        _ = keeper.fold(try plainUploads(20), nextOffset: 20)
        return keeper
    }

    /// A topic that was made anew under its name ends before what the state has seen.
    @Test func anInputThatIsShorterThanTheStateIsAnother() throws {
        let keeper = try keeper()
        keeper.leaveOther(endingAt: 20)
        #expect(keeper.figures?.nextOffset == 20 && keeper.figures?.events == 20)
        #expect(keeper.fold(try plainUploads(20), nextOffset: 20).batch.facts.isEmpty)
        keeper.leaveOther(endingAt: 19)
        #expect(
            keeper.figures?.nextOffset == nil && keeper.figures?.events == 0 && keeper.figures?.known == .accounts(1))
        _ = keeper.fold(try plainUploads(5), nextOffset: 5)
        #expect(keeper.figures?.nextOffset == 5 && keeper.figures?.events == 5)
    }

    @Test func whatIsCommittedCanNotBeTakenBack() throws {
        let keeper = try keeper()
        #expect(keeper.goBack(to: 20))
        keeper.committed(before: 20)
        #expect(!keeper.goBack(to: 0))
        #expect(keeper.figures?.nextOffset == 20)
        let other = try self.keeper()
        #expect(other.goBack(to: 0))
        #expect(other.figures?.nextOffset == nil && other.figures?.known == .accounts(0))
    }
}
