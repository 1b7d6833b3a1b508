package import Detection
internal import Events
package import Imaging

/// Every PDQ hash by which a picture may be known.
package struct PictureHashes: Sendable {
    /// As it is displayed, over black where it is transparent.
    package let displayed: PDQHash
    /// Others, each of a quality that lets it be compared.
    package private(set) var views: [ViewedHash] = []

    package init(displayed: PDQHash) { self.displayed = displayed }

    package mutating func add(_ view: ViewedHash) { views.append(view) }

    /// From the bytes of a file. One that over black is too plain to be compared, as black writing on nothing is, is
    /// looked at over white too.
    ///
    /// - Parameter orientations: whether it is turned and mirrored as well.
    package init(of file: RawSpan, maxPixels: Int, orientations: Bool) throws(PictureError) {
        let pixels = try Pixels.decode(file, maxPixels: maxPixels)
        displayed = PDQ.hash(pixels)
        if displayed.quality >= PDQ.leastQuality {
            if orientations { try addTurned(pixels, isOverWhite: false) }
        } else if pixels.isTransparent {
            try addOverWhite(try Pixels.decode(file, maxPixels: maxPixels, overWhite: true), orientations)
        }
    }

    /// The same, with its failure as a value.
    package static func result(
        of file: RawSpan, maxPixels: Int, orientations: Bool
    ) -> Result<PictureHashes, PictureError> {
        do throws(PictureError) {
            return .success(try PictureHashes(of: file, maxPixels: maxPixels, orientations: orientations))
        } catch {
            return .failure(error)
        }
    }

    private mutating func addOverWhite(_ pixels: borrowing Pixels, _ orientations: Bool) throws(PictureError) {
        let hash = PDQ.hash(pixels)
        guard hash.quality >= PDQ.leastQuality else { return }
        views.append(ViewedHash(hash.hash, PictureView(isOverWhite: true)))
        if orientations { try addTurned(pixels, isOverWhite: true) }
    }

    private mutating func addTurned(_ pixels: borrowing Pixels, isOverWhite: Bool) throws(PictureError) {
        for (orientation, hash) in try PDQ.turned(pixels) {
            views.append(ViewedHash(hash, PictureView(orientation, isOverWhite: isOverWhite)))
        }
    }
}
