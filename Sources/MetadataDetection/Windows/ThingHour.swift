/// A thing and when it was last seen, in four bytes of a record: 27 bits of the thing's hash, and in the lowest five how
/// many hours ago that was. Of these a day has 24; from `marked` on they are the record's to use.
enum ThingHour {
    /// The bits of a hash that a thing is known by.
    static let mask: UInt32 = 1 << 27 - 1
    static let marked: UInt32 = 24

    static func word(_ thing: UInt32, _ ago: UInt32) -> UInt32 { thing << 5 | min(ago, 31) }
    static func thing(_ word: UInt32) -> UInt32 { word >> 5 }
    static func ago(_ word: UInt32) -> UInt32 { word & 31 }
}
