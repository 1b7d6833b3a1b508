/// How often something happened within the last minutes, hour, day and week, at once.
///
/// Four windows of panes of equal length: six of a minute, twelve of five minutes, 24 of an hour and seven of a day.
/// What happened more panes before the newest than a window has is forgotten, so that the window of an hour is right
/// to within five minutes. Each event counts in all four. Pane n of a window holds the seconds from n × length on.
/// Counts stop at the highest.
struct SlidingCount: BitwiseCopyable {
    /// Of each window the newest pane first, as `SlidingWindow` says.
    private var panes: InlineArray<49, UInt16> = InlineArray(repeating: 0)
    /// Panes that have counted something.
    private var used: UInt64 = 0
    /// What it was read from, for as long as it has not changed: most events change one count of several.
    private var unchanged = UnsafeRawBufferPointer(start: nil, count: 0)

    init() {}

    /// Forgets what has left the windows by `now`.
    mutating func advance(from before: StateTime, to now: StateTime) {
        guard used != 0 else { return }
        advance(.minutes, from: before, to: now)
        advance(.hour, from: before, to: now)
        advance(.day, from: before, to: now)
        advance(.week, from: before, to: now)
    }

    @inline(__always)
    private mutating func advance(_ window: SlidingWindow, from before: StateTime, to now: StateTime) {
        let (old, new) = (window.pane(before), window.pane(now))
        guard new > old, used & window.mask != 0 else { return }
        unchanged = UnsafeRawBufferPointer(start: nil, count: 0)
        let steps = Int(min(new - old, UInt32(window.count)))
        let end = window.start + window.count
        var place = end - 1
        while place >= window.start {
            panes[place] = place - steps >= window.start ? panes[place - steps] : 0
            place -= 1
        }
        used = used & ~window.mask | (used & window.mask) << UInt64(steps) & window.mask
    }

    /// - Parameter time: of what happened, no later than `now`, to which it was advanced.
    mutating func add(_ amount: UInt16, at time: StateTime, now: StateTime) {
        guard amount > 0 else { return }
        unchanged = UnsafeRawBufferPointer(start: nil, count: 0)
        add(amount, .minutes, time, now)
        add(amount, .hour, time, now)
        add(amount, .day, time, now)
        add(amount, .week, time, now)
    }

    /// Counts in a pane; nothing if it has left the window.
    @inline(__always)
    private mutating func add(_ amount: UInt16, _ window: SlidingWindow, _ time: StateTime, _ now: StateTime) {
        let back = Int(window.pane(now)) - Int(window.pane(time))
        guard back >= 0, back < window.count else { return }
        let place = window.start + back
        let (sum, overflow) = panes[place].addingReportingOverflow(amount)
        panes[place] = overflow ? .max : sum
        used |= 1 << UInt64(place)
    }

    /// Of this minute of the clock and the one before.
    var lastMinute: Int { sum(.minutes, 2) }
    /// Of this minute of the clock and the five before.
    var lastFiveMinutes: Int { sum(.minutes) }
    var lastHour: Int { sum(.hour) }
    var lastDay: Int { sum(.day) }
    var lastWeek: Int { sum(.week) }

    @inline(__always)
    private func sum(_ window: SlidingWindow) -> Int { sum(window, window.count) }

    /// - Parameter newest: so many panes.
    @inline(__always)
    private func sum(_ window: SlidingWindow, _ newest: Int) -> Int {
        guard used & window.mask != 0 else { return 0 }
        let panes = panes.span
        var sum = 0
        for place in window.start..<window.start + newest { sum &+= Int(panes[place]) }
        return sum
    }

    var isEmpty: Bool { used == 0 }
}

/// Its form in records: a number of which the lowest two bits say how wide counts are (`Width`), and the others which
/// panes have counted something, those first that an account which is seldom seen has; then their counts.
extension SlidingCount {
    private enum Width: UInt64 {
        /// Each is one, and none is written.
        case one
        /// Two in a byte, the lower half first.
        case half
        case byte
        case two

        /// What so many counts take.
        func bytes(of counts: Int) -> Int {
            switch self {
            case .one: 0
            case .half: (counts + 1) / 2
            case .byte: counts
            case .two: counts * 2
            }
        }
    }

