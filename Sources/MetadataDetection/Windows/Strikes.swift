internal import Events
internal import Glibc

/// How fast strikes lose weight: by half in each half-life.
///
/// In steps of a 64th of a half-life and whole thousandths of strikes, rounded down, so that all machines agree.
struct StrikeDecay: Sendable {
    /// In seconds.
    let halfLife: UInt64
    /// 2^(-n/64), as parts of 2^32.
    private let fractions: [UInt64]

    init(halfLife: Duration) {
        self.halfLife = UInt64(max(1, halfLife.components.seconds))
        fractions = (0..<64).map { UInt64((0x1p32 * exp2(-Double($0) / 64)).rounded()) }
    }

    /// What is left of so many thousandths after so many seconds.
    func left(of thousandths: UInt32, after seconds: UInt32) -> UInt32 {
        let steps = UInt64(seconds) * 64 / halfLife
        guard steps < 64 * 32 else { return 0 }
        let part = UInt64(thousandths) * fractions[Int(steps & 63)]
        return UInt32(truncatingIfNeeded: part >> (32 + steps / 64))
    }
}

/// What the platform did about an account: strikes that lose weight with time, and the last moments of what counts as
/// it is.
///
/// The order of the records decides, not their times: what is taken back is what was told before.
struct Strikes: BitwiseCopyable {
    /// A thousand strikes.
    static let most: UInt32 = 1_000_000

    /// Thousandths of strikes, as they stood at `base`.
    private var thousandths: UInt32 = 0
    private var base = StateTime(seconds: 0)
    /// When there was a strike for terrorist content, last.
    private(set) var terrorism: StateTime?
    /// When the account was removed, last.
    private(set) var removed: StateTime?

    init() {}

    var isEmpty: Bool { thousandths == 0 && terrorism == nil && removed == nil }

    /// - Parameter weight: in strikes; nil where the platform gives none.
    mutating func take(_ action: AccountAction, weight: Int64?, at time: StateTime, _ decay: StrikeDecay) {
        switch action {
        case .strike: break
        case .terrorismStrike: terrorism = max(terrorism ?? time, time)
        case .removed: removed = max(removed ?? time, time)
        case .restored where weight == nil:
            self = Strikes()
            return
        case .restored: break
        }
        var amount = UInt32(clamping: (weight ?? 1) * 1_000)
        if time >= base || thousandths == 0 {
            thousandths = value(at: time, decay)
            base = time
        } else {
            amount = decay.left(of: amount, after: base.seconds - time.seconds)
        }
        thousandths =
            action == .restored ? thousandths - min(amount, thousandths) : min(thousandths + amount, Strikes.most)
    }

    /// In thousandths. What is told ahead of its time counts whole.
    func value(at time: StateTime, _ decay: StrikeDecay) -> UInt32 {
        decay.left(of: thousandths, after: time.seconds - min(base.seconds, time.seconds))
    }

    /// As LEB128 the thousandths, and in the lowest two bits which of the two moments follow; the base, and they, in
    /// four bytes each.
    func write(to out: inout RecordWriter) {
        out.varint(UInt64(thousandths) << 2 | (terrorism == nil ? 0 : 1) | (removed == nil ? 0 : 2))
        out.fixed(base.seconds)
        if let terrorism { out.fixed(terrorism.seconds) }
        if let removed { out.fixed(removed.seconds) }
    }

    init(from reader: inout RecordReader) {
        let head = reader.varint()
        guard head != 0, head >> 2 <= UInt64(Strikes.most) else {
            reader.fail()
            return
        }
        thousandths = UInt32(head >> 2)
        base = StateTime(seconds: reader.fixed())
        if head & 1 != 0 { terrorism = StateTime(seconds: reader.fixed()) }
        if head & 2 != 0 { removed = StateTime(seconds: reader.fixed()) }
    }
}
