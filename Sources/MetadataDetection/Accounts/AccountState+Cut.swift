extension AccountState: WalkedState {
    var clockNow: EventClock { content.clock }

    func withKnown<Result>(_ body: (borrowing KnownEvents) -> Result) -> Result { body(content.known) }
    func withStore<Result>(_ body: (inout KeyedStore) -> Result) -> Result { body(&content.store) }

    package func beginCut(beyond clock: StateClock) -> Bool { StateWalk.begin(self, beyond: clock) }
    package func endCut() { StateWalk.end(self) }
    package func goOn(into out: inout StateSnapshot.Piece) -> StateCutStep { StateWalk.goOn(self, into: &out) }
    package var isCutCommitted: Bool? { StateWalk.isCommitted(self) }
}
