import Events
import Testing

@testable import Signals

@Suite struct ImportTATTests {
    private func page(_ records: String...) -> String { #"{"results":[\#(records.joined(separator: ","))]}"# }

    @Test func theExample() throws {
        let imported = try Imported(.tat, Imported.example(.tat))
        #expect(
            imported.lines == [
                "md5:a1a1… tat positive", "sha256:c3c3… tat positive", "pdq:f8f8… tat positive", "-md5:a1a1… tat",
            ])
        #expect(imported.signals.map(\.id) == ["1", "2", "4", "1"])
        #expect(imported.signals[0].updatedAt == Timestamp(milliseconds: 1_795_428_000_250))
        #expect(imported.rejected.map(\.number) == [6, 7])
        #expect(imported.set.signals.map(\.type) == [.pdq, .sha256])
    }

    /// An added member once broke every client there was.
    @Test func membersThatNobodyKnowsBreakNothing() throws {
        let new = #""weight":1e999,"nested":{"id":[{"id":"x"}]},"id2":18446744073709551616"#
        let imported = try Imported(
            .tat,
            #"{"new":{"results":[1]},"results":[{"hash_digest":"\#(Digests.md5)","algorithm":"MD5",\#(new)}],"more":[[]]}"#
        )
        #expect(imported.lines == ["md5:a1a1… tat positive"])
        #expect(imported.rejected.isEmpty)
    }

    @Test func everyAlgorithmOfEveryFileTypeIsTaken() throws {
        for (algorithm, value, type) in [
            ("MD5", Digests.md5, SignalType.md5), ("SHA256", Digests.sha256, .sha256),
            ("SHA-256", Digests.sha256, .sha256),
            ("sha1", Digests.sha1, .sha1), ("PDQ", Digests.pdq, .pdq),
        ] {
            for file in ["mp4", "jpg", "pdf", "docx"] {
                let imported = try Imported(
                    .tat, page(#"{"hash_digest":"\#(value)","algorithm":"\#(algorithm)","file_type":"\#(file)"}"#))
                #expect(imported.signals.map(\.type) == [type])
            }
        }
    }

    @Test func whatWeHaveNoPlaceForIsToldOnce() throws {
        let record = #"{"hash_digest":"\#(String(repeating: "e", count: 128))","algorithm":"SHA512"}"#
        let imported = try Imported(.tat, page(record, record), page(record))
        #expect(imported.notes == ["3 records of type sha512 are not supported"])
        #expect(imported.rejected.isEmpty)
        // However many types somebody thinks of.
        let many = (0..<200).map { #"{"algorithm":"A\#($0)"}"# }.joined(separator: ",")
        #expect(try Imported(.tat, page(many)).notes.count <= 65)
    }

    @Test func aByteOrderMarkIsNoPartOfTheFile() throws {
        #expect(try Imported(.tat, "\u{FEFF}" + Imported.example(.tat)).signals.count == 4)
        #expect(try Imported(.ncmec, "\u{FEFF}" + Imported.example(.ncmec)).signals.count == 8)
    }

    @Test func ideologyIsALabel() throws {
        let labels = { (ideology: String) throws -> [[String]] in
            try Imported(
                .tat, page(#"{"hash_digest":"\#(Digests.md5)","algorithm":"MD5","ideology":\#(ideology)}"#)
            ).signals.map(\.labels)
        }
        #expect(try labels("\"far-right\"") == [["far-right"]])
        #expect(try labels("[\"a\",\"b\"]") == [["a", "b"]])
        #expect(try labels("null") == [[]])
    }

    @Test func timesAreSecondsOrRFC3339() throws {
        for time in ["1795428000", "1795428000.0", "\"1795428000\"", "\"2026-11-23T11:00:00+01:00\""] {
            let imported = try Imported(
                .tat, page(#"{"hash_digest":"\#(Digests.md5)","algorithm":"MD5","updated_on":\#(time)}"#))
            #expect(imported.signals.first?.updatedAt == .at(1_795_428_000))
        }
    }
}
