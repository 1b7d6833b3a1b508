internal import Kafka
internal import Testing

@testable internal import Streaming

@Suite struct OwnCommitsTests {
    private let first = TopicPartition("uploads", 0)
    private let second = TopicPartition("uploads", 1)

    @Test func aGroupThatIsWellIsFollowed() {
        var own = OwnCommits()
        own.note([first: 100])
        // The second commit's answer was lost, and it had been made.
        let places = own.places(firsts: [first: 10, second: 20], reported: [first: 150, second: 30])
        #expect(places == OwnCommits.Places(offsets: [first: 150, second: 30], denied: []))
    }

    @Test func withoutAnyCommitASessionGoesBackToItsBeginning() {
        let places = OwnCommits().places(firsts: [first: 10], reported: [:])
        #expect(places == OwnCommits.Places(offsets: [first: 10], denied: []))
    }

    @Test(arguments: [nil, 0, 99] as [Int64?])
    func lessThanWasCommittedHereIsADenial(reported: Int64?) {
        var own = OwnCommits()
        own.note([first: 100])
        let answer = reported.map { [first: $0] } ?? [:]
        let places = own.places(firsts: [first: 10], reported: answer)
        #expect(places == OwnCommits.Places(offsets: [first: 100], denied: [first]))
    }

    /// An input that was made anew begins at 0, and the group's offset with it.
    @Test func theLatestCommitCountsAndNotTheLargest() {
        var own = OwnCommits()
        own.note([first: 100])
        own.note([first: 30])
        #expect(own.places(firsts: [first: 0], reported: [first: 30]).denied.isEmpty)
    }

    @Test func onlyPartitionsInHandAreGoneBackTo() {
        var own = OwnCommits()
        own.note([first: 100, second: 200])
        #expect(own.places(firsts: [second: 1], reported: [second: 200]).offsets == [second: 200])
    }

    @Test func whatAnotherOwnerMayHaveCommittedSinceIsNoDenial() {
        var own = OwnCommits()
        own.note([first: 100])
        own.giveUp(first)
        #expect(own.places(firsts: [first: 10], reported: [first: 50]).denied.isEmpty)
    }

    @Test func aGroupThatWentOnIsFollowed() {
        var own = OwnCommits()
        own.note([first: 100])
        own.giveUp(first)
        #expect(own.takeBack(first, reported: 100, isByMember: true) == .forward)
        #expect(own.takeBack(second, reported: nil, isByMember: false) == .forward)
    }

    @Test func aGroupMayBeSetBackByHand() {
        var own = OwnCommits()
        own.note([first: 100])
        own.giveUp(first)
        #expect(own.takeBack(first, reported: 0, isByMember: false) == .reset(from: 100))
        #expect(own.takeBack(first, reported: 0, isByMember: false) == .forward, "told twice")
        #expect(own.places(firsts: [first: 0], reported: [first: 0]).denied.isEmpty)
    }

    @Test(arguments: [nil, 0, 99] as [Int64?])
    func noMemberGoesBackBehindAnother(reported: Int64?) {
        var own = OwnCommits()
        own.note([first: 100])
        own.giveUp(first)
        #expect(own.takeBack(first, reported: reported, isByMember: reported != nil) == .denied)
        let answer = reported.map { [first: $0] } ?? [:]
        let places = own.places(firsts: [first: reported ?? 0], reported: answer)
        #expect(places == OwnCommits.Places(offsets: [first: 100], denied: [first]))
    }

    @Test func anInputMadeAnewHasNoPast() {
        var own = OwnCommits()
        own.note([first: 100, second: 100])
        own.giveUp(first)
        own.forget()
        #expect(own.takeBack(first, reported: nil, isByMember: false) == .forward)
        #expect(own.places(firsts: [second: 0], reported: [:]).denied.isEmpty)
    }
}
