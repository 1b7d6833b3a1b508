import Events
import Foundation
import TestSupport
import Testing

struct VerdictWriterTests {
    /// The whole contract in one verdict; ids worked out with Python's hashlib and hmac.
    private static let rich =
        #"{"specversion":"1.0","type":"weir.verdict.v1","source":"weir/weir","id":"3436b654489857eb8567704adb07ec49","#
        + #""time":"2026-11-23T10:00:00.123Z","subject":"content-123","data":{"event":"e-1","account":"@","#
        + #""action":"remove","preserve":true,"labels":["TVEC1","a\"b"],"rule":"known-tvec-hash","#
        + #""policy":"tvec-default@2026-11-23.1","signals":"none","findings":[{"detector":"hash.pdq","version":"1","media":"m-1","#
        + "\"signal\":\"pdq:\(String(repeating: "f8", count: 32))\","
        + #""signalId":"s-1","source":"local","opinion":"positive","distance":4,"threshold":31,"#
        + #""transform":"rotate90","background":"white","labels":["TVEC1"]},"#
        + #"{"detector":"text.terms","version":"2","signal":"term:turnip front","opinion":"positive","#
        + #""coverage":0.25,"coverageOfText":0.125,"view":"leet","context":["attributed-quotation","reported"],"#
        + #""field":"body","start":12,"end":24,"#
        + #""labels":["TVEC1"]},"#
        + #"{"detector":"text.terms","version":"2","link":1,"fact":"link-shortener","language":"und-Ethi","value":-2},"#
        + #"{"detector":"text.terms","version":"2","model":"made-1+00ff","score":0.9375,"labels":["threat"]}],"#
        + ##""degraded":[{"detector":"text.terms","media":"#1","reason":"fetch-timeout"},"##
        + #"{"detector":"hash.pdq","reason":"deadline"}],"automated":{"detection":true,"decision":true},"#
        + #""shadow":[{"policy":"next@2","action":"review","rule":"r"},{"policy":"next@3","action":"allow","rule":null}],"#
        + ##""fingerprints":[{"media":"m-1","pdq":"@D","sha256":"@D"},{"media":"#1","sha256":"@D"},"##
        + ##"{"media":"#1","linkingKeys":{"software":"00000000000000ab","made":"ffffffffffffffff"}}],"##
        + #""supersedes":null,"input":{"topic":"uploads","partition":3,"offset":1234},"#
        + #""times":{"uploaded":"2026-11-23T10:00:00.001Z","received":"1970-01-01T00:00:01.000Z","#
        + #""decided":"2026-11-23T10:00:00.123Z"}}}"#

