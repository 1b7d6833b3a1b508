internal import Configuration
internal import Events
internal import MetadataDetection

/// A place of a changelog, by its clock's record there.
struct StatePlace: Sendable {
    /// Of the record.
    let offset: Int64
    let clock: StateClock
    /// All before it was committed by then.
    let asOf: Timestamp
}

extension StateKeeper {
    func isSnapshotDue(at now: ContinuousClock.Instant) -> Bool {
        let hasFailed = aids.snapshots?.hasFailed ?? false
        return withContent { content in
            guard content.state?.nextOffset != nil, !content.isWriting, now >= content.notBefore,
                content.schedule?.isDue(at: now, hasFailed: hasFailed) ?? false
            else { return false }
            content.isWriting = true
            content.schedule?.take(now)
            return true
        }
    }

    func writeSnapshot(within limit: Duration, shouldStop: @escaping @Sendable () -> Bool) async {
        await aids.snapshots?.write(self, within: limit, shouldStop: shouldStop)
    }

    /// - Parameter retry: if it was not, when it may be tried again.
    func written(_ isWritten: Bool, retry: ContinuousClock.Instant) {
        withContent { content in
            content.isWriting = false
            content.state?.endCut()
            if !isWritten { content.notBefore = retry }
        }
    }

    func settle() {
        withContent { content in
            content.state?.rollBack(to: .min)
            content.schedule = nil
        }
    }

    /// Notes how much has changed since the last one.
    func note(changes count: Int) { withContent { $0.schedule?.note(changes: count) } }

    /// Begins a cut of the state that is beyond a place of the changelog.
    ///
    /// - Parameter places: those at the changelog's end.
    /// - Returns: the last of those, or else the last one that is known; nil if there is none.
    func beginCut(_ places: [StatePlace]) -> StatePlace? {
        withContent { content in
            guard let state = content.state else { return nil }
            for place in (places + [content.place].compactMap(\.self)).sorted(by: { $0.offset > $1.offset })
            where state.beginCut(beyond: place.clock) {
                content.place = place
                return place
            }
            return nil
        }
    }

    /// Writes the cut that was begun. Blocks; not for the cooperative pool.
    func write(
        to path: String, _ facts: StateSnapshot.Facts, shouldStop: @escaping () -> Bool
    ) throws(FileError) -> Int {
        try StateSnapshot.write(to: path, facts, shouldStop: shouldStop) { body in
            withContent { body($0.state) }
        }
    }
}
