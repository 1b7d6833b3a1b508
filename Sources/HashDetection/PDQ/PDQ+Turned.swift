internal import Events
internal import Imaging

extension PDQ {
    /// Pictures of at most so many pixels are mirrored themselves.
    private static let mostMirrored = 1 << 20

    /// The hashes that a picture would have if it was turned and mirrored, original excepted.
    ///
    /// PDQ looks at a picture's 64 × 64 places a little off their middle, always to the same side. To turn its spectrum
    /// (`dihedral`, as the reference does) turns that too, which in a small picture, where a place is few pixels wide,
    /// costs up to 38 of 256 bits: more than a match may differ. A small picture is therefore mirrored before, three
    /// times, and only the transposed are had from spectra.
    static func turned(
        _ pixels: borrowing Pixels
    ) throws(PictureError) -> [(orientation: PictureOrientation, hash: Digest256)] {
        guard pixels.width * pixels.height <= mostMirrored, pixels.width >= shortestSide, pixels.height >= shortestSide
        else { return Array(zip(PictureOrientation.allCases, dihedral(pixels).hashes).dropFirst()) }
        let flipX = try pixels.mirrored(topBottom: true)
        let spectra = [
            Spectrum(grid(pixels)), Spectrum(grid(flipX)), Spectrum(grid(try pixels.mirrored(topBottom: false))),
            Spectrum(grid(try flipX.mirrored(topBottom: false))),
        ]
        let mirrored: [PictureOrientation] = [.original, .flipX, .flipY, .rotate180]
        // Each of them transposed.
        let transposed: [PictureOrientation] = [.flipPlus1, .rotate270, .rotate90, .flipMinus1]
        var hashes: [PictureOrientation: Digest256] = [:]
        for (index, spectrum) in spectra.enumerated() {
            hashes[mirrored[index]] = spectrum.hash
            hashes[transposed[index]] = spectrum.oriented(.flipPlus1).hash
        }
        return PictureOrientation.allCases.dropFirst().compactMap { orientation in
            hashes[orientation].map { (orientation, $0) }
        }
    }
}
