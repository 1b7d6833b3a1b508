package import Events

/// A partition's time, which its events move and nothing else does: the same input gives the same times, whenever it is
/// read. A partition without events holds nothing back, since each has a clock of its own.
package struct EventClock: Sendable, Equatable {
    /// What an event's time comes to.
    package struct Placement: Sendable, Equatable {
        /// No later than the record was written, but for what clocks may differ.
        package var time: Timestamp
        /// Seconds by which the event is later than it may be; it changes no window.
        package var lateBy: Int64?
        /// Seconds by which its clock was ahead of the record's.
        package var aheadBy: Int64?
    }

    /// The newest time of all events so far; nil before the first.
    package private(set) var newest: Timestamp?

    package init(newest: Timestamp? = nil) { self.newest = newest }

    /// - Parameters:
    ///   - written: when the record was, by the broker or the producer.
    ///   - lateness: seconds that its source is allowed.
    package mutating func place(_ time: Timestamp, written: Timestamp, lateness: Int64, ahead: Duration) -> Placement {
        var placement = Placement(time: time)
        let early = time.seconds(since: written)
        if early > ahead.components.seconds {
            placement.time = written
            placement.aheadBy = early
        }
        if let newest {
            let late = newest.seconds(since: placement.time)
            if late > lateness {
                placement.lateBy = late
            } else if placement.time > newest {
                self.newest = placement.time
            }
        } else {
            newest = placement.time
        }
        return placement
    }
}
