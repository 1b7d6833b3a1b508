internal import Events

/// Spoiled records through the decoder, and what is still an event through the verdict writer.
struct EventRun {
    private let reused: EventDecoder
    private let shape: EventShape
    private var builder = EventBatch.Builder()
    private let writer = VerdictWriter(
        group: "mutations", policy: "none@1", signals: "none",
        detectors: [DetectorIdentity(name: "hash.exact", version: "1")],
        accountKey: Array("key".utf8))
    private(set) var records = 0
    private(set) var events = 0
    /// Verdicts on what was still an event, one a line.
    private(set) var verdicts = ByteWriter()

    init(shape: EventShape) {
        self.shape = shape
        reused = EventDecoder(shape: shape)
    }

    mutating func decode(_ value: [UInt8], headers: Corpus.Headers = []) {
        records += 1
        // Exactly as long as the text, so that the sanitizer sees the first byte that is read beyond.
        let exact = UnsafeMutableRawBufferPointer.allocate(byteCount: value.count, alignment: 1)
        defer { exact.deallocate() }
        exact.copyBytes(from: value)
        let view = RecordView(
            value: UnsafeRawBufferPointer(exact), offset: Int64(records), timestamp: Timestamp(milliseconds: 1))
        let before = (builder.count, builder.byteCount)
        let error = reused.decode(view, headers: HeaderList(list: headers), into: &builder)
        var fresh = EventBatch.Builder()
        let again = EventDecoder(shape: shape).decode(view, headers: HeaderList(list: headers), into: &fresh)
        require(error == again, "a decoder that was used before says something else: \(error as Any), \(again as Any)")
        if let error {
            require(before == (builder.count, builder.byteCount), "a record that failed left something behind")
            require(
                !error.message.isEmpty && error.message.utf8.count < 500,
                "a message of \(error.message.utf8.count) bytes")
        } else {
            require(builder.count == before.0 + 1, "an event that was read is not there")
            events += 1
        }
        if builder.count == 32 { judge() }
    }

    mutating func judge() {
        let batch = builder.finish(topic: "mutations", partition: 0)
        for index in 0..<batch.count {
            let event = batch.events[index]
            for range in texts(batch, event) {
                require(batch.withBytes(range) { JSONReader.isUTF8($0) }, "an event holds what is not UTF-8")
            }
            let digest = SHA256.hash(Array("x".utf8))
            let media = event.media.first
            let judgement = Judgement(
                batch: batch, event: index, decision: Decision(action: .review, labels: ["x"], rule: "r"),
                findings: [Finding(event: index, media: media, fact: "fact", value: 1)],
                unavailable: [Unavailable(event: index, media: media, reason: "late")],
                fingerprints: ArraySlice(event.media.map { Fingerprint(media: $0, sha256: digest) }),
                decided: Timestamp(milliseconds: 1))
            for audience in [VerdictWriter.Audience.enforcement, .audit] {
                write(judgement, digest.firstHalf, audience)
            }
        }
    }

    private mutating func write(_ judgement: Judgement, _ id: Digest128, _ audience: VerdictWriter.Audience) {
        var out = ByteWriter()
        writer.write(judgement, id: id, for: audience, to: &out)
        let isRead = out.bytes.withUnsafeBytes { (try? JSONObject($0, reader: JSONReader(maximumDepth: 8))) != nil }
        require(isRead, "a verdict that is not JSON")
        guard audience == .audit else { return }
        verdicts.append(out.bytes)
        verdicts.append("\n")
    }

    private func texts(_ batch: EventBatch, _ event: UploadEvent) -> [ByteRange] {
        [
            event.id, event.source, event.subject, event.accountID, event.kind, event.title, event.body, event.language,
            event.network, event.device, event.parentID, event.parentKind, event.streamID, event.accountAvatar,
            event.accountProfile, event.accountName,
        ] + batch.links[event.links]
            + batch.media[event.media].flatMap { [$0.id, $0.url, $0.contentType, $0.inline] }
    }
}

struct HeaderList: HeaderSource {
    let list: Corpus.Headers

    func forEach(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Bool) {
        for header in list {
            let goesOn = header.name.withUnsafeBytes { name in header.value.withUnsafeBytes { body(name, $0) } }
            guard goesOn else { return }
        }
    }
}
