/// Contiguous decoded records of one partition, or lines of one file: the unit of work.
///
/// Immutable, so that all detectors of a stage read it at once at the price of one retain each.
package final class EventBatch: Sendable {
    /// The topic, or the name of the file.
    package let topic: String
    package let partition: Int32
    /// UTF-8 of all fields of all events.
    package let bytes: [UInt8]
    package let events: [UploadEvent]
    package let media: [Media]
    package let links: [ByteRange]
    /// What is known of the events from what came before them in their partition; by event.
    package let facts: [EventFact]

    init(
        topic: String, partition: Int32, bytes: [UInt8], events: [UploadEvent], media: [Media], links: [ByteRange],
        facts: [EventFact] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.bytes = bytes
        self.events = events
        self.media = media
        self.links = links
        self.facts = facts
    }

    /// The same events, with what is known of them.
    package func with(_ facts: [EventFact]) -> EventBatch {
        EventBatch(
            topic: topic, partition: partition, bytes: bytes, events: events, media: media, links: links, facts: facts)
    }

    package var count: Int { events.count }

    package func withBytes<Result, Failure: Error>(
        _ range: ByteRange, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withUnsafeBufferPointer { (all) throws(Failure) in
            try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[range.range])))
        }
    }

    /// A copy of a field's text; nil if the field was absent. Not for the hot path.
    package func text(_ range: ByteRange) -> String? {
        range.isPresent ? String(decoding: bytes[range.range], as: UTF8.self) : nil
    }
}

extension EventBatch {
    /// Takes events in, one after another; an event that fails half-way leaves no trace.
    package struct Builder {
        private var bytes: [UInt8] = []
        private var events: [UploadEvent] = []
        private var media: [Media] = []
        private var links: [ByteRange] = []
        private var kept = Mark()

        /// The event being read, and the item of it being read.
        var event = UploadEvent()
        var item = Media()

        private struct Mark {
            var bytes = 0
            var media = 0
            var links = 0
        }

        package init() {}

        package var count: Int { events.count }
        package var byteCount: Int { bytes.count }

        mutating func beginEvent() {
            kept = Mark(bytes: bytes.count, media: media.count, links: links.count)
            event = UploadEvent()
        }

        mutating func discardEvent() {
            bytes.removeLast(bytes.count - kept.bytes)
            media.removeLast(media.count - kept.media)
            links.removeLast(links.count - kept.links)
        }

        mutating func keepEvent() {
            event.mediaStart = UInt32(kept.media)
            event.mediaCount = UInt16(media.count - kept.media)
            event.linkStart = UInt32(kept.links)
            event.linkCount = UInt16(links.count - kept.links)
            events.append(event)
        }

        var mediaCount: Int { media.count - kept.media }
        var linkCount: Int { links.count - kept.links }

        mutating func keepItem() { media.append(item) }
        mutating func append(link: ByteRange) { links.append(link) }

        mutating func append(_ text: UnsafeRawBufferPointer) -> ByteRange {
            let range = ByteRange(offset: bytes.count, count: text.count)
            bytes.append(contentsOf: text)
            return range
        }

        /// Hands the batch over and starts afresh.
        package mutating func finish(topic: String, partition: Int32) -> EventBatch {
            let batch = EventBatch(
                topic: topic, partition: partition, bytes: bytes, events: events, media: media, links: links)
            let expected = (bytes.count, events.count)
            self = Builder()
            bytes.reserveCapacity(expected.0)
            events.reserveCapacity(expected.1)
            return batch
        }
    }
}
