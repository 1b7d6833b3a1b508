/// SipHash-2-4 (Aumasson and Bernstein, 2012): a hash that nobody can foresee without the key, for keys of state.
struct SipHash: Sendable {
    private let k0: UInt64
    private let k1: UInt64

    /// - Parameter key: 16 bytes.
    init(key: UnsafeRawBufferPointer) {
        precondition(key.count == 16, "a key of 16 bytes")
        k0 = UInt64(littleEndian: key.loadUnaligned(as: UInt64.self))
        k1 = UInt64(littleEndian: key.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = State(k0, k1)
        let rest = state.take(wordsOf: bytes)
        state.take(rest | UInt64(truncatingIfNeeded: bytes.count) << 56)
        return state.finish()
    }

    /// The same with one round a word and three at the end (SipHash-1-3), for what is kept as 32 bits of it.
    func shortHash(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var state = State(k0, k1)
        let rest = state.take(wordsOf: bytes, rounds: 1)
        state.take(rest | UInt64(truncatingIfNeeded: bytes.count) << 56, rounds: 1)
        return UInt32(truncatingIfNeeded: state.finish(rounds: 3))
    }

    /// Of several things in their order: each as its length, its bytes, and zeros to the end of the last word, so that
    /// no two ways of cutting them are one. By SipHash-1-3.
    struct Sequence {
        fileprivate var state: State

        @inline(__always)
        mutating func append(_ bytes: UnsafeRawBufferPointer) {
            state.take(UInt64(bytes.count), rounds: 1)
            let rest = state.take(wordsOf: bytes, rounds: 1)
            if bytes.count & 7 != 0 { state.take(rest, rounds: 1) }
        }

        @inline(__always)
        mutating func append(_ word: UInt64) { state.take(word, rounds: 1) }

        @inline(__always)
        consuming func hash() -> UInt64 { state.finish(rounds: 3) }
    }

    func sequence() -> Sequence { Sequence(state: State(k0, k1)) }

    fileprivate struct State {
        var (v0, v1, v2, v3): (UInt64, UInt64, UInt64, UInt64)

        init(_ k0: UInt64, _ k1: UInt64) {
            v0 = k0 ^ 0x736F_6D65_7073_6575
            v1 = k1 ^ 0x646F_7261_6E64_6F6D
            v2 = k0 ^ 0x6C79_6765_6E65_7261
            v3 = k1 ^ 0x7465_6462_7974_6573
        }

        /// - Returns: the bytes behind the last whole word, the first the lowest.
        @inline(__always)
        mutating func take(wordsOf bytes: UnsafeRawBufferPointer, rounds: Int = 2) -> UInt64 {
            var place = 0
            while place &+ 8 <= bytes.count {
                take(
                    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)), rounds: rounds)
                place &+= 8
            }
            let left = bytes.count &- place
            guard left > 0 else { return 0 }
            if bytes.count >= 8 {
                // The last eight bytes, without those that were taken already.
                let last = bytes.loadUnaligned(fromByteOffset: bytes.count &- 8, as: UInt64.self)
                return UInt64(littleEndian: last) &>> UInt64(8 &* (8 &- left))
            }
            var rest: UInt64 = 0
            for place in 0..<left { rest |= UInt64(bytes[place]) &<< UInt64(8 &* place) }
            return rest
        }

        @inline(__always)
        mutating func take(_ word: UInt64, rounds: Int = 2) {
            v3 ^= word
            for _ in 0..<rounds { round() }
            v0 ^= word
        }

        @inline(__always)
        mutating func finish(rounds: Int = 4) -> UInt64 {
            v2 ^= 0xFF
            for _ in 0..<rounds { round() }
            return v0 ^ v1 ^ v2 ^ v3
        }

        @inline(__always)
        private mutating func round() {
            v0 &+= v1
            v2 &+= v3
            v1 = rotated(v1, 13) ^ v0
            v3 = rotated(v3, 16) ^ v2
            v0 = rotated(v0, 32)
            v2 &+= v1
            v0 &+= v3
            v1 = rotated(v1, 17) ^ v2
            v3 = rotated(v3, 21) ^ v0
            v2 = rotated(v2, 32)
        }

        @inline(__always)
        private func rotated(_ word: UInt64, _ by: UInt64) -> UInt64 { word << by | word >> (64 - by) }
    }
}
