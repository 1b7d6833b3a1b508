package import LoadGeneration

/// Tests draw from the same generator as the load generator does.
package typealias SplitMix64 = LoadGeneration.SplitMix64
