import Events
import TestSupport

/// Made-up uploads of one partition: bursts, late ones, clocks ahead, events that are delivered again.
struct AccountStream {
    private(set) var records: [(json: [UInt8], written: Timestamp)] = []

    init(count: Int, accounts: Int, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var now: Int64 = 1_780_000_000
        var earlier: [[UInt8]] = []
        for number in 0..<count {
            now += Int64.random(in: 0...9, using: &random)
            if Int.random(in: 0..<400, using: &random) == 0 { now += Int64.random(in: 0...10_000_000, using: &random) }
            let written = Timestamp(milliseconds: now * 1_000)
            if let old = earlier.randomElement(using: &random), Int.random(in: 0..<20, using: &random) == 0 {
                records.append((old, written))
                continue
            }
            var time = now
            switch Int.random(in: 0..<20, using: &random) {
            case 0: time -= Int64.random(in: 0...1_200, using: &random)
            case 1: time += Int64.random(in: 0...200, using: &random)
            default: break
            }
            let json = AccountStream.event(number, accounts, time, &random)
            records.append((json, written))
            earlier.append(json)
            if earlier.count > 50 { earlier.removeFirst() }
        }
    }

    mutating func truncate(to count: Int) { records.removeLast(records.count - count) }

    private static func event(_ number: Int, _ accounts: Int, _ time: Int64, _ random: inout SplitMix64) -> [UInt8] {
        // Few accounts do most.
        let place = Double.random(in: 0..<1, using: &random) * Double.random(in: 0..<1, using: &random)
        let account = Int(place * place * Double(accounts))
        var parts = ["\"account\":{\"id\":\"a-\(account)\"}"]
        let isLive = Int.random(in: 0..<12, using: &random) == 0
        if isLive {
            parts.append("\"stream\":{\"id\":\"s-\(account)-\(Int.random(in: 0...1, using: &random))\",\"sequence\":1}")
        }
        let words = ["Morgen", "ist", "ein", "schöner", "Tag", "für", "Tee"]
        let text = (0..<8).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " #")
        if Int.random(in: 0..<25, using: &random) == 0 {
            let action = AccountAction.allCases.randomElement(using: &random) ?? .strike
            parts = [parts[0], "\"action\":\"\(action.name)\",\"weight\":\(Int.random(in: 1...3, using: &random))"]
            return event("weir.account.action.v1", number, time, parts)
        }
        if Bool.random(using: &random) {
            parts.append(
                "\"text\":{\"body\":\"\(Bool.random(using: &random) ? text : "Das steht hier immer wieder")\"}")
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            let digit = Int.random(in: 0...9, using: &random)
            parts.append("\"media\":[{\"id\":\"m\",\"sha256\":\"\(String(repeating: "\(digit)", count: 64))\"}]")
        }
        let links = (0..<Int.random(in: 0...2, using: &random)).map { _ in
            "\"https://Host\(Int.random(in: 0...90, using: &random)).example/x\""
        }
        if !links.isEmpty { parts.append("\"links\":[\(links.joined(separator: ","))]") }
        if parts.count == (isLive ? 2 : 1) { parts.append("\"text\":{\"body\":\"\(text)\"}") }
        return event(isLive ? "weir.live.segment.v1" : "weir.upload.created.v1", number, time, parts)
    }

    private static func event(_ type: String, _ number: Int, _ time: Int64, _ parts: [String]) -> [UInt8] {
        var stamp = ByteWriter()
        stamp.appendJSON(Timestamp(milliseconds: time * 1_000))
        let json = """
            {"specversion":"1.0","type":"\(type)","source":"/t","id":"e-\(number)",\
            "time":\(String(decoding: stamp.bytes, as: UTF8.self)),"data":{\(parts.joined(separator: ","))}}
            """
        return Array(json.utf8)
    }

    /// The records of a range of offsets.
    func batch(_ offsets: Range<Int>) throws -> EventBatch {
        var builder = EventBatch.Builder()
        let decoder = EventDecoder()
        for offset in offsets {
            let error = records[offset].json.withUnsafeBytes { bytes in
                decoder.decode(
                    RecordView(value: bytes, offset: Int64(offset), timestamp: records[offset].written),
                    headers: NoHeaders(), into: &builder)
            }
            if let error { throw error }
        }
        return builder.finish(topic: "uploads", partition: 0)
    }
}