    private static func rich(account: String) -> String {
        rich.replacingOccurrences(of: "\"account\":\"@\"", with: "\"account\":\"\(account)\"")
            .replacingOccurrences(of: "@D", with: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func aRichVerdictIsWrittenByteForByte() {
        let batch = richBatch("a-")
        #expect(verdict(richJudgement(batch), .enforcement) == Self.rich(account: "a-account"))
        #expect(verdict(richJudgement(batch), .audit) == Self.rich(account: "b02bae64f680f695b82eb2ca8c96e6be"))
    }

    /// The id is that which the first one has, made of its offset and the same event.
    @Test func aVerdictOnWhatWasDeliveredBeforeRefersToTheFirst() throws {
        let batch = decode([Record(event())]).batch
        let findings = [Finding(event: 0, fact: duplicateFact, value: 41)]
        let judgement = Judgement(
            batch: batch, event: 0, decision: Decision(action: .allow), findings: findings[...],
            decided: Timestamp(nanoseconds: 0))
        let first = batch.withBytes(batch.events[0].id) {
            VerdictID(topic: batch.topic, partition: batch.partition).digest(offset: 41, event: $0)
        }
        var id = ByteWriter()
        id.appendHex(first)
        let member = ",\"duplicateOf\":\"\(String(decoding: id.bytes, as: UTF8.self))\",\"supersedes\":null,"
        #expect(verdict(judgement, .audit).contains(member))
        #expect(verdict(judgement, .enforcement).contains(member))
    }

    @Test func aSoftenedVerdictSaysWhatTheRuleWouldHaveDone() {
        let batch = decode([Record(event())]).batch
        var decision = Decision(action: .review, rule: "words")
        decision.softenedFrom = .endStream
        let judgement = Judgement(batch: batch, event: 0, decision: decision, decided: Timestamp(nanoseconds: 0))
        let written = verdict(judgement, .enforcement)
        #expect(
            written.contains(#""action":"review","labels":[],"rule":"words","softenedFrom":"endStream","policy":"#))
        #expect(written.contains(#""automated":{"detection":true,"decision":false}"#))
    }

    @Test func aMinimalVerdictIsWrittenByteForByte() {
        let batch = decode([Record(event())]).batch
        let judgement = Judgement(
            batch: batch, event: 0, decision: Decision(action: .allow), decided: Timestamp(nanoseconds: 0))
        #expect(
            verdict(judgement, .enforcement)
                == #"{"specversion":"1.0","type":"weir.verdict.v1","source":"weir/weir","id":"001a87f8367a41c1a3123a89d54b9fe9","#
                + #""time":"1970-01-01T00:00:00.000Z","subject":"e-1","data":{"event":"e-1","account":"a-1","#
                + #""action":"allow","labels":[],"rule":null,"policy":"tvec-default@2026-11-23.1","signals":"none","findings":[],"#
                + #""degraded":[],"automated":{"detection":true,"decision":true},"shadow":[],"fingerprints":[],"#
                + #""supersedes":null,"input":{"topic":"uploads","partition":3,"offset":0},"#
                + #""times":{"uploaded":"1970-01-01T00:00:01.000Z","received":"1970-01-01T00:00:01.000Z","#
                + #""decided":"1970-01-01T00:00:00.000Z"}}}"#)
    }

    @Test func aClassifiersLabelStandsWithModelAndScore() {
        let batch = decode([Record(event())]).batch
        var finding = Finding(event: 0, label: ClassifiedLabel("threat", model: "made-1+00ff"), score: 0.93756)
        finding.span = TextSpan(field: .title, start: 2, end: 8)
        let judgement = Judgement(
            batch: batch, event: 0, decision: Decision(action: .allow), findings: [finding],
            decided: Timestamp(nanoseconds: 0))
        #expect(
            verdict(judgement, .audit).contains(
                #""findings":[{"detector":"hash.pdq","version":"1","model":"made-1+00ff","score":0.9376,"#
                    + #""field":"title","start":2,"end":8,"labels":["threat"]}]"#))
    }

    /// V7: nothing that a person wrote or that tells who they are.
    @Test(arguments: UInt64(1)...50)
    func theAuditCopyHoldsNoContentAndNoPersonalData(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let marker = "MARK" + String(random.next(), radix: 36)
        let batch = richBatch(marker)
        let audit = verdict(richJudgement(batch), .audit)
        #expect(!audit.contains(marker))
        for figure in ["424243", "515253", "616263", "2026-11-22", String(repeating: "d", count: 32)] {
            #expect(!audit.contains(figure))
        }
        // The marker is there to be found: the platform's own copy names the account, and nothing else of these.
        let enforcement = verdict(richJudgement(batch), .enforcement)
        #expect(enforcement.components(separatedBy: marker).count == 2)
        #expect(enforcement.contains("\"account\":\"\(marker)account\""))
    }

    @Test(arguments: UInt64(1)...50)
    func copiesDifferInTheAccountAloneAndAreAlwaysTheSame(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var events = RandomEvent(seed: seed)
        let batch = decode([Record(events.next())]).batch
        let judgement = randomJudgement(batch, using: &random)
        let enforcement = verdict(judgement, .enforcement)
        let audit = verdict(judgement, .audit)
        #expect(verdict(judgement, .enforcement) == enforcement)
        #expect(verdict(judgement, .audit, writer: testWriter()) == audit)
        var a = try #require(try JSONSerialization.jsonObject(with: Data(enforcement.utf8)) as? [String: Any])
        var b = try #require(try JSONSerialization.jsonObject(with: Data(audit.utf8)) as? [String: Any])
        func takeAccount(_ verdict: inout [String: Any]) throws -> String {
            var data = try #require(verdict["data"] as? [String: Any])
            let account = try #require(data.removeValue(forKey: "account") as? String)
            verdict["data"] = data
            return account
        }
        let named = try takeAccount(&a)
        let hashed = try takeAccount(&b)
        #expect(NSDictionary(dictionary: a) == NSDictionary(dictionary: b))
        #expect(named == batch.text(batch.events[0].accountID))
        #expect(hashed.count == 32)
        #expect(hashed.allSatisfy { $0.isHexDigit && !$0.isUppercase })
        #expect(verdict(judgement, .audit, writer: testWriter(key: "other")) != audit)
        #expect(verdict(judgement, .enforcement, writer: testWriter(key: "other")) == enforcement)
    }

    @Test(arguments: Action.allCases)
    func saysWhetherThereWasAPerson(action: Action) {
        let batch = decode([Record(event())]).batch
        let judgement = Judgement(
            batch: batch, event: 0, decision: Decision(action: action), decided: Timestamp(nanoseconds: 0))
        let text = verdict(judgement, .audit)
        #expect(text.contains("\"action\":\"\(action.name)\""))
        #expect(text.contains("\"decision\":\(action != .review && action != .escalate)}"))
        #expect(Action(name: "\(action.name)") == action)
    }

    @Test func whatIsTooMuchIsCounted() {
        let batch = decode([Record(event())]).batch
        func text(_ count: Int) -> String {
            verdict(
                Judgement(
                    batch: batch, event: 0, decision: Decision(action: .allow),
                    findings: ArraySlice((0..<count).map { Finding(event: 0, fact: "fact", value: Int64($0)) }),
                    unavailable: ArraySlice(repeating: Unavailable(event: 0, reason: "late"), count: count),
                    decided: Timestamp(nanoseconds: 0)), .audit)
        }
        #expect(!text(64).contains("Omitted"))
        #expect(text(64).contains("\"value\":63}]"))
        #expect(text(67).contains("\"value\":63}],\"findingsOmitted\":3,\"degraded\":"))
        #expect(text(67).contains("}],\"degradedOmitted\":3,\"automated\":"))
    }

    @Test func longSignalValuesStandAsTheirHash() {
        let long = String(repeating: "x", count: 256)
        #expect(MatchedSignal.reference(.term, long) == "term:" + long)
        #expect(
            MatchedSignal.reference(.term, long + "x")
                == "term:sha256:15eb95a462ee20bd91a415ae2d4aed341288186ddaa2b37908f7d592f0c3f85f")
    }

    /// Python: sha256(b"uploads\0" + pack("<iq", 3, 1234) + b"e-1").
    @Test func theIdComesFromTopicPartitionOffsetAndEvent() {
        func id(_ topic: String, _ partition: Int32, _ offset: Int64, _ event: String) -> String {
            hex(
                Array(event.utf8).withUnsafeBytes {
                    VerdictID(topic: topic, partition: partition).digest(offset: offset, event: $0)
                })
        }
        #expect(id("uploads", 3, 1_234, "e-1") == "3436b654489857eb8567704adb07ec49")
        let others = [
            id("uploads", 3, 1_234, "e-2"), id("uploads", 3, 1_235, "e-1"), id("uploads", 4, 1_234, "e-1"),
            id("upload", 3, 1_234, "e-1"), id("uploads", 3, 1_234, "e-1"), id("uploads", -1, 1_234, ""),
        ]
        #expect(Set(others).count == others.count)
    }
}

/// Any mixture of what detectors and policies may say of the batch's first event.
func randomJudgement(_ batch: EventBatch, using random: inout SplitMix64) -> Judgement {
    let media = batch.events[0].media
    let findings = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        randomFinding(media: media, using: &random)
    }.sorted(by: Finding.precedes)
    let unavailable = (0..<Int.random(in: 0...3, using: &random)).map { _ in
        Unavailable(
            event: 0, media: Bool.random(using: &random) ? media.randomElement(using: &random) : nil, reason: "late")
    }
    let digest = SHA256.hash(Array(randomText(upTo: 5, using: &random).utf8))
    return Judgement(
        batch: batch, event: 0,
        decision: Decision(
            action: Action.allCases.randomElement(using: &random) ?? .allow,
            labels: [randomText(upTo: 5, using: &random)], rule: Bool.random(using: &random) ? "rule" : nil,
            preserve: Bool.random(using: &random)),
        findings: findings[...], unavailable: unavailable.sorted(by: Unavailable.precedes)[...],
        fingerprints: ArraySlice(media.map { Fingerprint(media: $0, sha256: digest) }),
        decided: Timestamp(milliseconds: Int64.random(in: 0...9_000_000_000_000, using: &random)))
}

func randomFinding(media: Range<Int>, using random: inout SplitMix64) -> Finding {
    func maybe<Value>(_ value: Value) -> Value? { Bool.random(using: &random) ? value : nil }
    let values = ["a", "b", "e\u{301}", "\u{E9}"]
    var finding: Finding
    if Bool.random(using: &random) {
        finding = Finding(
            event: 0,
            signal: positive(.term, values.randomElement(using: &random) ?? "a", id: maybe("1"), source: maybe("local"))
        )
    } else if Bool.random(using: &random) {
        finding = Finding(event: 0, fact: Bool.random(using: &random) ? "young" : "old")
    } else {
        let label = ClassifiedLabel(
            Bool.random(using: &random) ? "threat" : "hate", model: Bool.random(using: &random) ? "a+1" : "b+2")
        finding = Finding(event: 0, label: label, score: Bool.random(using: &random) ? 0.9375 : 0.5)
    }
    finding.detector = DetectorID(Int.random(in: 0...1, using: &random))
    finding.media = maybe(media.lowerBound).flatMap { media.isEmpty ? nil : $0 }
    finding.link = maybe(Int.random(in: 0...1, using: &random))
    finding.distance = maybe(Int.random(in: 0...1, using: &random))
    finding.threshold = maybe(31)
    finding.view = PictureView(
        Bool.random(using: &random) ? .rotate90 : .original, isOverWhite: Bool.random(using: &random))
    finding.value = maybe(Int64.random(in: 0...1, using: &random))
    finding.language = maybe(Bool.random(using: &random) ? "pl" : "und-Ethi")
    finding.coverage = maybe(Bool.random(using: &random) ? 0.5 : 0.25)
    finding.textContext = TextContext(rawValue: UInt8.random(in: 0...3, using: &random))
    finding.coverageOfText = maybe(Bool.random(using: &random) ? 0.5 : 0.25)
    finding.span = maybe(
        TextSpan(
            field: Bool.random(using: &random) ? .title : .body, start: Int.random(in: 0...1, using: &random), end: 5))
    return finding
}
