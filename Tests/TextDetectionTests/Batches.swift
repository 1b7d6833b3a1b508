import Configuration
import Detection
import Events
import Signals
import Synchronization
import Testing

@testable import TextDetection

struct Post {
    var title: String?
    var body: String?
    var language: String?

    init(_ body: String?, title: String? = nil, language: String? = nil) {
        self.title = title
        self.body = body
        self.language = language
    }
}

func batch(_ posts: [Post]) throws -> EventBatch {
    var builder = EventBatch.Builder()
    let decoder = EventDecoder()
    for (index, post) in posts.enumerated() {
        var json = ByteWriter()
        json.append("{\"specversion\":\"1.0\",\"type\":\"weir.upload.created.v1\",\"source\":\"/t\",\"id\":\"e-")
        json.append(index)
        json.append("\",\"time\":\"2026-11-23T10:00:00Z\",\"data\":{\"account\":{\"id\":\"a\"},\"text\":{\"x\":0")
        for (name, text) in [("title", post.title), ("body", post.body), ("language", post.language)] {
            guard let text else { continue }
            json.append(",\"\(name)\":".utf8.map(\.self))
            json.appendJSON(text)
        }
        json.append("}}}")
        let error = json.bytes.withUnsafeBytes { bytes in
            decoder.decode(
                RecordView(value: bytes, offset: Int64(index), timestamp: Timestamp(nanoseconds: 0)),
                headers: NoHeaders(), into: &builder)
        }
        if let error { throw UnreadableEvent(description: "\(error)") }
    }
    return builder.finish(topic: "uploads", partition: 0)
}

struct UnreadableEvent: Error, CustomStringConvertible {
    let description: String
}

func detector(_ signals: [Signal], most: Int = 64) throws -> TermDetector {
    TermDetector(try TermMatcher(SignalSet(signals)), most: most)
}

extension TermDetector {
    func findings(_ batch: EventBatch, _ selection: Selection? = nil) -> Findings {
        inspect(
            Inspection(
                batch: batch, selection: selection ?? .all(batch.count),
                media: MediaFacts(unreadCount: batch.media.count)))
    }
}

/// A finding in words: `event signal field start..<end ×value`.
func words(_ finding: Finding) -> String {
    var text = "\(finding.event) \(finding.signal?.reference ?? finding.fact?.description ?? "")"
    if let span = finding.span { text += " \(span.field) \(span.start)..<\(span.end)" }
    if let value = finding.value { text += " ×\(value)" }
    return text
}

/// What a detector says of the signals it was made from.
final class Notes: Sendable {
    private let notes = Mutex<[String]>([])
    var all: [String] { notes.withLock { $0 } }
    func add(_ note: String) { notes.withLock { $0.append(note) } }
}
