/// A record that can't become a verdict, kept whole with the reason (interface, "Dead letter").
package struct DeadLetter: Sendable {
    package struct Header: Sendable, Equatable {
        package let name: [UInt8]
        package let value: [UInt8]?

        package init(name: [UInt8], value: [UInt8]?) {
            self.name = name
            self.value = value
        }

        package init(_ name: StaticString, _ value: String) {
            self.init(name: name.withUTF8Buffer(Array.init), value: Array(value.utf8))
        }
    }

    /// Unchanged; nil is a null, not an empty one.
    package let key: [UInt8]?
    package let value: [UInt8]?
    package let originalHeaders: [Header]
    package let error: DecodeError
    /// Where it failed: `decode`.
    package let stage: StaticString
    package let topic: String
    package let partition: Int32
    package let offset: Int64
    package let timestamp: Timestamp

    package init(
        key: [UInt8]?, value: [UInt8]?, headers: [Header], error: DecodeError, stage: StaticString,
        topic: String, partition: Int32, offset: Int64, timestamp: Timestamp
    ) {
        self.key = key
        self.value = value
        originalHeaders = headers
        self.error = error
        self.stage = stage
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
    }

    /// The original headers and then Weir's own. A record that was replayed counts its attempts on.
    package func headers(version: String) -> [Header] {
        let before = originalHeaders.last { $0.name.elementsEqual("weir.error.attempt".utf8) }?.value
        let attempt = before.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
        var time = ByteWriter(capacity: 26)
        time.appendJSON(timestamp)
        return originalHeaders + [
            Header("weir.error.code", error.code.rawValue),
            Header("weir.error.message", error.message),
            Header("weir.error.stage", stage.description),
            Header("weir.error.version", version),
            Header("weir.error.attempt", String(min(max(attempt, 0), 1_000_000) + 1)),
            Header("weir.source.topic", topic),
            Header("weir.source.partition", String(partition)),
            Header("weir.source.offset", String(offset)),
            Header("weir.source.timestamp", String(decoding: time.bytes.dropFirst().dropLast(), as: UTF8.self)),
        ]
    }
}
