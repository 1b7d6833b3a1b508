internal import Events

/// A record of the sightings topic: a byte for the version, and then sightings one behind the other.
///
/// | bytes | |
/// | --- | --- |
/// | 1 | kind; 16 more if the verdict asks for something, 32 with an age, 64 with a network, 128 with the next byte |
/// | 1 | 1 for a live stream's own link, 2 with a host, 4 for an account's removal or strike, 8 if it was restored |
/// | 8 to 32 | fingerprint, by its kind |
/// | 16 | verdict |
/// | LEB128 | milliseconds since 2020 |
/// | LEB128 | age |
/// | 8 | account |
/// | 4 | network |
/// | 4 | host |
/// | LEB128 | length of the reference, and the reference; of a document the same of the passage |
enum SightingCoding {
    static let version: UInt8 = 1
    private static let actedOn: UInt8 = 16
    private static let aged: UInt8 = 32
    private static let networked: UInt8 = 64
    private static let more: UInt8 = 128
    private static let stream: UInt8 = 1
    private static let hosted: UInt8 = 2
    private static let measures: UInt8 = 12

    static func append(_ sighting: Sighting, to bytes: inout [UInt8]) {
        if bytes.isEmpty { bytes.append(version) }
        var scratch: InlineArray<96, UInt8> = InlineArray(repeating: 0)
        withUnsafeMutableBytes(of: &scratch) { room in
            var out = RecordWriter(room)
            var head = sighting.kind.rawValue
            if sighting.isActedOn { head |= actedOn }
            if sighting.accountAge != nil { head |= aged }
            if sighting.network != 0 { head |= networked }
            let rest =
                (sighting.isStream ? stream : 0) | (sighting.host != 0 ? hosted : 0)
                | (sighting.measure?.rawValue ?? 0)
            out.byte(rest == 0 ? head : head | more)
            if rest != 0 { out.byte(rest) }
            withUnsafeBytes(of: sighting.fingerprint) {
                out.copy(UnsafeRawBufferPointer(rebasing: $0.prefix(sighting.kind.length)))
            }
            withUnsafeBytes(of: sighting.verdict) { out.copy($0) }
            out.varint(UInt64(clamping: sighting.time.milliseconds - StateTime.epoch * 1_000))
            if let age = sighting.accountAge { out.varint(UInt64(age)) }
            out.fixed(sighting.account)
            if sighting.network != 0 { out.fixed(sighting.network) }
            if sighting.host != 0 { out.fixed(sighting.host) }
            out.varint(UInt64(sighting.reference.count))
            bytes.append(contentsOf: out.written)
        }
        bytes.append(contentsOf: sighting.reference)
        guard sighting.kind == .document else { return }
        let count = min(sighting.passage.count, PassageSeal.longest)
        withUnsafeMutableBytes(of: &scratch) { room in
            var out = RecordWriter(room)
            out.varint(UInt64(count))
            bytes.append(contentsOf: out.written)
        }
        bytes.append(contentsOf: sighting.passage.prefix(count))
    }

    /// - Throws: if these are no sightings of this version.
    static func read(_ bytes: UnsafeRawBufferPointer) throws(SightingRefusal) -> [Sighting] {
        var reader = RecordReader(bytes)
        let found = reader.byte()
        guard !reader.isBroken, found == version else {
            throw SightingRefusal(
                bytes.isEmpty ? "is empty" : "is of version \(found), and this can read version \(version)")
        }
        var sightings: [Sighting] = []
        while !reader.isAtEnd {
            let head = reader.byte()
            let rest = head & more == 0 ? 0 : reader.byte()
            guard let kind = Sighting.Kind(rawValue: head & 15), rest & ~(stream | hosted | measures) == 0,
                rest & measures != measures
            else {
                throw SightingRefusal("sighting \(sightings.count + 1) is of no known kind")
            }
            var sighting = Sighting(
                kind: kind, fingerprint: Digest256(), verdict: Digest128(), time: Timestamp(nanoseconds: 0), account: 0,
                network: 0, isActedOn: head & actedOn != 0, isStream: rest & stream != 0,
                measure: Sighting.Measure(rawValue: rest & measures), host: 0, reference: [])
            let fingerprint = reader.bytes(kind.length)
            withUnsafeMutableBytes(of: &sighting.fingerprint) { $0.copyMemory(from: fingerprint) }
            let verdict = reader.bytes(16)
            withUnsafeMutableBytes(of: &sighting.verdict) { $0.copyMemory(from: verdict) }
            let milliseconds = reader.varint()
            if head & aged != 0 { sighting.accountAge = UInt32(clamping: reader.varint()) }
            sighting.account = reader.fixed()
            if head & networked != 0 { sighting.network = reader.fixed() }
            if rest & hosted != 0 { sighting.host = reader.fixed() }
            let length = reader.varint()
            guard !reader.isBroken, length <= UInt64(ReferenceSeal.longest), milliseconds < 1 << 42 else {
                throw SightingRefusal("sighting \(sightings.count + 1) is cut, or can't be what was written")
            }
            sighting.time = Timestamp(milliseconds: Int64(milliseconds) + StateTime.epoch * 1_000)
            sighting.reference = Array(reader.bytes(Int(length)))
            guard !reader.isBroken else { throw SightingRefusal("sighting \(sightings.count + 1) is cut") }
            if kind == .document {
                let length = reader.varint()
                guard length <= UInt64(PassageSeal.longest) else {
                    throw SightingRefusal("sighting \(sightings.count + 1) has a passage that is too long")
                }
                sighting.passage = Array(reader.bytes(Int(length)))
                guard !reader.isBroken else { throw SightingRefusal("sighting \(sightings.count + 1) is cut") }
            }
            sightings.append(sighting)
        }
        return sightings
    }
}

/// Why a record is none of sightings.
package struct SightingRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    package let reason: String
    package var description: String { reason }

    init(_ reason: String) { self.reason = reason }
}
