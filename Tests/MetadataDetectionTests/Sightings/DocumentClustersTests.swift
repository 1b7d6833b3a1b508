import Events
import TestSupport
import Testing

@testable import MetadataDetection

/// Which known text is nearest, against a comparison with each of them.
@Suite struct DocumentClustersTests {
    private static let crowd = DocumentClusters.crowd

    private func plainNearest(_ sketch: Set<UInt32>, _ known: [UInt64: Set<UInt32>]) -> UInt64? {
        let telling = sketch.filter { hash in
            known.values.count { $0.contains(hash) } <= DocumentClustersTests.crowd
        }
        let shared = known.mapValues { $0.intersection(telling).count }.filter { $0.value >= 4 }
        return shared.min { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }?.key
    }

    /// Of few hashes, so that some become formulae and cease to be, as texts come and go.
    @Test(arguments: UInt64(1)...4) func theNearestIsThatOfThePlainWay(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let variety: UInt32 = seed % 2 == 0 ? 40 : 90
        func sketch() -> Set<UInt32> {
            Set(
                (0..<Int.random(in: 1...16, using: &random)).map { _ in UInt32.random(in: 1...variety, using: &random) }
            )
        }
        var clusters = DocumentClusters()
        var known: [UInt64: Set<UInt32>] = [:]
        var (near, far) = (0, 0)
        for step in 0..<2_500 {
            let text = sketch()
            let key = random.next()
            clusters.insert(key, Array(text))
            known[key] = text
            // Waves, so that there are crowds and then none.
            let most = step % 1_000 < 500 ? 700 : 100
            while known.count > most, let gone = known.keys.min(), let text = known.removeValue(forKey: gone) {
                clusters.remove(gone, Array(text))
            }
            guard step % 25 == 0 else { continue }
            let asked = Set(sketch().prefix(8))
            let nearest = clusters.nearest(to: SightingStream.sketch(of: asked))
            #expect(nearest == plainNearest(asked, known), "at step \(step)")
            if nearest == nil { far += 1 } else { near += 1 }
        }
        #expect(near > 10 && far > 10)
    }
}
