/// Eight rows of a picture side by side, one element of each: what a running sum along rows works on. A sum depends
/// on the one before, so a single row would wait for each addition; eight of them fill the wait.
typealias Lanes = SIMD8<Float>

/// Four columns of four rows, turned over.
@inline(__always)
func transposed(
    _ a: SIMD4<Float>, _ b: SIMD4<Float>, _ c: SIMD4<Float>, _ d: SIMD4<Float>
) -> (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>, SIMD4<Float>) {
    (
        SIMD4(a[0], b[0], c[0], d[0]), SIMD4(a[1], b[1], c[1], d[1]),
        SIMD4(a[2], b[2], c[2], d[2]), SIMD4(a[3], b[3], c[3], d[3])
    )
}

extension UnsafePointer<Float> {
    /// Four elements from `index` on, at any alignment.
    @inline(__always)
    func four(at index: Int) -> SIMD4<Float> {
        UnsafeRawPointer(self + index).loadUnaligned(as: SIMD4<Float>.self)
    }
}

extension UnsafeMutablePointer<Float> {
    @inline(__always)
    func four(at index: Int) -> SIMD4<Float> { UnsafePointer(self).four(at: index) }

    @inline(__always)
    func setFour(at index: Int, _ value: SIMD4<Float>) {
        UnsafeMutableRawPointer(self + index).storeBytes(of: value, as: SIMD4<Float>.self)
    }
}
