import Events
import Foundation
import Testing

/// What the independent package says of one drawn picture.
struct GoldenVector: Decodable, CustomTestStringConvertible, Sendable {
    let pattern: String
    let width: Int
    let height: Int
    let channels: Int
    let seed: Int
    let pdq: String
    let quality: Int
    let dihedral: [String]
    let dihedralQuality: Int

    var testDescription: String { "\(pattern) \(width)x\(height)x\(channels)" }

    var drawing: Drawing {
        Drawing(pattern: pattern, width: width, height: height, channels: channels, seed: seed)
    }

    static let all: [GoldenVector] = {
        do {
            guard let file = Bundle.module.url(forResource: "Golden/golden", withExtension: "json") else {
                throw CocoaError(.fileNoSuchFile)
            }
            return try JSONDecoder().decode([GoldenVector].self, from: Data(contentsOf: file))
        } catch {
            fatalError("golden.json can't be read: \(error)")
        }
    }()
}

func hex(_ digest: Digest256) -> String {
    var writer = ByteWriter(capacity: 64)
    writer.appendHex(digest)
    return String(decoding: writer.bytes, as: UTF8.self)
}

/// Differing bits.
func distance(_ a: Digest256, _ b: Digest256) -> Int {
    (a.words.0 ^ b.words.0).nonzeroBitCount + (a.words.1 ^ b.words.1).nonzeroBitCount
        + (a.words.2 ^ b.words.2).nonzeroBitCount + (a.words.3 ^ b.words.3).nonzeroBitCount
}
