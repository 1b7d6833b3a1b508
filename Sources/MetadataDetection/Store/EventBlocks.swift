/// Which records of the changelog hold known events, by the place of their first: so that one can be deleted once all
/// of its events are forgotten.
struct EventBlocks {
    /// What a batch did to them.
    struct Change {
        var added: UInt64?
        var removed: [UInt64] = []
    }

    /// Ascending; those before `head` are gone.
    private var starts: [UInt64] = []
    private var head = 0

    init() {}

    init(restored starts: [UInt64]) { self.starts = starts.sorted() }

    /// - Parameters:
    ///   - start: of a new block; nil if there is none.
    ///   - mark: the events that are known by now.
    mutating func update(adding start: UInt64?, knowing mark: KnownEvents.Mark) -> Change {
        var change = Change(added: start)
        if let start { starts.append(start) }
        while head < starts.count {
            let end = head + 1 < starts.count ? starts[head + 1] : mark.end
            guard end <= mark.first else { break }
            change.removed.append(starts[head])
            head += 1
        }
        if head > 1_000, head * 2 > starts.count {
            starts.removeFirst(head)
            head = 0
        }
        return change
    }

    mutating func takeBack(_ change: Change) {
        starts.replaceSubrange(..<head, with: change.removed)
        head = 0
        if change.added != nil { starts.removeLast() }
    }

    var all: ArraySlice<UInt64> { starts[head...] }
}
