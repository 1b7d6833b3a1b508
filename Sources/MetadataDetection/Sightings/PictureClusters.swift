internal import Events
internal import Signals

/// Which pictures are near one another: each belongs to the nearest that was seen before it and is still remembered.
///
/// An index over the pictures of a store and nothing beside it: it may hold some that are remembered no more, and which
/// of two that are equally near is taken is a matter of their hashes alone. So it can be made anew at any time.
struct PictureClusters {
    private var index = PDQIndex()
    private var pictures: [Digest256] = []

    /// - Parameter isKnown: whether it is still remembered.
    func nearest(to picture: Digest256, within distance: Int, isKnown: (Digest256) -> Bool) -> Digest256? {
        var best: (distance: Int, picture: Digest256)?
        for match in index.matches(picture, threshold: distance) {
            if let best, match.distance > best.distance { break }
            let other = pictures[Int(match.signal)]
            guard isKnown(other) else { continue }
            if best.map({ PictureClusters.precedes(other, $0.picture) }) ?? true { best = (match.distance, other) }
        }
        return best?.picture
    }

    mutating func insert(_ picture: Digest256, isKnown: (Digest256) -> Bool) {
        index.insert(picture, Int32(pictures.count))
        pictures.append(picture)
        guard let merge = index.mergeDue else { return }
        let known = pictures
        index.replace(by: merge.run { isKnown(known[Int($0)]) })
    }

    mutating func removeAll() { self = PictureClusters() }

    var count: Int { pictures.count }

    private static func precedes(_ a: Digest256, _ b: Digest256) -> Bool {
        withUnsafeBytes(of: a) { a in withUnsafeBytes(of: b) { b in a.lexicographicallyPrecedes(b) } }
    }
}
