import Events
import TestSupport

/// A batch of one event with two pictures, rich in everything that must not reach the audit topic.
func richBatch(_ marker: String = "MARK") -> EventBatch {
    decode(
        [
            Record(
                """
                {"specversion":"1.0","type":"weir.upload.created.v1","source":"/\(marker)source","id":"e-1",
                 "time":"2026-11-23T10:00:00.0019Z","subject":"content-123",
                 "data":{"account":{"id":"\(marker)account","createdAt":"2026-11-22T08:00:00Z","followers":424243,
                    "avatar":"\(marker)avatar","profile":"\(marker)profile","name":"\(marker)name"},
                  "kind":"\(marker)kind","text":{"title":"\(marker)title","body":"\(marker)body","language":"\(marker)lang"},
                  "media":[{"id":"m-1","url":"https://\(marker)url.example.org","contentType":"\(marker)/type","bytes":515253,
                    "md5":"\(String(repeating: "d", count: 32))","inline":"\(marker)inline"},{"url":"\(marker)url2"}],
                  "links":["https://\(marker)link.example.org","https://\(marker)second.example.org"],
                  "client":{"network":"\(marker)network","device":"\(marker)device"},
                  "parent":{"id":"\(marker)parent","kind":"\(marker)parentKind"},
                  "stream":{"id":"\(marker)stream","sequence":616263,"startedAt":"2026-11-22T09:17:00Z"}}}
                """)
        ], at: [1_234]
    ).batch
}

func positive(_ type: SignalType, _ value: String, id: String? = nil, source: String? = nil) -> MatchedSignal {
    var signal = Signal(type: type, value: value)
    signal.opinion = .positive
    signal.labels = ["TVEC1"]
    signal.id = id
    signal.source = source
    return MatchedSignal(signal)
}

func richJudgement(_ batch: EventBatch) -> Judgement {
    var hash = Finding(
        event: 0, media: 0, signal: positive(.pdq, String(repeating: "f8", count: 32), id: "s-1", source: "local"))
    hash.distance = 4
    hash.threshold = 31
    hash.view = PictureView(.rotate90, isOverWhite: true)
    var term = Finding(event: 0, signal: positive(.term, "turnip front"))
    term.detector = DetectorID(1)
    term.span = TextSpan(field: .body, start: 12, end: 24)
    term.coverage = 0.25
    term.textView = .leet
    term.coverageOfText = 0.125
    term.textContext = [.reported, .attributedQuotation]
    var link = Finding(event: 0, fact: "link-shortener", value: -2)
    link.detector = DetectorID(1)
    link.link = 1
    link.language = "und-Ethi"
    var classified = Finding(event: 0, label: ClassifiedLabel("threat", model: "made-1+00ff"), score: 0.9375)
    classified.detector = DetectorID(1)
    var failed = Unavailable(event: 0, media: 1, reason: "fetch-timeout")
    failed.detector = DetectorID(1)
    let digest = SHA256.hash(Array("abc".utf8))
    return Judgement(
        batch: batch, event: 0,
        decision: Decision(action: .remove, labels: ["TVEC1", "a\"b"], rule: "known-tvec-hash", preserve: true),
        shadow: [
            ShadowDecision(policy: "next@2", decision: Decision(action: .review, rule: "r")),
            ShadowDecision(policy: "next@3", decision: Decision(action: .allow)),
        ],
        findings: [hash, term, link, classified], unavailable: [failed, Unavailable(event: 0, reason: "deadline")],
        fingerprints: [
            Fingerprint(media: 0, sha256: digest, pdq: digest), Fingerprint(media: 1, sha256: digest),
            Fingerprint(media: 1),
            Fingerprint(media: 1, linkingKeys: [LinkingKey(.software, 0xAB), LinkingKey(.made, .max)]),
        ],
        decided: Timestamp(milliseconds: 1_795_428_000_123))
}

func testWriter(key: String = "key") -> VerdictWriter {
    VerdictWriter(
        group: "weir", policy: "tvec-default@2026-11-23.1", signals: "none",
        detectors: [
            DetectorIdentity(name: "hash.pdq", version: "1"), DetectorIdentity(name: "text.terms", version: "2"),
        ], accountKey: Array(key.utf8))
}

func verdict(
    _ judgement: Judgement, _ audience: VerdictWriter.Audience, writer: VerdictWriter = testWriter()
) -> String {
    let batch = judgement.batch
    let event = batch.events[judgement.event]
    let id = batch.withBytes(event.id) {
        VerdictID(topic: batch.topic, partition: batch.partition).digest(offset: event.offset, event: $0)
    }
    var out = ByteWriter()
    writer.write(judgement, id: id, for: audience, to: &out)
    return String(decoding: out.bytes, as: UTF8.self)
}
