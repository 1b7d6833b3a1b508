internal import Events

/// The deployment's keys for what stands in sightings.
struct SightingKeys: Sendable {
    private let accounts: SipHash
    private let networks: SipHash
    private let texts: SipHash
    private let devices: SipHash
    private let avatars: SipHash
    private let profiles: SipHash
    private let names: SipHash
    private let things: SipHash
    private let runs: SipHash
    let seal: ReferenceSeal
    let passages: PassageSeal

    init(_ key: [UInt8]) {
        let hmac = HMAC(key: key)
        func half(_ use: StaticString) -> Digest128 {
            use.withUTF8Buffer { hmac.code(for: UnsafeRawBufferPointer($0)) }.firstHalf
        }
        func derived(_ use: StaticString) -> SipHash { withUnsafeBytes(of: half(use)) { SipHash(key: $0) } }
        accounts = derived("weir sighting account")
        networks = derived("weir sighting network")
        texts = derived("weir sighting text")
        devices = derived("weir sighting device")
        avatars = derived("weir sighting avatar")
        profiles = derived("weir sighting profile")
        names = derived("weir sighting name")
        things = derived("weir sighting thing")
        runs = derived("weir sighting run")
        seal = withUnsafeBytes(of: half("weir sighting reference")) { ReferenceSeal(key: $0) }
        passages = withUnsafeBytes(of: half("weir sighting passage")) { key in
            withUnsafeBytes(of: half("weir sighting passage check")) { PassageSeal(key: key, check: $0) }
        }
    }

    func account(_ name: UnsafeRawBufferPointer) -> UInt64 { accounts.hash(name) }
    /// Of a network or a host; 0 is none.
    func network(_ name: UnsafeRawBufferPointer) -> UInt32 { max(1, networks.shortHash(name)) }
    func device(_ name: UnsafeRawBufferPointer) -> UInt64 { devices.hash(name) }
    func avatar(_ hash: UnsafeRawBufferPointer) -> UInt64 { avatars.hash(hash) }
    func profile(_ letters: UnsafeRawBufferPointer) -> UInt64 { profiles.hash(letters) }
    func name(_ letters: UnsafeRawBufferPointer) -> UInt64 { names.hash(letters) }
    func text(_ letters: UnsafeRawBufferPointer) -> UInt64 { texts.hash(letters) }

    /// Of three words; not 0.
    @inline(__always)
    func run(_ words: UInt64) -> UInt32 {
        var sequence = runs.sequence()
        sequence.append(words)
        return max(1, UInt32(truncatingIfNeeded: sequence.hash() >> 32))
    }

    /// What a thing's record is found by.
    func thing(_ kind: Sighting.Kind, _ fingerprint: Digest256) -> KeyedStore.Key {
        var sequence = things.sequence()
        sequence.append(UInt64(kind.rawValue))
        withUnsafeBytes(of: fingerprint) { sequence.append($0) }
        return max(1, sequence.hash())
    }

    /// What a sighting is known by, so that it counts once.
    func sighting(_ sighting: Sighting) -> UInt64 {
        var sequence = things.sequence()
        withUnsafeBytes(of: sighting.verdict) { sequence.append($0) }
        withUnsafeBytes(of: sighting.fingerprint) { sequence.append($0) }
        sequence.append(UInt64(sighting.kind.rawValue))
        return sequence.hash()
    }
}
