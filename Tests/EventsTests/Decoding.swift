import Events
import TestSupport

/// A record as a test writes it.
struct Record: Sendable {
    var value: [UInt8]?
    var headers: [(name: String, value: [UInt8]?)] = []
    var timestamp = Timestamp(milliseconds: 1_000)

    init(_ text: String?, headers: [(String, String?)] = []) {
        value = text.map { Array($0.utf8) }
        self.headers = headers.map { ($0.0, $0.1.map { Array($0.utf8) }) }
    }

    init(bytes: [UInt8], headers: [(String, String?)] = []) {
        self.init(nil, headers: headers)
        value = bytes
    }
}

struct Headers: HeaderSource {
    let list: [(name: String, value: [UInt8]?)]

    func forEach(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Bool) {
        for header in list {
            let goesOn = Array(header.name.utf8).withUnsafeBytes { name in
                header.value.map { value in value.withUnsafeBytes { body(name, $0) } } ?? body(name, nil)
            }
            guard goesOn else { return }
        }
    }
}

/// Decodes records into one batch, each at its index as offset.
func decode(
    _ records: [Record], at offsets: [Int64]? = nil, limits: DecodeLimits = DecodeLimits(),
    shape: EventShape = .standard
) -> (batch: EventBatch, errors: [DecodeError?]) {
    let decoder = EventDecoder(limits: limits, shape: shape)
    var builder = EventBatch.Builder()
    var errors: [DecodeError?] = []
    for (index, record) in records.enumerated() {
        func read(_ value: UnsafeRawBufferPointer?) -> DecodeError? {
            decoder.decode(
                RecordView(value: value, offset: offsets?[index] ?? Int64(index), timestamp: record.timestamp),
                headers: Headers(list: record.headers), into: &builder)
        }
        errors.append(record.value.map { value in value.withUnsafeBytes { read($0) } } ?? read(nil))
    }
    return (builder.finish(topic: "uploads", partition: 3), errors)
}

func failure(_ record: Record, limits: DecodeLimits = DecodeLimits(), shape: EventShape = .standard) -> DecodeError? {
    decode([record], limits: limits, shape: shape).errors[0]
}

/// A structured event whose members can be added to: `extra` at the top, `data` within the data.
func event(
    id: String = "e-1", extra: String = "", data: String = "\"account\":{\"id\":\"a-1\"},\"text\":{\"body\":\"hello\"}"
) -> String {
    """
    {"specversion":"1.0","type":"weir.upload.created.v1","source":"/test","id":"\(id)",\(extra)"data":{\(data)}}
    """
}

/// Every field that an event has, by its path.
func fields(_ batch: EventBatch, _ index: Int) -> [String: String] {
    guard index < batch.count else { return [:] }
    let event = batch.events[index]
    var out: [String: String] = ["type": "\(event.type.typeName)", "time": String(event.time.nanoseconds)]
    func set(_ name: String, _ range: ByteRange) { out[name] = batch.text(range) }
    func set(_ name: String, _ number: Int64?) { out[name] = number.map { String($0) } }
    set("id", event.id)
    set("source", event.source)
    set("subject", event.subject)
    set("account.id", event.accountID)
    set("account.createdAt", event.accountCreatedAt?.nanoseconds)
    set("account.followers", event.accountFollowers)
    out["account.verified"] = event.accountVerified.map { String($0) }
    set("account.avatar", event.accountAvatar)
    set("account.profile", event.accountProfile)
    set("account.name", event.accountName)
    set("kind", event.kind)
    set("text.title", event.title)
    set("text.body", event.body)
    set("text.language", event.language)
    set("client.network", event.network)
    set("client.device", event.device)
    set("parent.id", event.parentID)
    set("parent.kind", event.parentKind)
    set("stream.id", event.streamID)
    set("stream.sequence", event.streamSequence)
    set("stream.startedAt", event.streamStartedAt?.nanoseconds)
    for (place, link) in batch.links[event.links].enumerated() { set("links.\(place)", link) }
    for (place, item) in batch.media[event.media].enumerated() {
        let path = "media.\(place)"
        out[path] = ""
        set("\(path).id", item.id)
        set("\(path).url", item.url)
        set("\(path).contentType", item.contentType)
        set("\(path).bytes", item.byteCount)
        out["\(path).sha256"] = item.sha256.map { hex($0) }
        out["\(path).md5"] = item.md5.map { hex($0) }
        out["\(path).pdq"] = item.pdq.map { hex($0) }
        set("\(path).inline", item.inline)
    }
    return out
}
