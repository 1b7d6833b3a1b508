import Detection
import Events
import Imaging
import Media
import Testing

/// A media item as a platform would state it.
struct Item: Sendable {
    var contentType: String?
    var inline: String?
    var url: String?
    var sha256: String?
    var pdq: String?

    static func carried(_ file: [UInt8], contentType: String? = nil) -> Item {
        Item(contentType: contentType, inline: String(decoding: Base64.encode(file), as: UTF8.self))
    }

    var json: String {
        let fields = [
            ("contentType", contentType), ("inline", inline), ("url", url), ("sha256", sha256), ("pdq", pdq),
        ]
        return "{" + fields.compactMap { name, value in value.map { "\"\(name)\":\"\($0)\"" } }.joined(separator: ",")
            + "}"
    }
}

/// A batch of one event for each list of items.
func batch(_ events: [[Item]]) throws -> EventBatch {
    var builder = EventBatch.Builder()
    let decoder = EventDecoder()
    for (index, items) in events.enumerated() {
        let json = """
            {"specversion":"1.0","type":"weir.upload.created.v1","source":"/t","id":"e-\(index)",
             "data":{"account":{"id":"a"},"text":{"title":"t"},"media":[\(items.map(\.json).joined(separator: ","))]}}
            """
        let error = Array(json.utf8).withUnsafeBytes { bytes in
            decoder.decode(
                RecordView(value: bytes, offset: Int64(index), timestamp: Timestamp(nanoseconds: 0)),
                headers: NoHeaders(), into: &builder)
        }
        try #require(error == nil, "\(error.debugDescription)")
    }
    return builder.finish(topic: "uploads", partition: 0)
}

extension MediaService {
    func read(
        _ batch: EventBatch, _ selection: Selection? = nil, needs: MediaNeeds = [.digests, .picture],
        fetch: Bool = false, knowing facts: MediaFacts? = nil
    ) async -> MediaFacts {
        await read(
            batch, selection ?? .all(batch.count), needs: needs, fetch: fetch,
            into: facts ?? MediaFacts(unreadCount: batch.media.count))
    }
}

/// A picture with something in it.
func picture(_ seed: Int = 1, width: Int = 96, height: Int = 72) throws(PictureError) -> Pixels {
    var bytes: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            let (dx, dy) = (x - width / (2 + seed % 3), y - height / (2 + seed % 2))
            let disc = dx * dx + dy * dy < (10 + seed) * (10 + seed) ? 120 : 0
            bytes += [UInt8(clamping: x * 2 + disc), UInt8(clamping: y * 3), UInt8(clamping: 255 - x - disc)]
        }
    }
    guard let pixels = Pixels(width: width, height: height, layout: .rgb, copying: bytes) else {
        throw .memory
    }
    return pixels
}

func jpeg(_ seed: Int = 1) throws -> [UInt8] { try picture(seed).jpeg(quality: 90) }
func png(_ seed: Int = 1) throws -> [UInt8] { try picture(seed).png() }
