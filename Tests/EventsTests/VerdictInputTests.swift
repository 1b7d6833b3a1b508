internal import Events
internal import Testing

@Suite struct VerdictInputTests {
    private static let uploads = VerdictInput(topic: "uploads")

    private static func place(_ text: String, _ input: VerdictInput = uploads) -> [Int64]? {
        Array(text.utf8).withUnsafeBytes { input.place(in: $0) }.map { [Int64($0.partition), $0.offset] }
    }

    @Test func theRecordThatAVerdictWasMadeFrom() {
        let tail = ",\"input\":{\"topic\":\"uploads\",\"partition\":3,\"offset\":4500},\"times\":{\"uploaded\":\"…\"}}}"
        #expect(Self.place("{\"subject\":\"\",\"data\":{\"supersedes\":null" + tail) == [3, 4_500])
        #expect(Self.place(tail, VerdictInput(topic: "uploads.live")) == nil)
    }

    /// Quotes within a string are escaped, so a user's text is no place.
    @Test func whatAUserWritesIsNotTakenForIt() {
        let forged = ",\\\"input\\\":{\\\"topic\\\":\\\"uploads\\\",\\\"partition\\\":1,\\\"offset\\\":1}"
        #expect(Self.place("{\"subject\":\"\(forged)\"}") == nil)
    }

    @Test(arguments: [
        "", ",", ",\"input\":{\"topic\":\"uploads\",\"partition\":",
        ",\"input\":{\"topic\":\"uploads\",\"partition\":1",
        ",\"input\":{\"topic\":\"uploads\",\"partition\":1,\"offset\":",
        ",\"input\":{\"topic\":\"uploads\",\"partition\":1,\"offset\":1",
        ",\"input\":{\"topic\":\"uploads\",\"partition\":-1,\"offset\":1}",
        ",\"input\":{\"topic\":\"uploads\",\"partition\":9999999999,\"offset\":1}",
        ",\"input\":{\"topic\":\"uploads\",\"partition\":1,\"offset\":99999999999999999999}",
    ])
    func whatIsCutOffOrTooLargeIsNone(text: String) {
        #expect(Self.place(text) == nil)
    }

    @Test func eachLengthOfAVerdictCanBeLookedAt() {
        let whole = ",\"input\":{\"topic\":\"uploads\",\"partition\":3,\"offset\":4500}"
        for length in 0..<whole.utf8.count { #expect(Self.place(String(whole.prefix(length))) == nil) }
        #expect(Self.place(whole) == [3, 4_500])
    }
}
