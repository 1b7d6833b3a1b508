import Events
import TestSupport

@testable import MetadataDetection

/// Made-up sightings of one partition: things that spread, pictures that were re-encoded, late ones, and some that come
/// twice.
struct SightingStream {
    private(set) var records: [SightingState.Record] = []

    static let start: Int64 = 1_780_000_000
    static let keys = SightingKeys(Array("key".utf8))

    init(count: Int, seed: UInt64, accounts: Int = 120) throws {
        var random = SplitMix64(seed: seed)
        var now = SightingStream.start
        let pictures = (0..<6).map { _ in SightingStream.picture(&random) }
        var earlier: [Sighting] = []
        var offset: Int64 = 0
        while records.reduce(0, { $0 + $1.sightings.count }) < count {
            now += Int64.random(in: 0...40, using: &random)
            if Int.random(in: 0..<200, using: &random) == 0 { now += Int64.random(in: 0...100_000, using: &random) }
            if Int.random(in: 0..<2_000, using: &random) == 0 { now += Int64.random(in: 0...2_000_000, using: &random) }
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                if let old = earlier.randomElement(using: &random), Int.random(in: 0..<15, using: &random) == 0 {
                    SightingCoding.append(old, to: &bytes)
                    continue
                }
                let sighting = SightingStream.sighting(now, pictures, accounts, &random)
                earlier.append(sighting)
                if earlier.count > 30 { earlier.removeFirst() }
                SightingCoding.append(sighting, to: &bytes)
            }
            // Markers of transactions leave gaps.
            offset += Int64.random(in: 1...3, using: &random)
            records.append(try SightingStream.record(bytes, offset, now))
        }
    }

    static func record(_ bytes: [UInt8], _ offset: Int64, _ seconds: Int64) throws -> SightingState.Record {
        try bytes.withUnsafeBytes {
            try SightingState.Record($0, offset: offset, written: Timestamp(milliseconds: seconds * 1_000))
        }
    }

    private static func sighting(
        _ now: Int64, _ pictures: [Digest256], _ accounts: Int, _ random: inout SplitMix64
    ) -> Sighting {
        var time = now
        if Int.random(in: 0..<20, using: &random) == 0 { time -= Int64.random(in: 0...8_000, using: &random) }
        let kind = Sighting.Kind.allCases.randomElement(using: &random) ?? .file
        var fingerprint = Digest256()
        if kind == .picture {
            fingerprint = near(pictures[Int.random(in: 0..<6, using: &random)], bits: 12, &random)
        } else if kind == .document {
            fingerprint = sketch(&random)
        } else {
            fingerprint.words.0 = UInt64.random(in: 1...8, using: &random)
        }
        return SightingStream.made(
            kind, fingerprint, account: Int.random(in: 0..<accounts, using: &random), at: time * 1_000,
            age: Bool.random(using: &random) ? UInt32.random(in: 0...400, using: &random) : nil,
            network: UInt32.random(in: 0...5, using: &random),
            isActedOn: Int.random(in: 0..<8, using: &random) == 0,
            isStream: kind == .link && Int.random(in: 0..<6, using: &random) == 0,
            measure: kind.isOfAccount
                ? [.against, .against, .restored, nil, nil, nil, nil, nil, nil, nil].randomElement(using: &random)
                    ?? nil
                : nil,
            host: kind == .text || kind == .document ? UInt32.random(in: 0...9, using: &random) : 0,
            number: UInt64.random(in: .min ... .max, using: &random))
    }

    static func made(
        _ kind: Sighting.Kind, _ fingerprint: Digest256, account: Int, at milliseconds: Int64, age: UInt32?,
        network: UInt32 = 0, isActedOn: Bool = false, isStream: Bool = false, measure: Sighting.Measure? = nil,
        host: UInt32 = 0, number: UInt64
    ) -> Sighting {
        var verdict = Digest128()
        verdict.words = (number, UInt64(bitPattern: milliseconds))
        let (name, event) = (Array("a-\(account)".utf8), Array("e-\(number)".utf8))
        let reference = name.withUnsafeBytes { name in
            event.withUnsafeBytes { event in
                keys.seal.sealed(subject: event, event: event, account: name, verdict: verdict)
            }
        }
        var sighting = Sighting(
            kind: kind, fingerprint: fingerprint, verdict: verdict, time: Timestamp(milliseconds: milliseconds),
            accountAge: age, account: name.withUnsafeBytes(keys.account), network: network, isActedOn: isActedOn,
            isStream: isStream, measure: measure, host: host, reference: reference)
        if kind == .document {
            let words = (0..<20).map { UInt16(truncatingIfNeeded: number &+ $0) }
            sighting.passage = keys.passages.sealed(words[...], folding: 1, verdict: verdict)
        }
        return sighting
    }

    /// A text's: of hashes that others have too, some of them many.
    private static func sketch(_ random: inout SplitMix64) -> Digest256 {
        let text = UInt32.random(in: 0..<5, using: &random)
        var hashes = Set((0..<6).map { text * 100 + $0 * 3 + UInt32.random(in: 1...3, using: &random) })
        hashes.insert(1_000 + UInt32.random(in: 0..<4, using: &random))
        hashes.insert(UInt32.random(in: 2_000..<4_000, using: &random))
        return sketch(of: hashes)
    }

    /// - Parameter hashes: at most eight.
    static func sketch(of hashes: Set<UInt32>) -> Digest256 {
        var sketch = Digest256()
        withUnsafeMutableBytes(of: &sketch) { bytes in
            for (place, hash) in hashes.sorted().enumerated() {
                bytes.storeBytes(of: hash.littleEndian, toByteOffset: 4 * place, as: UInt32.self)
            }
        }
        return sketch
    }

    static func picture(_ random: inout SplitMix64) -> Digest256 {
        var picture = Digest256()
        picture.words = (random.next(), random.next(), random.next(), random.next())
        return picture
    }

    /// The same with some bits turned.
    static func near(_ picture: Digest256, bits: Int, _ random: inout SplitMix64) -> Digest256 {
        var near = picture
        for _ in 0..<bits {
            let bit = UInt64(1) << UInt64.random(in: 0..<64, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: near.words.0 ^= bit
            case 1: near.words.1 ^= bit
            case 2: near.words.2 ^= bit
            default: near.words.3 ^= bit
            }
        }
        return near
    }
}
