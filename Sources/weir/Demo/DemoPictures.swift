import Events
import HashDetection
import Imaging

/// Pictures for the demo, drawn from formulas: nothing in them is anything.
struct DemoPictures: Sendable {
    /// The "known" picture, as a file.
    let known: [UInt8]
    /// The same picture as people pass it on.
    let copies: [(name: String, file: [UInt8])]
    let ordinary: [[UInt8]]
    /// One picture that nobody knows, encoded anew each time.
    let unknown: [[UInt8]]
    /// One that everybody likes.
    let popular: [UInt8]
    let popularHashes: (sha256: Digest256, pdq: Digest256)

    init() throws(PictureError) {
        let picture = try DemoPictures.draw(seed: 11, width: 640, height: 480)
        known = try picture.jpeg(quality: 92)
        copies = [
            ("re-encoded", try picture.jpeg(quality: 35)),
            ("halved", try picture.resized(width: 320, height: 240).jpeg(quality: 80)),
            ("doubled", try picture.resized(width: 1_280, height: 960).jpeg(quality: 70)),
            ("as-png", try picture.resized(width: 400, height: 300).png()),
            ("cropped", try picture.cropped(left: 6, top: 5, width: 628, height: 470).jpeg(quality: 85)),
            ("rotated", try picture.rotated(.right).jpeg(quality: 85)),
        ]
        var ordinary: [[UInt8]] = []
        for seed in 20..<26 {
            ordinary.append(try DemoPictures.draw(seed: seed, width: 480, height: 360).jpeg(quality: 85))
        }
        self.ordinary = ordinary
        let unconfirmed = try DemoPictures.draw(seed: 31, width: 400, height: 300)
        var unknown: [[UInt8]] = []
        for number in 0..<DemoCampaign.copies {
            let width = 200 + 8 * (number % 8)
            unknown.append(
                try unconfirmed.resized(width: width, height: width * 3 / 4).jpeg(quality: 45 + number))
        }
        self.unknown = unknown
        let popular = try DemoPictures.draw(seed: 41, width: 240, height: 180).jpeg(quality: 80)
        let pixels = try Pixels.decode(popular.span.bytes, maxPixels: 1_000_000)
        self.popular = popular
        popularHashes = (SHA256.hash(popular), PDQ.hash(pixels).hash)
    }

    /// Discs and bars on a slope of colour; each seed puts them elsewhere.
    static func draw(seed: Int, width: Int, height: Int) throws(PictureError) -> Pixels {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let discs = (0..<9).map { _ in
            (x: random(width), y: random(height), radius: 20 + random(height / 4), shade: random(256), hue: random(3))
        }
        var bytes = [UInt8](repeating: 0, count: width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                var pixel = (x * 120 / width + 40, y * 140 / height + 30, (x + y) * 90 / (width + height) + 60)
                for disc in discs {
                    let (dx, dy) = (x - disc.x, y - disc.y)
                    guard dx * dx + dy * dy < disc.radius * disc.radius else { continue }
                    switch disc.hue {
                    case 0: pixel.0 = disc.shade
                    case 1: pixel.1 = disc.shade
                    default: pixel = (disc.shade, disc.shade, 255 - disc.shade)
                    }
                }
                let start = (y * width + x) * 3
                bytes[start] = UInt8(clamping: pixel.0)
                bytes[start + 1] = UInt8(clamping: pixel.1)
                bytes[start + 2] = UInt8(clamping: pixel.2)
            }
        }
        guard let pixels = Pixels(width: width, height: height, layout: .rgb, copying: bytes) else { throw .memory }
        return pixels
    }
}