    func write(to out: inout RecordWriter) {
        guard unchanged.isEmpty else { return out.copy(unchanged) }
        // Without a copy of all panes for each that is looked at.
        let panes = panes.span
        var all: UInt16 = 0
        var set = used
        while set != 0 {
            all |= panes[set.trailingZeroBitCount]
            set &= set &- 1
        }
        let width: Width = all <= 1 ? .one : all < 16 ? .half : all < 256 ? .byte : .two
        out.varint(SlidingCount.written(used) << 2 | width.rawValue)
        guard let room = out.room(width.bytes(of: used.nonzeroBitCount)) else { return }
        var rest = used
        var place = 0
        func next() -> UInt16 {
            defer { rest &= rest &- 1 }
            return panes[rest.trailingZeroBitCount]
        }
        switch width {
        case .one: break
        case .half:
            while rest != 0 {
                let low = next()
                let high = rest == 0 ? 0 : next()
                room.storeBytes(of: UInt8(truncatingIfNeeded: low | high << 4), toByteOffset: place, as: UInt8.self)
                place &+= 1
            }
        case .byte:
            while rest != 0 {
                room.storeBytes(of: UInt8(truncatingIfNeeded: next()), toByteOffset: place, as: UInt8.self)
                place &+= 1
            }
        case .two:
            while rest != 0 {
                room.storeBytes(of: next().littleEndian, toByteOffset: place, as: UInt16.self)
                place &+= 2
            }
        }
    }

    /// Takes the place of a count of nothing.
    ///
    /// What the reader reads must outlive it, or it must change before it is written.
    mutating func read(from reader: inout RecordReader) {
        let start = reader.place
        let head = reader.varint()
        guard head >> 51 == 0, head >> 2 != 0, let width = Width(rawValue: head & 3) else { return reader.fail() }
        let used = SlidingCount.read(head >> 2)
        guard let bytes = reader.next(width.bytes(of: used.nonzeroBitCount)) else { return }
        self.used = used
        unchanged = reader.read(since: start)
        var rest = used
        var place = 0
        func next() -> Int {
            defer { rest &= rest &- 1 }
            return rest.trailingZeroBitCount
        }
        switch width {
        case .one: while rest != 0 { panes[next()] = 1 }
        case .half:
            while rest != 0 {
                let both = bytes.load(fromByteOffset: place, as: UInt8.self)
                panes[next()] = UInt16(both & 0xF)
                if rest != 0 { panes[next()] = UInt16(both >> 4) }
                place &+= 1
            }
        case .byte:
            while rest != 0 {
                panes[next()] = UInt16(bytes.load(fromByteOffset: place, as: UInt8.self))
                place &+= 1
            }
        case .two:
            while rest != 0 {
                panes[next()] = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self))
                place &+= 2
            }
        }
    }

    /// The newest pane of an hour, of a day and of the minutes, the week's, the others of the hour, the day and the
    /// minutes: an account that did one thing has one byte of it.
    private static func written(_ used: UInt64) -> UInt64 {
        let hour = used & SlidingWindow.hour.mask
        let day = (used & SlidingWindow.day.mask) >> 12
        let week = (used & SlidingWindow.week.mask) >> 36
        let minutes = (used & SlidingWindow.minutes.mask) >> 43
        let newest = hour & 1 | (day & 1) << 1 | (minutes & 1) << 2
        return newest | week << 3 | (hour >> 1) << 10 | (day >> 1) << 21 | (minutes >> 1) << 44
    }

    private static func read(_ written: UInt64) -> UInt64 {
        let hour = written & 1 | (written >> 10 & 0x7FF) << 1
        let day = written >> 1 & 1 | (written >> 21 & 0x7F_FFFF) << 1
        let minutes = written >> 2 & 1 | (written >> 44 & 0x1F) << 1
        return hour | day << 12 | (written >> 3 & 0x7F) << 36 | minutes << 43
    }
}

/// Where a window's panes are among those of `SlidingCount`, and how long each is.
struct SlidingWindow {
    let start: Int
    let count: Int
    /// Of a pane, in seconds.
    let length: UInt32

    static var minutes: SlidingWindow { SlidingWindow(start: 43, count: 6, length: 60) }
    static var hour: SlidingWindow { SlidingWindow(start: 0, count: 12, length: 300) }
    static var day: SlidingWindow { SlidingWindow(start: 12, count: 24, length: 3_600) }
    static var week: SlidingWindow { SlidingWindow(start: 36, count: 7, length: 86_400) }

    @inline(__always)
    var mask: UInt64 { (1 << UInt64(count) - 1) << UInt64(start) }

    @inline(__always)
    func pane(_ time: StateTime) -> UInt32 { time.seconds / length }
}
