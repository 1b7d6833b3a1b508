import Detection
import Events
import Foundation
import Signals
import Testing

/// A batch of events, each with the media of one JSON array.
func batch(media arrays: [String], time: String = "2026-11-23T10:00:00Z") throws -> EventBatch {
    var builder = EventBatch.Builder()
    let decoder = EventDecoder()
    for (index, media) in arrays.enumerated() {
        let json = """
            {"specversion":"1.0","type":"weir.upload.created.v1","source":"/t","id":"e-\(index)","time":"\(time)",
             "data":{"account":{"id":"a"},"text":{"title":"t"},"media":\(media)}}
            """
        let error = Array(json.utf8).withUnsafeBytes { bytes in
            decoder.decode(
                RecordView(value: bytes, offset: Int64(index), timestamp: Timestamp(nanoseconds: 0)),
                headers: NoHeaders(),
                into: &builder)
        }
        if let error { throw UnreadableEvent(description: "\(error)") }
    }
    return builder.finish(topic: "uploads", partition: 0)
}

struct UnreadableEvent: Error, CustomStringConvertible {
    let description: String
}

func inspection(_ batch: EventBatch, _ change: (inout MediaFacts) -> Void = { _ in }) -> Inspection {
    var facts = MediaFacts(unreadCount: batch.media.count)
    change(&facts)
    return Inspection(batch: batch, selection: .all(batch.count), media: facts)
}

func signal(_ type: SignalType, _ value: String, expiresAt: Timestamp? = nil) -> Signal {
    var signal = Signal(type: type, value: value)
    signal.opinion = .positive
    signal.expiresAt = expiresAt
    return signal
}

func digest256(_ hex: String) throws -> Digest256 {
    try #require(Array(hex.utf8).withUnsafeBytes { Digest256(hex: $0) })
}

func digest128(_ hex: String) throws -> Digest128 {
    try #require(Array(hex.utf8).withUnsafeBytes { Digest128(hex: $0) })
}

/// The same hexadecimal digit throughout.
func hex256(_ digit: Character) -> String { String(repeating: digit, count: 64) }
func hex160(_ digit: Character) -> String { String(repeating: digit, count: 40) }
func hex128(_ digit: Character) -> String { String(repeating: digit, count: 32) }
