package import Events

/// A batch of events, each with the JSON object that its `data` holds.
package func uploads(
    _ data: [String], type: String = "weir.upload.created.v1", time: String = "2026-11-23T10:00:00Z"
) throws -> EventBatch {
    var builder = EventBatch.Builder()
    let decoder = EventDecoder()
    for (index, data) in data.enumerated() {
        let json = """
            {"specversion":"1.0","type":"\(type)","source":"/t","id":"e-\(index)","time":"\(time)","data":\(data)}
            """
        let error = Array(json.utf8).withUnsafeBytes { bytes in
            decoder.decode(
                RecordView(value: bytes, offset: Int64(index), timestamp: Timestamp(nanoseconds: 0)),
                headers: NoHeaders(), into: &builder)
        }
        if let error { throw UnreadableUpload(description: "\(error)") }
    }
    return builder.finish(topic: "uploads", partition: 0)
}

/// `count` events with nothing remarkable in them.
package func plainUploads(_ count: Int) throws -> EventBatch {
    try uploads(Array(repeating: #"{"account":{"id":"a"},"text":{"body":"hello"}}"#, count: count))
}

package struct UnreadableUpload: Error, CustomStringConvertible {
    package let description: String
}
