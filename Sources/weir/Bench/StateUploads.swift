import Events
import Glibc
import LoadGeneration

/// Made-up uploads of one partition for `weir bench state`: accounts by Zipf's law, texts of 200 to 1,000 bytes in most,
/// a file with its SHA-256 in a third, links in a fifth, a live segment now and then, and one in a hundred events that
/// is delivered again.
struct StateUploads {
    private let accounts: ZipfNumbers
    private var random = SplitMix64(seed: 8)
    private let text: [UInt8]
    /// Where words of the text begin.
    private let starts: [Int]
    private let decoder = EventDecoder()
    private var builder = EventBatch.Builder()
    private var offset: Int64 = 0
    private var earlier: [UInt8] = []
    /// Nanoseconds: of the event's time, and between two of them. An account has one event a day on average.
    private var time: Int64 = 1_767_225_600_000_000_000
    private let step: Int64

    /// - Parameter accounts: that there are.
    init(accounts: Int) {
        self.accounts = ZipfNumbers(count: accounts, exponent: 1.1)
        step = 86_400_000_000_000 / Int64(accounts)
        let words = Vocabulary(count: 4_096, seed: 7)
        var out = ByteWriter(capacity: 1 << 20)
        var starts: [Int] = []
        while out.count < 1 << 20 {
            starts.append(out.count)
            let place = Double.random(in: 0..<1, using: &random) * Double.random(in: 0..<1, using: &random)
            out.append(words[Int(place * 4_096)])
            out.append(" ")
        }
        text = out.bytes
        let count = out.count
        self.starts = starts.filter { $0 + 1_001 < count }
    }

    /// One short event of each of some accounts.
    mutating func batch(ofEach accounts: Range<Int>) -> EventBatch {
        for account in accounts {
            var out = begin(account, type: "weir.upload.created.v1")
            out.append(",\"text\":{\"body\":\"Guten Morgen allerseits\"}}}")
            decode(out.bytes)
        }
        return builder.finish(topic: "uploads", partition: 0)
    }

    /// What comes next.
    mutating func batch(_ count: Int) -> EventBatch {
        for _ in 0..<count {
            if !earlier.isEmpty, chance(100) {
                decode(earlier)
                continue
            }
            let event = next()
            if chance(50) { earlier = event }
            decode(event)
        }
        return builder.finish(topic: "uploads", partition: 0)
    }

    private mutating func chance(_ of: UInt64) -> Bool { random.next() % of == 0 }
    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    private mutating func begin(_ account: Int, type: StaticString) -> ByteWriter {
        time += step
        var out = ByteWriter(capacity: 2_048)
        out.append("{\"specversion\":\"1.0\",\"type\":\"")
        out.append(type)
        out.append("\",\"source\":\"/uploads/eu-central\",\"id\":\"01980000-0000-7000-8000-")
        out.append(UInt64(offset), width: 12)
        out.append("\",\"time\":")
        out.appendJSON(Timestamp(nanoseconds: time))
        out.append(",\"data\":{\"account\":{\"id\":\"account-")
        out.append(account)
        out.append("\",\"createdAt\":\"2024-02-29T12:00:00Z\"}")
        return out
    }

    private mutating func next() -> [UInt8] {
        let account = accounts.next(&random)
        let isLive = chance(200)
        var out = begin(account, type: isLive ? "weir.live.segment.v1" : "weir.upload.created.v1")
        if isLive {
            out.append(",\"stream\":{\"id\":\"stream-")
            out.append(account)
            out.append("\",\"sequence\":1}")
        }
        if chance(3) {
            out.append(",\"media\":[{\"id\":\"m\",\"contentType\":\"image/jpeg\",\"sha256\":\"")
            // One in five is among a few that go round.
            let file = chance(5) ? UInt64(number(0...999)) : random.next()
            for _ in 0..<4 { withUnsafeBytes(of: file) { out.appendHex($0) } }
            out.append("\"}]")
        }
        if chance(5) {
            out.append(",\"links\":[")
            let links = chance(4) ? 2 : 1
            for link in 0..<links {
                out.append(link == 0 ? "\"https://site" : ",\"https://site")
                let popularity = Double.random(in: 0..<1, using: &random)
                out.append(Int(popularity * popularity * popularity * 5_000))
                out.append(".example/articles/")
                out.append(number(0...1_000_000))
                out.append("\"")
            }
            out.append("]")
        }
        if !chance(10) {
            let start = starts[number(0...starts.count - 1)]
            out.append(",\"text\":{\"body\":\"")
            // One in twenty says what has been said often.
            out.append(chance(20) ? text[0..<300] : text[start..<start + number(200...1_000)])
            out.append("\"}")
        } else {
            out.append(",\"text\":{\"title\":\"Ohne Worte\"}")
        }
        out.append("}}")
        return out.bytes
    }

    private mutating func decode(_ json: [UInt8]) {
        let error = json.withUnsafeBytes { bytes in
            decoder.decode(
                RecordView(value: bytes, offset: offset, timestamp: Timestamp(nanoseconds: time)),
                headers: NoHeaders(), into: &builder)
        }
        precondition(error == nil, "what is measured must be events")
        offset += 1
    }
}

/// Numbers from 1 on, of which k comes in proportion to k^-s: by rejection-inversion (Hörmann and Derflinger,
/// "Rejection-inversion to generate variates from monotone discrete distributions", 1996).
struct ZipfNumbers {
    private let count: Double
    private let exponent: Double
    private let low: Double
    private let high: Double

    /// - Parameter exponent: s; not 1.
    init(count: Int, exponent: Double) {
        self.count = Double(count)
        self.exponent = exponent
        low = ZipfNumbers.integral(1.5, exponent) - 1
        high = ZipfNumbers.integral(Double(count) + 0.5, exponent)
    }

    private static func integral(_ x: Double, _ s: Double) -> Double { pow(x, 1 - s) / (1 - s) }

    func next(_ random: inout SplitMix64) -> Int {
        while true {
            let u = low + Double.random(in: 0..<1, using: &random) * (high - low)
            let x = pow(u * (1 - exponent), 1 / (1 - exponent))
            let k = min(max(x.rounded(), 1), count)
            if u >= ZipfNumbers.integral(k + 0.5, exponent) - pow(k, -exponent) { return Int(k) }
        }
    }
}
