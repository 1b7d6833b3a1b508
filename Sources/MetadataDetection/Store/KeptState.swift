/// A fold's state that is kept in step with what is committed.
package protocol KeptState: AnyObject, SendableMetatype {
    /// How many accounts, or whatever else it remembers.
    var records: Int { get }
    /// Memory.
    var bytes: Int { get }
    var evicted: Int { get }
    var nextOffset: Int64? { get }
    /// Which changelog it is written to, as a number that nobody else has: a topic that was made anew has another. 0: not
    /// known.
    var lineage: UInt64 { get set }

    // See `StateWalk`.
    func beginCut(beyond clock: StateClock) -> Bool
    func endCut()
    func goOn(into out: inout StateSnapshot.Piece) -> StateCutStep
    var isCutCommitted: Bool? { get }

    func rollBack(to offset: Int64)
    func committed(before offset: Int64)
    func beginInput()
}

extension AccountState: KeptState { package var records: Int { accounts } }
extension SightingState: KeptState {}
