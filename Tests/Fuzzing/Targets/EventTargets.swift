internal import Configuration
internal import Events

/// The three shapes in which upload events come.
let eventTargets = [
    FuzzTarget(
        "event", .json,
        seeds: [
            "topology/examples/upload-structured.json", "topology/examples/upload-live-segment.json",
            "topology/examples/upload-share.json",
        ]
    ) { try EventCheck(.standard).run($0) },
    FuzzTarget("event-binary", .json) { bytes in
        // Headers as in HTTP, an empty line, the value; a header without a colon has a null for its value.
        let (head, value) = bytes.split(at: "\n\n")
        try EventCheck(.standard).run(value, headers: HeaderLines(head))
    },
    FuzzTarget("event-mapped", .json, seeds: ["topology/examples/mapping-input.json"]) {
        try EventCheck(exampleShape).run($0)
    },
    FuzzTarget("mapping", .yaml, seeds: ["topology/mappings/example-platform.yaml"]) { bytes in
        let (mapping, event) = bytes.split(at: "\n%%\n")
        guard let shape = try readDocument({ try EventMapping.read(Array(mapping), file: "mapping.yaml") }) else {
            return
        }
        // Whatever a mapping says, no event may harm.
        let check = EventCheck(shape, hasSecretMessages: false)
        if let event { try check.run(event) }
        try exampleEvent.withUnsafeBytes { try check.run($0) }
    },
]

/// A record through the decoder, and what is an event on to its verdict and back.
struct EventCheck {
    private let shape: EventShape
    /// Messages name places of the shape; where the input chooses those, they may hold anything.
    private let hasSecretMessages: Bool

    init(_ shape: EventShape, hasSecretMessages: Bool = true) {
        self.shape = shape
        self.hasSecretMessages = hasSecretMessages
    }

    func run(_ value: UnsafeRawBufferPointer?, headers: HeaderLines = HeaderLines()) throws {
        let record = RecordView(value: value, offset: 42, timestamp: Timestamp(milliseconds: 1_795_428_000_000))
        let decoder = EventDecoder(shape: shape)
        var builder = EventBatch.Builder()
        let error = decoder.decode(record, headers: headers, into: &builder)
        let (count, bytes) = (builder.count, builder.byteCount)
        let again = decoder.decode(record, headers: headers, into: &builder)
        try require(error == again, "a decoder that was used before says something else")
        if let error {
            try require(builder.count == 0 && builder.byteCount == 0, "a record that failed left something behind")
            try require(!error.message.isEmpty && error.message.utf8.count < 500, "a message too long or empty")
            try require(!hasSecretMessages || !holdsContent(error.message), "a message holds content")
            return
        }
        try require(count == 1 && builder.count == 2 && builder.byteCount == 2 * bytes, "an event is not there")
        let batch = builder.finish(topic: "uploads", partition: 3)
        try checkFields(batch, batch.events[0])
        try checkVerdict(batch, batch.events[0])
    }

    private func checkFields(_ batch: EventBatch, _ event: UploadEvent) throws {
        let limits = DecodeLimits()
        let media = batch.media[event.media]
        let links = Array(batch.links[event.links])
        try require(media.count <= limits.media && links.count <= limits.links, "more items than allowed")
        let identifiers =
            [
                event.id, event.source, event.subject, event.accountID, event.accountAvatar, event.accountName,
                event.device,
                event.parentID, event.streamID,
            ] + media.map(\.id)
        let labels =
            [event.kind, event.language, event.network, event.parentKind] + media.map(\.contentType)
        let addresses = links + media.map(\.url)
        for (ranges, most) in [
            (identifiers, limits.identifierBytes), (labels, limits.labelBytes), (addresses, limits.urlBytes),
            ([event.title, event.body, event.accountProfile], limits.textBytes),
            (media.map(\.inline), limits.recordBytes),
        ] {
            for range in ranges {
                try require(range.count <= most, "a field is longer than allowed")
                let isText = batch.withBytes(range) { JSONReader.isUTF8($0) }
                try require(isText, "an event holds what is not UTF-8")
            }
        }
        for number in [event.accountFollowers, event.streamSequence] + media.map(\.byteCount) {
            try require((number ?? 0) >= 0, "a negative number was read")
        }
    }

    private func checkVerdict(_ batch: EventBatch, _ event: UploadEvent) throws {
        let id = batch.withBytes(event.id) {
            VerdictID(topic: batch.topic, partition: batch.partition).digest(offset: event.offset, event: $0)
        }
        let media = event.media.first
        let judgement = Judgement(
            batch: batch, event: 0, decision: Decision(action: .review, labels: ["l"], rule: "r"),
            findings: [Finding(event: 0, media: media, fact: "fact", value: 1)],
            unavailable: [Unavailable(event: 0, media: media, reason: "late")],
            fingerprints: ArraySlice(event.media.map { Fingerprint(media: $0, sha256: id.doubled) }),
            decided: event.received)
        var audit = ByteWriter()
        verdictWriter.write(judgement, id: id, for: .audit, to: &audit)
        try requireObject(audit.bytes)
        let named = [event.id, event.subject] + batch.media[event.media].map(\.id)
        if !named.contains(where: { holdsContent(batch.text($0) ?? "") }) {
            // A tab is written as two characters, and before "urnip" would look like the word.
            let written = String(decoding: audit.bytes, as: UTF8.self).replacing(#"\t"#, with: " ")
            try require(!holdsContent(written), "audit holds content")
        }
        var enforcement = ByteWriter()
        verdictWriter.write(judgement, id: id, for: .enforcement, to: &enforcement)
        let summary = try enforcement.bytes.withUnsafeBytes { try VerdictSummary($0) }
        try require(
            summary.reference.id == id && summary.reference.event.utf8.elementsEqual(batch.bytes[event.id.range])
                && summary.reference.subject.utf8.elementsEqual(batch.bytes[event.subject.range])
                && summary.reference.uploaded.milliseconds == written(event.time),
            "a verdict is read as another one")
    }
}

let verdictWriter = VerdictWriter(
    group: "fuzz", policy: "none@1", signals: "none", detectors: [DetectorIdentity(name: "hash.exact", version: "1")],
    accountKey: Array("key".utf8))

func requireObject(_ text: [UInt8]) throws {
    let isRead = text.withUnsafeBytes { (try? JSONObject($0, reader: JSONReader(maximumDepth: 8))) != nil }
    try require(isRead, "what was written is not JSON")
}

extension Digest128 {
    fileprivate var doubled: Digest256 {
        var digest = Digest256()
        digest.words = (words.0, words.1, words.0, words.1)
        return digest
    }
}

/// Headers, one a line.
struct HeaderLines: HeaderSource {
    private var list: [(name: [UInt8], value: [UInt8]?)] = []

    init() {}

    init(_ head: UnsafeRawBufferPointer) {
        list = head.split(separator: UInt8(ascii: "\n")).map { line in
            let (name, value) = UnsafeRawBufferPointer(rebasing: line).split(at: ": ")
            return (Array(name), value.map { Array($0) })
        }
    }

    func forEach(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Bool) {
        for header in list {
            let goesOn = header.name.withUnsafeBytes { name in
                guard let value = header.value else { return body(name, nil) }
                return value.withUnsafeBytes { body(name, $0) }
            }
            guard goesOn else { return }
        }
    }
}
