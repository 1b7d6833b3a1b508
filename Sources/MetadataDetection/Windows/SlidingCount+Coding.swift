/// Its form in records: a number of which the lowest two bits say how wide counts are (`CountWidth`), and the others
/// which panes have counted something, those first that an account which is seldom seen has. Of more than eight, where that
/// takes less, and of counts of two bytes, there is a width for each window, in a byte, the first in its lowest two bits.
/// Then come the counts, window by window.
///
/// Places are those of bits in `used`, which has none beyond the last pane: they are not checked once more.
extension SlidingCount {
    func write(to out: inout RecordWriter) {
        guard unchanged.isEmpty else { return out.copy(unchanged) }
        let head = SlidingCount.written(used) << 2
        let count = used.nonzeroBitCount
        let width = CountWidth(all(used))
        if count <= SlidingCount.few, width != .two {
            out.varint(head | width.rawValue)
            return write(used, width, to: &out)
        }
        let widths = (
            CountWidth(all(used & SlidingWindow.hour.mask)), CountWidth(all(used & SlidingWindow.day.mask)),
            CountWidth(all(used & SlidingWindow.week.mask)), CountWidth(all(used & SlidingWindow.minutes.mask))
        )
        let apart =
            1 + bytes(.hour, widths.0) + bytes(.day, widths.1) + bytes(.week, widths.2) + bytes(.minutes, widths.3)
        guard width == .two || apart < width.bytes(of: count) else {
            out.varint(head | width.rawValue)
            return write(used, width, to: &out)
        }
        out.varint(head | SlidingCount.byWindow)
        let codes = (widths.0.rawValue, widths.1.rawValue << 2, widths.2.rawValue << 4, widths.3.rawValue << 6)
        out.byte(UInt8(truncatingIfNeeded: codes.0 | codes.1 | codes.2 | codes.3))
        write(used & SlidingWindow.hour.mask, widths.0, to: &out)
        write(used & SlidingWindow.day.mask, widths.1, to: &out)
        write(used & SlidingWindow.week.mask, widths.2, to: &out)
        write(used & SlidingWindow.minutes.mask, widths.3, to: &out)
    }

    /// Takes the place of a count of nothing.
    ///
    /// What the reader reads must outlive it, or it must change before it is written.
    mutating func read(from reader: inout RecordReader) {
        let start = reader.place
        let head = reader.varint()
        guard head >> 51 == 0, head >> 2 != 0 else { return reader.fail() }
        used = SlidingCount.read(head >> 2)
        if head & 3 == SlidingCount.byWindow {
            let codes = UInt64(reader.byte())
            read(used & SlidingWindow.hour.mask, CountWidth(code: codes), from: &reader)
            read(used & SlidingWindow.day.mask, CountWidth(code: codes >> 2), from: &reader)
            read(used & SlidingWindow.week.mask, CountWidth(code: codes >> 4), from: &reader)
            read(used & SlidingWindow.minutes.mask, CountWidth(code: codes >> 6), from: &reader)
        } else {
            read(used, CountWidth(code: head), from: &reader)
        }
        guard !reader.isBroken else {
            used = 0
            return
        }
        unchanged = reader.read(since: start)
    }

    /// Up to so many panes have one width.
    private static let few = 8

    /// All bits that some pane has.
    @inline(__always)
    private func all(_ set: UInt64) -> UInt16 {
        // Without a copy of all panes for each that is looked at.
        let panes = panes.span
        var all: UInt16 = 0
        var rest = set
        while rest != 0 {
            all |= panes[unchecked: rest.trailingZeroBitCount]
            rest &= rest &- 1
        }
        return all
    }

    /// In the place of a width of all, which is then never `two`.
    private static var byWindow: UInt64 { CountWidth.two.rawValue }

    @inline(__always)
    private func bytes(_ window: SlidingWindow, _ width: CountWidth) -> Int {
        width.bytes(of: (used & window.mask).nonzeroBitCount)
    }

    @inline(__always)
    private func write(_ set: UInt64, _ width: CountWidth, to out: inout RecordWriter) {
        guard let room = out.room(width.bytes(of: set.nonzeroBitCount)) else { return }
        let panes = panes.span
        var rest = set
        var place = 0
        func next() -> UInt16 {
            defer { rest &= rest &- 1 }
            return panes[unchecked: rest.trailingZeroBitCount]
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

    @inline(__always)
    private mutating func read(_ set: UInt64, _ width: CountWidth, from reader: inout RecordReader) {
        guard let bytes = reader.next(width.bytes(of: set.nonzeroBitCount)) else { return }
        var panes = panes.mutableSpan
        var rest = set
        var place = 0
        func next() -> Int {
            defer { rest &= rest &- 1 }
            return rest.trailingZeroBitCount
        }
        switch width {
        case .one: while rest != 0 { panes[unchecked: next()] = 1 }
        case .half:
            while rest != 0 {
                let both = bytes.load(fromByteOffset: place, as: UInt8.self)
                panes[unchecked: next()] = UInt16(both & 0xF)
                if rest != 0 { panes[unchecked: next()] = UInt16(both >> 4) }
                place &+= 1
            }
        case .byte:
            while rest != 0 {
                panes[unchecked: next()] = UInt16(bytes.load(fromByteOffset: place, as: UInt8.self))
                place &+= 1
            }
        case .two:
            while rest != 0 {
                panes[unchecked: next()] = UInt16(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self))
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

/// How wide counts are written.
enum CountWidth: UInt64 {
    /// Each is one, and none is written.
    case one
    /// Two in a byte, the lower half first.
    case half
    case byte
    case two

    /// - Parameter all: the counts, or together: none has a bit that this hasn't.
    @inline(__always)
    init(_ all: UInt16) { self = all <= 1 ? .one : all < 16 ? .half : all < 256 ? .byte : .two }

    /// - Parameter code: of which the lowest two bits count.
    @inline(__always)
    init(code: UInt64) {
        switch code & 3 {
        case 0: self = .one
        case 1: self = .half
        case 2: self = .byte
        default: self = .two
        }
    }

    /// What so many counts take.
    @inline(__always)
    func bytes(of counts: Int) -> Int {
        switch self {
        case .one: 0
        case .half: (counts + 1) / 2
        case .byte: counts
        case .two: counts * 2
        }
    }
}
