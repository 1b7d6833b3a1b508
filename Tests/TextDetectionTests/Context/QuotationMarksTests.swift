import Testing

@testable import TextDetection

@Suite struct QuotationMarksTests {
    @Test(arguments: [
        ("he said “go now” and left", ["go now"]),
        ("\"one\" and \"two\"", ["one", "two"]),
        ("„eins“ »zwei« «trois» „vier”", ["eins", "zwei", "trois", "vier"]),
        ("「一」と『二』", ["一", "二"]),
        ("a 5\" pipe", []),
        ("open “never closed and \"closed\"", ["closed"]),
        ("“outer ‘inner’ „deeper“ end”", ["outer ‘inner’ „deeper“ end"]),
        ("\"\"", []), ("", []),
    ])
    func quotationsStandBetweenMarks(text: String, expected: [String]) throws {
        let bytes = Array(text.utf8)
        let found = bytes.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { QuotationMarks.quotations(in: $0, 0..<bytes.count) } ?? []
        }
        #expect(found.map { String(decoding: bytes[$0], as: UTF8.self) } == expected)
    }

    /// A mark that opens what never ends costs what it is long, not what the text is.
    @Test func aFloodOfOpenMarksIsNoQuotation() {
        let bytes = Array(String(repeating: "“ ", count: 20_000).utf8)
        let found = bytes.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { QuotationMarks.quotations(in: $0, 0..<bytes.count) } ?? []
        }
        #expect(found.isEmpty)
    }
}
