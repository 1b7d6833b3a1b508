import Events
import Kafka
import Media
import Streaming

/// Dead letters as the tool prints them: one JSON object a line.
enum DeadLetterLine {
    /// Without content.
    static func summary(_ letter: StoredLetter, isReplayed: Bool) -> [UInt8] {
        var out = ByteWriter()
        open(letter, to: &out)
        out.append(",\"bytes\":")
        out.append(letter.record.value?.count ?? 0)
        if isReplayed { out.append(",\"replayed\":true") }
        out.append("}\n")
        return out.bytes
    }

    /// With key, value and headers.
    static func whole(_ letter: StoredLetter) -> [UInt8] {
        var out = ByteWriter()
        open(letter, to: &out)
        append("key", letter.record.key, to: &out)
        append("value", letter.record.value, to: &out)
        out.append(",\"headers\":[")
        for (index, header) in letter.record.headers.enumerated() {
            out.append(index > 0 ? ",{\"name\":" : "{\"name\":")
            out.appendJSON(header.name)
            append("value", header.value, to: &out)
            out.append("}")
        }
        out.append("]}\n")
        return out.bytes
    }

    static func counts(_ counts: DeadLetterReplay.Counts) -> [UInt8] {
        var out = ByteWriter()
        out.append("{\"replayed\":")
        out.append(counts.replayed)
        out.append(",\"already\":")
        out.append(counts.already)
        out.append(",\"exhausted\":")
        out.append(counts.exhausted)
        out.append(",\"foreign\":")
        out.append(counts.foreign)
        out.append("}\n")
        return out.bytes
    }

    static func purged(_ place: TopicPartition, before offset: Int64, isReal: Bool) -> [UInt8] {
        var out = ByteWriter()
        out.append("{\"topic\":")
        out.appendJSON(place.topic)
        out.append(",\"partition\":")
        out.append(Int64(place.partition))
        out.append(isReal ? ",\"deletedBefore\":" : ",\"wouldDeleteBefore\":")
        out.append(offset)
        out.append("}\n")
        return out.bytes
    }

    private static func open(_ letter: StoredLetter, to out: inout ByteWriter) {
        out.append("{\"partition\":")
        out.append(Int64(letter.place.partition))
        out.append(",\"offset\":")
        out.append(letter.record.offset)
        if let time = letter.record.timestampMilliseconds {
            out.append(",\"time\":")
            out.appendJSON(Timestamp(milliseconds: time))
        }
        out.append(",\"code\":")
        out.appendJSON(letter.code)
        out.append(",\"message\":")
        out.appendJSON(letter.message)
        out.append(",\"attempt\":")
        out.append(letter.attempt)
        out.append(",\"source\":")
        out.appendPlace(letter.source)
    }

    /// As text where it is UTF-8, else in Base64 under another name.
    private static func append(_ name: StaticString, _ bytes: [UInt8]?, to out: inout ByteWriter) {
        out.append(",\"")
        out.append(name)
        guard let bytes else { return out.append("\":null") }
        if let text = String(validating: bytes, as: UTF8.self) {
            out.append("\":")
            out.appendJSON(text)
        } else {
            out.append("Base64\":\"")
            out.append(bytes.withUnsafeBytes(Base64.encode))
            out.append("\"")
        }
    }
}
