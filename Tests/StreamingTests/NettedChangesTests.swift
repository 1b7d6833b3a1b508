import Events
import MetadataDetection
import TestSupport
import Testing

@testable import Streaming

@Suite struct NettedChangesTests {
    private static let key = Array("k".utf8)

    /// What is left of a transaction's changes makes the same state as all of them, and has each key once.
    @Test func theLastOfEachKeyIsEnough() throws {
        let state = AccountState(AccountSettings(), key: NettedChangesTests.key)
        var all: [StateChanges] = []
        var netted = NettedChanges()
        for batch in 0..<12 {
            let uploads = (0..<40).map { number in
                "{\"account\":{\"id\":\"a-\((number * 7 + batch) % 23)\"},\"text\":{\"body\":\"x\(batch)-\(number)\"}}"
            }
            let changes = state.fold(try numbered(uploads, from: batch * 40), nextOffset: Int64(batch * 40 + 40))
                .changes
            all.append(changes)
            netted.add(changes)
        }
        let restore = StateRestore(AccountSettings(), key: NettedChangesTests.key)
        var keys: Set<[UInt8]> = []
        var count = 0
        try netted.forEach { key, value in
            count += 1
            keys.insert(Array(key))
            try restore.take(key: key, value: value)
        }
        #expect(keys.count == count)
        #expect(count < all.reduce(0) { $0 + $1.records.count })
        #expect(try restore.finish().fingerprint == state.fingerprint)
        NettedChanges().forEach { _, _ in Issue.record("nothing was changed") }
    }

    private func numbered(_ data: [String], from start: Int) throws -> EventBatch {
        var builder = EventBatch.Builder()
        let decoder = EventDecoder()
        for (index, data) in data.enumerated() {
            let json = """
                {"specversion":"1.0","type":"weir.upload.created.v1","source":"/t","id":"e-\(start + index)",\
                "time":"2026-11-23T10:00:00Z","data":\(data)}
                """
            let error = Array(json.utf8).withUnsafeBytes { bytes in
                decoder.decode(
                    RecordView(
                        value: bytes, offset: Int64(start + index),
                        timestamp: Timestamp(milliseconds: 1_800_000_000_000)),
                    headers: NoHeaders(), into: &builder)
            }
            if let error { throw error }
        }
        return builder.finish(topic: "uploads", partition: 0)
    }
}
