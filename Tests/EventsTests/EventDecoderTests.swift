import Events
import Foundation
import Testing

struct EventDecoderTests {
    @Test func readsEveryFieldOfAStructuredEvent() {
        let (batch, errors) = decode([
            Record(
                """
                {"specversion":"1.0","type":"weir.live.segment.v1","source":"/ingest/eu-1","id":"e-9",
                 "time":"2026-11-23T10:00:00.000000001Z","subject":"content-123","later":{"a":[1,{}]},
                 "data":{"account":{"id":"a-1","createdAt":"2026-11-22T08:00:00Z","followers":3,"verified":false,
                    "avatar":"pic-7","profile":"Keeper of the l\\u00e4ntern","name":"Wick"},
                  "kind":"post","text":{"title":"Title","body":"B\\u00f6dy \\ud83d\\ude00","language":"id"},
                  "media":[{"id":"m-1","url":"https://cdn.example.org/1","contentType":"image/jpeg","bytes":81234,
                    "sha256":"\(String(repeating: "aB", count: 32))","md5":"\(String(repeating: "0F", count: 16))",
                    "pdq":"\(String(repeating: "f8", count: 32))","inline":"aGk="},{}],
                  "links":["https://example.org/x",""],
                  "client":{"network":"203.0.113.0/24","device":"d-9"},
                  "parent":{"id":"content-100","kind":"share"},
                  "stream":{"id":"s-1","sequence":7,"startedAt":"1970-01-01T00:00:01Z"}}}
                """)
        ])
        #expect(errors == [nil])
        #expect(batch.topic == "uploads")
        #expect(batch.partition == 3)
        #expect(
            fields(batch, 0) == [
                "type": "weir.live.segment.v1", "source": "/ingest/eu-1", "id": "e-9", "subject": "content-123",
                "time": "1795428000000000001", "account.id": "a-1", "account.createdAt": "1795334400000000000",
                "account.followers": "3", "account.verified": "false", "account.avatar": "pic-7",
                "account.profile": "Keeper of the läntern", "account.name": "Wick", "kind": "post",
                "text.title": "Title",
                "text.body": "Bödy 😀", "text.language": "id", "media.0": "", "media.0.id": "m-1",
                "media.0.url": "https://cdn.example.org/1", "media.0.contentType": "image/jpeg",
                "media.0.bytes": "81234", "media.0.sha256": String(repeating: "ab", count: 32),
                "media.0.md5": String(repeating: "0f", count: 16), "media.0.pdq": String(repeating: "f8", count: 32),
                "media.0.inline": "aGk=", "media.1": "", "links.0": "https://example.org/x", "links.1": "",
                "client.network": "203.0.113.0/24", "client.device": "d-9", "parent.id": "content-100",
                "parent.kind": "share", "stream.id": "s-1", "stream.sequence": "7",
                "stream.startedAt": "1000000000",
            ])
    }

    @Test func whatIsMissingHasItsDefault() {
        let (batch, errors) = decode([Record(event())])
        #expect(errors == [nil])
        #expect(
            fields(batch, 0) == [
                "type": "weir.upload.created.v1", "source": "/test", "id": "e-1", "subject": "e-1",
                "time": "1000000000", "account.id": "a-1", "text.body": "hello",
            ])
        #expect(batch.events.first?.received == Timestamp(milliseconds: 1_000))
    }

    /// Else its verdict would have no key, and nobody could refer to it (CloudEvents 1.0.2, 3.1: `subject` is not empty).
    @Test func anEmptySubjectIsNone() {
        let binary = [
            ("ce_specversion", "1.0"), ("ce_type", "weir.upload.created.v1"), ("ce_source", "/test"), ("ce_id", "e-2"),
            ("ce_subject", ""),
        ]
        let data = "{\"account\":{\"id\":\"a-1\"},\"text\":{\"body\":\"hello\"}}"
        let (batch, errors) = decode([Record(event(extra: "\"subject\":\"\",")), Record(data, headers: binary)])
        #expect(errors == [nil, nil])
        #expect(fields(batch, 0)["subject"] == "e-1" && fields(batch, 1)["subject"] == "e-2")
    }

    @Test(arguments: [
        "\"account\":{\"id\":\"a\"},\"text\":{\"title\":\"t\"}", "\"account\":{\"id\":\"a\"},\"text\":{\"body\":\"\"}",
        "\"account\":{\"id\":\"a\"},\"media\":[{}]", "\"account\":{\"id\":\"a\"},\"links\":[\"x\"]",
        "\"account\":{\"id\":\"a\",\"createdAt\":null,\"followers\":null,\"verified\":null},\"kind\":null,"
            + "\"text\":null,\"media\":null,\"client\":null,\"parent\":{\"id\":null},\"links\":[\"x\"]",
    ])
    func oneOfTextMediaAndLinksIsEnoughAndNullIsAbsent(data: String) {
        #expect(failure(Record(event(data: data))) == nil)
    }

    @Test(arguments: [
        "\u{FEFF}\(event())", " \(event())", "\(event()) \n\r\t", "\u{0}\u{0}\u{0}\u{0}\u{7}\(event())",
        "\u{0}{..}\(event())".replacingOccurrences(of: "{..}", with: "abcd"),
        event(extra: "\"data_schema\":-1.5E+300,\"big\":123456789012345678901234567890,\"tiny\":1e-999,\"n\":null,"),
        event(extra: "\"z\":[[],{},[{\"id\":1,\"id\":2}],\"\\\\\\\"\",true,false],"),
    ])
    func readsWhatSurroundsAndWhatNobodyAsksFor(text: String) {
        let (batch, errors) = decode([Record(text)])
        guard !text.hasPrefix("\u{FEFF}") else {
            // RFC 8259 section 8.1: a byte order mark is no JSON.
            #expect(errors[0]?.code == .jsonSyntax)
            return
        }
        #expect(errors == [nil])
        #expect(fields(batch, 0)["id"] == "e-1")
    }

    @Test func escapesAndSurrogatesAreReadInNamesAndValues() {
        let text = event(extra: #""sub\u006aect":"\"\\\/\b\f\n\r\t\u0000\u00e9\uD834\uDD1E","#)
        let batch = decode([Record(text)]).batch
        #expect(fields(batch, 0)["subject"] == "\"\\/\u{8}\u{C}\n\r\t\u{0}é𝄞")
    }

    @Test func binaryModeTakesAttributesFromHeadersAndDataFromTheValue() {
        let (batch, errors) = decode([
            Record(
                #"{"account":{"id":"a-1"},"links":["https://example.org"],"id":"not the event's"}"#,
                headers: [
                    ("trace", "1"), ("ce_specversion", "1.0"), ("ce_type", "weir.share.created.v1"),
                    ("ce_source", "/x"), ("ce_id", "e-2"), ("ce_subject", "c-1"),
                    ("ce_time", "1970-01-01T00:00:02Z"), ("ce_extension", "ignored"), ("ce_", "x"), ("ce_null", nil),
                    ("content-type", "application/json"),
                ])
        ])
        #expect(errors == [nil])
        #expect(
            fields(batch, 0) == [
                "type": "weir.share.created.v1", "source": "/x", "id": "e-2", "subject": "c-1", "time": "2000000000",
                "account.id": "a-1", "links.0": "https://example.org",
            ])
    }

    /// Kafka Protocol Binding 1.0.2, sections 3 and 3.3.3: the content type decides, and a structured event may
    /// carry its attributes as headers too.
    @Test(arguments: ["application/cloudevents+json", "Application/CloudEvents+JSON; charset=UTF-8"])
    func theContentTypeMakesAnEventStructured(contentType: String) {
        let headers: [(String, String?)] = [
            ("ce_specversion", "1.0"), ("ce_id", "another"), ("ce_type", "unknown"), ("content-type", contentType),
        ]
        let (batch, errors) = decode([Record(event(), headers: headers), Record(event(), headers: headers.reversed())])
        #expect(errors == [nil, nil])
        #expect(fields(batch, 0)["id"] == "e-1")
        #expect(fields(batch, 0) == fields(batch, 1))
    }

    /// Without `ce_specversion` there is no CloudEvent in the headers, whatever else they say.
    @Test func strayHeadersSayNothingOfTheEvent() {
        let stray: [(String, String?)] = [
            ("ce_id", "x"), ("ce_time", "garbage"), ("ce_type", "?"), ("ce_subject", "y"), ("ce_source", "\u{FFFD}"),
        ]
        let (batch, errors) = decode([Record(event(), headers: stray), Record("{\"data\":{}}", headers: stray)])
        #expect(errors[0] == nil)
        #expect(fields(batch, 0)["subject"] == "e-1")
        #expect(errors[1]?.code == .fieldMissing)
        #expect(errors[1]?.message == "type: is required")
    }

    @Test func readersAreReusedAfterEveryKindOfFailure() {
        let records = DecodeFailure.all.flatMap { [$0.record, Record(event())] }
        let (batch, errors) = decode(records)
        #expect(batch.count == DecodeFailure.all.count)
        for (index, error) in errors.enumerated() { #expect((error == nil) == (index % 2 == 1)) }
        #expect((0..<batch.count).allSatisfy { fields(batch, $0)["text.body"] == "hello" })
    }
}
