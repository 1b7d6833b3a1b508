internal import LoadGeneration

/// Tests draw from the same generator as the load generator does; a failing test names its seed.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var generator: LoadGeneration.SplitMix64

    package init(seed: UInt64) { generator = LoadGeneration.SplitMix64(seed: seed) }

    package mutating func next() -> UInt64 { generator.next() }
}
