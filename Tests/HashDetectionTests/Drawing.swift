import Imaging

/// Draws the pictures of `Golden/generate.py` again, from the same whole numbers.
struct Drawing {
    let pattern: String
    let width: Int
    let height: Int
    let channels: Int
    let seed: Int

    var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: width * height * channels)
        for channel in 0..<channels {
            let element = self.element(seed: seed + channel)
            for y in 0..<height {
                for x in 0..<width {
                    bytes[(y * width + x) * channels + channel] = UInt8(clamping: element(x, y))
                }
            }
        }
        return bytes
    }

    func pixels() -> Pixels {
        guard let layout = PixelLayout(rawValue: channels) else { preconditionFailure("\(channels) channels") }
        guard let pixels = Pixels(width: width, height: height, layout: layout, copying: bytes) else {
            preconditionFailure("\(width) x \(height)")
        }
        return pixels
    }

    private func element(seed: Int) -> (Int, Int) -> Int {
        switch pattern {
        case "gradient": { x, y in x * 160 / width + y * 64 / height + noise(x, y, seed) / 8 }
        case "discs": discs(seed: seed)
        case "blocks": blocks(seed: seed)
        case "faint": faint(seed: seed)
        case "noise": { x, y in noise(x, y, seed) }
        case "flat": { _, _ in 128 }
        default: preconditionFailure("no pattern \(pattern)")
        }
    }

    private func noise(_ x: Int, _ y: Int, _ seed: Int) -> Int {
        Int(SplitMix64.output(UInt64(y * width + x + seed * 1_000_003)) >> 56)
    }

    private func discs(seed: Int) -> (Int, Int) -> Int {
        let discs = (0..<24).map { disc in
            let numbers = (0..<4).map { SplitMix64.output(UInt64(seed * 1_000 + disc * 4 + $0)) }
            return (
                x: Int(numbers[0] % UInt64(width)), y: Int(numbers[1] % UInt64(height)),
                radius: 1 + Int(numbers[2] % UInt64(max(width, height) / 5 + 1)), value: Int(numbers[3] % 256)
            )
        }
        return { x, y in
            discs.last { ($0.x - x) * ($0.x - x) + ($0.y - y) * ($0.y - y) <= $0.radius * $0.radius }?.value ?? 40
        }
    }

    private func blocks(seed: Int) -> (Int, Int) -> Int {
        let (cellWidth, cellHeight) = (max(1, width / 40), max(1, height / 24))
        return { x, y in
            let (column, row) = (x / cellWidth, y / cellHeight)
            let ink = SplitMix64.output(UInt64(row * 4_096 + column + seed * 7_919)) >> 62 != 0
            return (ink && row % 3 != 2 ? 30 : 225) + noise(x, y, seed) / 32
        }
    }

    private func faint(seed: Int) -> (Int, Int) -> Int {
        let discs = discs(seed: seed)
        return { x, y in 112 + discs(x, y) / (4 + seed % 12) }
    }
}

/// Sebastiano Vigna's generator, by counter.
struct SplitMix64: RandomNumberGenerator {
    private var counter: UInt64

    init(seed: UInt64) { counter = seed &* 0x1_0000_0001 }

    mutating func next() -> UInt64 {
        defer { counter &+= 1 }
        return SplitMix64.output(counter)
    }

    static func output(_ counter: UInt64) -> UInt64 {
        var z = (counter &+ 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
