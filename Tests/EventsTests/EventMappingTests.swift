import Configuration
import Events
import Foundation
import Testing

struct EventMappingTests {
    private static let minimal = """
        version: 1
        constants: { type: weir.upload.created.v1, source: /posts }
        fields:
          id: /id
          account.id: /author

        """

    private func shape(_ text: String) throws -> EventShape { try EventMapping.read(Array(text.utf8), file: "m.yaml") }

    private func problems(_ text: String) -> [String] {
        do {
            _ = try shape(text)
            return []
        } catch let error as InvalidConfiguration {
            return error.problems.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    @Test func readsAPlatformsOwnShape() throws {
        let shape = try shape(
            """
            version: 1
            constants: { source: /posts }
            types: { new_post: weir.upload.created.v1, go_live: weir.live.segment.v1 }
            fields:
              type: /meta/kind
              id: /meta/uuid
              subject: /meta/uuid
              time: { pointer: /meta/at, format: epoch-milliseconds }
              account.id: /author/id
              account.createdAt: { pointer: /author/joined, format: epoch-seconds }
              account.followers: /author/n
              account.verified: /author/ok
              account.avatar: /author/pic
              account.profile: /author/bio
              account.name: /author/nick
              kind: /meta/a~1b~0c
              text.title: { pointer: /post/head, }
              text.body: /post/text
              text.language: "/post/ "
              links: /post/urls
              media: /post/files
              media.id: /key
              media.url: /where/src
              media.sha256: /hash
              client.device: /
              stream.startedAt: /live/from
              stream.sequence: /live/n
            """)
        let (batch, errors) = decode(
            [
                Record(
                    """
                    {"meta":{"kind":"go_live","uuid":12345678901234,"at":1500,"a/b~c":"story"},
                     "author":{"id":7,"joined":-1,"n":3,"ok":true,"name":"ignored",
                      "pic":41,"bio":"Lamps."},
                     "post":{"head":"H","text":"T"," ":"en","urls":["https://example.org"],
                      "files":[{"key":99,"where":{"src":"https://cdn.example.org/1"}},{"hash":"\(String(repeating: "0", count: 64))"}]},
                     "":"dev","live":{"from":"1970-01-01T00:00:09Z","n":4}}
                    """),
                Record(#"{"meta":{"kind":"weir.share.created.v1","uuid":"u"},"author":{"id":"x"},"post":{"text":""}}"#),
            ], shape: shape)
        #expect(errors == [nil, nil])
        #expect(
            fields(batch, 0) == [
                "type": "weir.live.segment.v1", "source": "/posts", "id": "12345678901234",
                "subject": "12345678901234", "time": "1500000000", "account.id": "7",
                "account.createdAt": "-1000000000", "account.followers": "3", "account.verified": "true",
                "account.avatar": "41", "account.profile": "Lamps.",
                "kind": "story", "text.title": "H", "text.body": "T", "text.language": "en",
                "links.0": "https://example.org", "media.0": "", "media.0.id": "99",
                "media.0.url": "https://cdn.example.org/1", "media.1": "",
                "media.1.sha256": String(repeating: "0", count: 64), "client.device": "dev",
                "stream.startedAt": "9000000000", "stream.sequence": "4",
            ])
        #expect(
            fields(batch, 1) == [
                "type": "weir.share.created.v1", "source": "/posts", "id": "u", "subject": "u", "time": "1000000000",
                "account.id": "x", "text.body": "",
            ])
    }

    @Test func constantsHoldForEveryEvent() throws {
        let batch = decode(
            [Record(#"{"id":1,"author":2,"t":"x"}"#)], shape: try shape(Self.minimal + "  text.body: /t\n")
        ).batch
        #expect(fields(batch, 0)["source"] == "/posts")
        #expect(fields(batch, 0)["type"] == "weir.upload.created.v1")
    }

    /// A binary CloudEvent is in the standard form whatever the mapping is.
    @Test func aBinaryEventNeedsNoMapping() throws {
        let record = Record(
            #"{"account":{"id":"a"},"links":["x"]}"#,
            headers: [
                ("ce_specversion", "1.0"), ("ce_type", "weir.share.created.v1"), ("ce_source", "s"), ("ce_id", "e"),
            ])
        let (batch, errors) = decode([record], shape: try shape(Self.minimal + "  text.body: /t\n"))
        #expect(errors == [nil])
        #expect(fields(batch, 0)["type"] == "weir.share.created.v1")
        #expect(fields(batch, 0)["source"] == "s")
    }

    @Test(
        arguments: [
            (#"{"id":1.5,"author":2,"t":"x"}"#, DecodeError.Code.fieldType),
            (#"{"id":true,"author":2,"t":"x"}"#, .fieldType),
            (#"{"id":18446744073709551615,"author":2,"t":"x"}"#, .fieldRange),
            (#"{"id":1,"t":"x"}"#, .fieldMissing), (#"{"id":1,"author":{"id":2},"t":"x"}"#, .fieldType),
            (#"{"id":1,"author":2}"#, .fieldMissing), (#"{"id":1,"author":2,"t":"x","id":3}"#, .fieldDuplicate),
            (#"{"id":1,"author":2,"t":"x","at":"1970-01-01T00:00:00Z"}"#, .fieldType),
            (#"{"id":1,"author":2,"t":"x","at":1.5}"#, .fieldType),
            (#"{"id":1,"author":2,"t":"x","at":9223372036854775807}"#, .timeRange),
            (#"{"id":1,"author":2,"t":"x","at":9223372036}"#, nil),
            (#"{"id":1,"author":2,"t":"x","at":9223372037}"#, .timeRange),
        ] as [(String, DecodeError.Code?)])
    func mappedEventsFailAsOthersDo(text: String, code: DecodeError.Code?) throws {
        let shape = try shape(
            Self.minimal + "  text.body: /t\n  time: { pointer: /at, format: epoch-seconds }\n")
        #expect(failure(Record(text), shape: shape)?.code == code)
    }

    /// Names are told apart in full, whatever their lengths, and those that almost are one are none.
    @Test(
        arguments: [
            "", "a", "ab", "abc", "abcd", "abcde", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijklmno",
            "abcdefghijklmnop", "abcdefghijklmnopq", "abcdefghijklmnopqrstuvwxyz",
        ])
    func membersAreToldApartByEveryByte(name: String) throws {
        let shape = try shape(Self.minimal + "  text.body: \"/\(name)\"\n")
        let letters = Array(name.utf8)
        var others = [letters + [0x7a], letters.dropLast() + [0x7a, 0x7a]]
        for index in letters.indices {
            var other = letters
            other[index] = UInt8(ascii: "_")
            others += [other, Array(letters[..<index] + letters[(index + 1)...])]
        }
        let members = others.filter { $0 != letters }.map { "\"\(String(decoding: $0, as: UTF8.self))\":1" }
        let text = "{\"id\":1,\"author\":2,\(members.joined(separator: ",")),\"\(name)\":\"right\"}"
        let (batch, errors) = decode([Record(text)], shape: shape)
        #expect(errors == [nil])
        #expect(fields(batch, 0)["text.body"] == "right")
    }

    /// Fields that share a place are both held to their own limits.
    @Test func theStricterOfTwoLimitsHolds() throws {
        let shape = try shape(Self.minimal + "  text.body: /t\n  kind: /id\n")
        let record = { (count: Int) in
            Record("{\"id\":\"\(String(repeating: "x", count: count))\",\"author\":1,\"t\":\"\"}")
        }
        let (batch, errors) = decode([record(256)], shape: shape)
        #expect(errors == [nil])
        #expect(fields(batch, 0)["kind"] == fields(batch, 0)["id"])
        #expect(failure(record(257), shape: shape)?.message == "data.kind: has 257 bytes; at most 256 are allowed")
    }

    @Test(arguments: [
        ("", ["m.yaml: is empty"]),
        ("- a\n", ["m.yaml:1:1: expected a mapping, found a list"]),
        (
            "version: 2\nfields: {}\n",
            [
                "m.yaml:1:10: version: expected a whole number 1…1, found \"2\"",
                "m.yaml: fields.id: is missing: every event needs it",
                "m.yaml: fields.account.id: is missing: every event needs it",
                "m.yaml: fields.type: is missing: give fields.type, or constants.type",
                "m.yaml: fields.source: is missing: give fields.source, or constants.source",
            ]
        ),
        (minimal + "  text.bdy: /t\n", ["m.yaml:6:3: fields.text.bdy: unknown field; did you mean \"text.body\"?"]),
        (
            minimal + "  text.body: t\n",
            ["m.yaml:6:14: fields.text.body: expected a JSON Pointer such as /post/text, found \"t\""]
        ),
        (
            minimal + "  text.body: /t~2\n",
            ["m.yaml:6:14: fields.text.body: expected a JSON Pointer such as /post/text, found \"/t~2\""]
        ),
        (
            minimal + "  text.body: /t~\n",
            ["m.yaml:6:14: fields.text.body: expected a JSON Pointer such as /post/text, found \"/t~\""]
        ),
        (
            minimal + "  text.body: [/t]\n",
            ["m.yaml:6:14: fields.text.body: expected a JSON Pointer such as /post/text, found a list"]
        ),
        (
            minimal + "  text.body: { pointer: /t, format: rfc3339 }\n",
            ["m.yaml:6:29: fields.text.body.format: only times have a format"]
        ),
        (
            minimal + "  time: { pointer: /t, format: unix }\n",
            [
                "m.yaml:6:32: fields.time.format: expected one of rfc3339, epoch-seconds, epoch-milliseconds, found \"unix\""
            ]
        ),
        (
            minimal + "  time: { pointr: /t }\n",
            [
                "m.yaml:6:9: fields.time.pointer: is missing: expected a JSON Pointer such as /post/text",
                "m.yaml:6:11: fields.time.pointr: unknown key; did you mean \"pointer\"?",
            ]
        ),
        (
            minimal + "  media.url: /u\n",
            ["m.yaml:6:3: fields.media.url: needs \"media\", the pointer to the list of items"]
        ),
        (
            minimal + "  media: /files\n",
            ["m.yaml:6:3: fields.media: needs pointers to what its items hold, such as media.url"]
        ),
        (
            minimal + "  text.body: /id/x\n",
            ["m.yaml:6:3: fields.text.body: points into or through a place that another field has"]
        ),
        (
            minimal + "  text.body: /a/b\n  text.title: /a\n",
            ["m.yaml:6:3: fields.text.body: points into or through a place that another field has"]
        ),
        (
            minimal + "  links: /a\n  text.body: /a\n",
            ["m.yaml:6:3: fields.links: points into or through a place that another field has"]
        ),
        (
            minimal + "  links: /a\n  text.body: /a/b\n",
            ["m.yaml:6:3: fields.links: points into or through a place that another field has"]
        ),
        (
            minimal + "  links: /a\n  media: /a\n  media.url: /u\n",
            ["m.yaml:6:3: fields.links: points into or through a place that another field has"]
        ),
        (
            minimal + "  media: /a\n  media.id: /u\n  media.url: /u/v\n",
            ["m.yaml:8:3: fields.media.url: points into or through a place that another field has"]
        ),
        (
            minimal + "  time: /id\n",
            ["m.yaml:6:3: fields.time: stands where another field does that is read in another way"]
        ),
        (
            minimal + "  time: { pointer: /a, format: epoch-seconds }\n  account.createdAt: /a\n",
            [
                "m.yaml:7:3: fields.account.createdAt: stands where another field does that is read in another way"
            ]
        ),
        (minimal + "  type: /t\n", ["m.yaml:6:3: fields.type: constants.type says it already"]),
        (minimal + "  source: /t\n", ["m.yaml:6:3: fields.source: constants.source says it already"]),
        (
            "constants: { type: upload, source: \"\" }\nversion: 1\nfields: { id: /i, account.id: /a }\n",
            [
                "m.yaml:1:20: constants.type: expected one of weir.upload.created.v1, weir.live.segment.v1, weir.share.created.v1, weir.account.action.v1, found \"upload\"",
                "m.yaml:1:36: constants.source: expected text of 1…512 bytes, found \"\"",
                "m.yaml: fields.type: is missing: give fields.type, or constants.type",
                "m.yaml: fields.source: is missing: give fields.source, or constants.source",
            ]
        ),
        (
            minimal + "types: { a: weir.upload }\n",
            [
                "m.yaml:6:13: types.a: expected one of weir.upload.created.v1, weir.live.segment.v1, weir.share.created.v1, weir.account.action.v1, found \"weir.upload\""
            ]
        ),
        (minimal + "constant: {}\n", ["m.yaml:6:1: constant: unknown key; did you mean \"constants\"?"]),
        (
            minimal + "  text.body: /" + (0..<70).map { "n\($0)" }.joined(separator: "/") + "\n",
            [
                "m.yaml: the pointers pass 73 places; at most 64 are followed"
            ]
        ),
    ])
    func everyProblemIsTold(text: String, expected: [String]) {
        #expect(problems(text) == expected)
    }

    /// The shipped example, read and used.
    @Test func theExampleMappingReadsItsExampleEvent() throws {
        let shape = try EventMapping.read(
            Array(try topology("mappings/example-platform.yaml")), file: "example-platform.yaml")
        let (batch, errors) = decode([Record(bytes: Array(try topology("examples/mapping-input.json")))], shape: shape)
        #expect(errors == [nil])
        #expect(
            fields(batch, 0) == [
                "type": "weir.upload.created.v1", "source": "/garden/posts", "id": "734512", "subject": "734512",
                "time": "1795428000000000000", "account.id": "4711", "account.createdAt": "1795334400000000000",
                "account.followers": "12", "account.verified": "false", "account.avatar": "gardener-3",
                "account.profile": "Grows turnips.", "account.name": "gardener", "kind": "photo_post",
                "text.body": "Our turnips won a prize at the harvest fair.", "text.language": "en",
                "media.0": "", "media.0.id": "a-1", "media.0.url": "https://cdn.example.org/turnips.jpg",
                "media.0.contentType": "image/jpeg", "media.0.bytes": "48213",
                "media.0.sha256": "3b64db95cb55c763391c707108489ae18b4112d783300de38e033b4c98c3deaf",
                "links.0": "https://fair.example.org/results", "client.device": "d-31",
            ])
    }
}

/// A file of `topology/`.
func topology(_ name: String, file: String = #filePath) throws -> Data {
    let root = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    return try Data(contentsOf: root.appendingPathComponent("topology/\(name)"))
}
