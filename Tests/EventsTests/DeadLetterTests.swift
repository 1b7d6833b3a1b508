import Events
import Testing

struct DeadLetterTests {
    private func letter(_ headers: [DeadLetter.Header]) -> DeadLetter {
        DeadLetter(
            key: nil, value: [0xFF], headers: headers,
            error: DecodeError(.fieldType, "id: expected text, found number"),
            stage: "decode", topic: "uploads", partition: 3, offset: 1_234, timestamp: Timestamp(milliseconds: 1))
    }

    @Test func theOriginalHeadersComeFirstAndUnchanged() {
        let original = [
            DeadLetter.Header("trace", "1"), DeadLetter.Header(name: [0xFF, 0], value: nil),
            DeadLetter.Header("trace", "2"),
        ]
        let headers = letter(original).headers(version: "1.2.3")
        #expect(Array(headers.prefix(3)) == original)
        #expect(
            headers.dropFirst(3).map {
                String(decoding: $0.name, as: UTF8.self) + "=" + String(decoding: $0.value ?? [], as: UTF8.self)
            }
                == [
                    "weir.error.code=field-type", "weir.error.message=id: expected text, found number",
                    "weir.error.stage=decode", "weir.error.version=1.2.3", "weir.error.attempt=1",
                    "weir.source.topic=uploads", "weir.source.partition=3", "weir.source.offset=1234",
                    "weir.source.timestamp=1970-01-01T00:00:00.001Z",
                ])
    }

    @Test(
        arguments: [
            (["1"], "2"), (["41"], "42"), (["1", "2"], "3"), (["x"], "1"), (["-5"], "1"),
            (["9223372036854775807"], "1000001"),
            (["99999999999999999999"], "1"), ([""], "1"), ([nil], "1"),
        ] as [([String?], String)])
    func attemptsAreCountedOn(before: [String?], now: String) {
        let original = before.map {
            DeadLetter.Header(name: Array("weir.error.attempt".utf8), value: $0.map { Array($0.utf8) })
        }
        let attempt = letter(original).headers(version: "1").last { $0.name == Array("weir.error.attempt".utf8) }
        #expect(attempt?.value == Array(now.utf8))
    }
}
