import Events
import Foundation
import TestSupport
import Testing

/// The decoder against plain models of it.
struct DecoderModelTests {
    @Test(arguments: UInt64(1)...250)
    func readsWhatFoundationReads(seed: UInt64) throws {
        var events = RandomEvent(seed: seed)
        for _ in 0..<4 {
            let text = events.next()
            let (batch, errors) = decode([Record(text)])
            try #require(errors == [nil], "\(text)")
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8), options: [])
            let expected = try model(try #require(object as? [String: Any]), received: 1_000_000_000)
            // Compared as bytes, since Swift calls strings equal that only look the same.
            #expect(fields(batch, 0).mapValues { Array($0.utf8) } == expected.mapValues { Array($0.utf8) }, "\(text)")
        }
    }

    /// An event that fails, however late, leaves no trace: the batch is that of the good records alone.
    @Test(arguments: UInt64(1)...200)
    func badRecordsLeaveNoTrace(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var events = RandomEvent(seed: seed)
        let records = (0..<30).map { _ in
            let good = Record(events.next())
            switch Int.random(in: 0..<5, using: &random) {
            case 0: return spoiled(good, using: &random)
            case 1: return DecodeFailure.all[Int.random(in: 0..<DecodeFailure.all.count, using: &random)].record
            default: return good
            }
        }
        let (batch, errors) = decode(records)
        let good = records.indices.filter { errors[$0] == nil }
        let alone = decode(good.map { records[$0] }, at: good.map(Int64.init))
        #expect(alone.errors.allSatisfy { $0 == nil })
        #expect(batch.count == good.count)
        #expect(batch.bytes == alone.batch.bytes)
        #expect(batch.links == alone.batch.links)
        #expect(batch.media.count == alone.batch.media.count)
        for index in 0..<min(batch.count, alone.batch.count) {
            #expect(fields(batch, index) == fields(alone.batch, index))
            #expect(batch.events[index].offset == Int64(good[index]))
            #expect(batch.events[index].media == alone.batch.events[index].media)
            #expect(batch.events[index].links == alone.batch.events[index].links)
        }
        for error in errors where error != nil { #expect(error?.message.isEmpty == false) }
    }

    /// Wrong in its last part, so that everything before it was taken in.
    private func spoiled(_ record: Record, using random: inout SplitMix64) -> Record {
        let text = String(decoding: record.value ?? [], as: UTF8.self)
        let end = text.lastIndex(of: "}") ?? text.startIndex
        let tails = ["", ",\"id\":1}", ",\"specversion\":\"2\"}", ",\"x\":01}", ",\"x\":\"\\ud800\"}", "} x", "}}"]
        return Record(text[..<end] + (tails.randomElement(using: &random) ?? ""))
    }

    private func model(_ event: [String: Any], received: Int64) throws -> [String: String] {
        var out: [String: String] = ["time": String(received)]
        func take(_ from: Any?, _ names: [String], _ prefix: String = "") throws {
            let members = from as? [String: Any] ?? [:]
            for name in names {
                let path = prefix + name
                switch members[name] {
                case nil, is NSNull: break
                case let text as String where ["time", "createdAt", "startedAt"].contains(name):
                    out[path] = String(try nanoseconds(text))
                case let text as String: out[path] = ["sha256", "md5", "pdq"].contains(name) ? text.lowercased() : text
                case let number as NSNumber:
                    out[path] = name == "verified" ? (number.boolValue ? "true" : "false") : number.stringValue
                default: Issue.record("\(path) is of no known kind")
                }
            }
        }
        try take(event, ["type", "source", "id", "subject", "time"])
        if out["subject"]?.isEmpty ?? true { out["subject"] = out["id"] }
        let data = event["data"] as? [String: Any] ?? [:]
        try take(data, ["kind"])
        try take(
            data["account"], ["id", "createdAt", "followers", "verified", "avatar", "profile", "name"], "account.")
        try take(data["text"], ["title", "body", "language"], "text.")
        try take(data["client"], ["network", "device"], "client.")
        try take(data["parent"], ["id", "kind"], "parent.")
        try take(data["stream"], ["id", "sequence", "startedAt"], "stream.")
        for (place, link) in (data["links"] as? [String] ?? []).enumerated() { out["links.\(place)"] = link }
        for (place, item) in (data["media"] as? [Any] ?? []).enumerated() {
            out["media.\(place)"] = ""
            try take(item, ["id", "url", "contentType", "bytes", "sha256", "md5", "pdq", "inline"], "media.\(place).")
        }
        return out
    }

    private func nanoseconds(_ text: String) throws -> Int64 {
        let whole = try Date(String(text.prefix(19)) + "Z", strategy: .iso8601).timeIntervalSince1970
        return Int64(whole) * 1_000_000_000 + (Int64(text.dropFirst(20).prefix(3)) ?? -1) * 1_000_000
    }
}
