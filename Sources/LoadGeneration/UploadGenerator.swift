package import Events

/// Makes upload events without end, the same ones for the same seed. A share of them carry a hash that `signals` knows.
package struct UploadGenerator: Sendable {
    package struct Options: Sendable {
        package var seed: UInt64 = 1
        package var accounts = 10_000
        /// Bytes of an event, about; at least some 200.
        package var bytes = 1_000
        /// Share of events with media that are known, 0…1.
        package var knownShare = 0.05
        /// What ids begin with, so that runs can be told apart.
        package var prefix = "load"

        package init() {}
    }

    package struct Upload: Sendable {
        package let key: [UInt8]
        package let value: [UInt8]
    }

    /// Known hashes among which the known media are drawn.
    package static let knownHashes = 16
    private static let words = Vocabulary(count: 4_096, seed: 7)

    private let options: Options
    private var random: SplitMix64
    private var number: Int64 = 0

    package init(_ options: Options = Options()) {
        self.options = options
        random = SplitMix64(seed: options.seed)
    }

    /// - Parameter time: when the upload happened.
    package mutating func next(at time: Timestamp) -> Upload {
        let account = Int(
            Double.random(in: 0..<1, using: &random) * Double.random(in: 0..<1, using: &random)
                * Double(options.accounts))
        var key = ByteWriter(capacity: 16)
        key.append("a-")
        key.append(account)
        var out = ByteWriter(capacity: options.bytes + 128)
        out.append("{\"specversion\":\"1.0\",\"type\":\"weir.upload.created.v1\",\"source\":\"/load\",\"id\":\"")
        out.append(options.prefix)
        out.append("-")
        out.append(number)
        out.append("\",\"time\":")
        out.appendJSON(time)
        out.append(",\"data\":{\"account\":{\"id\":\"")
        out.append(key.bytes)
        out.append("\"}")
        if Double.random(in: 0..<1, using: &random) < options.knownShare {
            out.append(",\"media\":[{\"id\":\"m\",\"sha256\":\"")
            out.appendHex(UploadGenerator.knownHash(Int.random(in: 0..<UploadGenerator.knownHashes, using: &random)))
            out.append("\"}]")
        }
        out.append(",\"text\":{\"body\":\"")
        out.append(UploadGenerator.words.text(bytes: max(0, options.bytes - out.count - 4), using: &random))
        out.append("\"}}}")
        number += 1
        return Upload(key: key.bytes, value: out.bytes)
    }

    /// What makes the known media known, as a signals file.
    package static var signals: [UInt8] {
        var out = ByteWriter()
        for number in 0..<knownHashes {
            out.append("{\"type\":\"sha256\",\"value\":\"")
            out.appendHex(knownHash(number))
            out.append("\",\"opinion\":\"positive\",\"labels\":[\"TVEC1\"],\"source\":\"load\",\"id\":\"load-")
            out.append(number)
            out.append("\"}\n")
        }
        return out.bytes
    }

    private static func knownHash(_ number: Int) -> Digest256 { SHA256.hash(Array("known \(number)".utf8)) }
}
