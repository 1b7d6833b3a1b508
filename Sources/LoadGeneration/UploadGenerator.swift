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
        /// Whether events state everything that an event may: account, media with hashes, links, client, parent.
        package var isFull = false
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
        out.append("\"")
        if options.isFull {
            out.append(",\"createdAt\":\"2024-02-29T12:00:00Z\",\"followers\":")
            out.append(Int64(account % 1_000))
            out.append(",\"verified\":false")
        }
        out.append("}")
        appendMedia(to: &out)
        if options.isFull {
            out.append(",\"kind\":\"post\",\"links\":[\"https://news.example.org/articles/")
            out.append(number)
            out.append("\"],\"client\":{\"network\":\"203.0.113.0/24\",\"device\":\"d-9\"}")
            out.append(",\"parent\":{\"id\":\"content-100\",\"kind\":\"share\"}")
        }
        out.append(",\"text\":{")
        if options.isFull { out.append("\"language\":\"id\",") }
        out.append("\"body\":\"")
        out.append(UploadGenerator.words.text(bytes: max(0, options.bytes - out.count - 4), using: &random))
        out.append("\"}}}")
        number += 1
        return Upload(key: key.bytes, value: out.bytes)
    }

    private mutating func appendMedia(to out: inout ByteWriter) {
        let isKnown = Double.random(in: 0..<1, using: &random) < options.knownShare
        guard isKnown || options.isFull else { return }
        let hash =
            isKnown
            ? UploadGenerator.knownHash(Int.random(in: 0..<UploadGenerator.knownHashes, using: &random))
            : SHA256.hash(Array("unknown \(number)".utf8))
        out.append(",\"media\":[{\"id\":\"m\",\"sha256\":\"")
        out.appendHex(hash)
        if options.isFull {
            out.append("\",\"md5\":\"")
            out.appendHex(hash.firstHalf)
            out.append("\",\"pdq\":\"")
            out.appendHex(SHA256.hash(Array("picture \(number)".utf8)))
            out.append("\",\"contentType\":\"image/jpeg\",\"bytes\":81234,\"url\":\"https://cdn.example.org/m/")
            out.append(number)
        }
        out.append("\"}]")
    }

    /// A word of the texts; low-numbered ones are frequent, those from 4,096 on don't exist.
    package static func word(_ number: Int) -> String { words[number] }

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
