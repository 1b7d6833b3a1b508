import Events
import Testing

@testable import Signals

/// CSV and JSON Lines.
@Suite struct ImportTableTests {
    private var terms: SignalDefaults {
        var defaults = SignalDefaults()
        defaults.type = .term
        defaults.opinion = .positive
        defaults.source = "garden"
        return defaults
    }

    @Test func theExample() throws {
        let imported = try Imported(.csv, Imported.example(.csv))
        #expect(
            imported.lines == [
                "pdq:f8f8… garden positive", "-md5:a1a1… ?", "term:turn… ? seed", "url:http… ? positive",
            ])
        #expect(imported.signals[0].labels == ["turnip", "fair"])
        #expect(imported.signals[0].note == "a note, with \"quotes\" and\r\na second line")
        #expect(imported.signals[0].expiresAt == (try Timestamp(rfc3339: "2027-11-23T10:00:00Z")))
        // By the line on which each begins.
        #expect(imported.rejected.map(\.number) == [5, 7])
        #expect(imported.rejected.last?.error == "has 3 fields; the first line names 10")
    }

    @Test func whatARecordDoesNotSayTheOptionsDo() throws {
        let csv = try Imported(.csv, "value,opinion,source\nturnip,,\nparsnip,seed,shed\n", defaults: terms)
        #expect(csv.lines == ["term:turnip garden positive", "term:parsnip shed seed"])
        let lines = try Imported(
            .jsonl, "{\"value\":\"turnip\"}\n{\"type\":\"domain\",\"value\":\"a.example\",\"opinion\":\"seed\"}\nx\n",
            defaults: terms)
        #expect(lines.lines == ["term:turnip garden positive", "domain:a.ex… garden seed"])
        #expect(lines.rejected.map(\.number) == [3])
    }

    @Test func columnsAreKnownOrAnError() {
        for (text, reason) in [
            ("", "is empty"), ("type,valeu\n", "did you mean \"value\"?"), ("type\n", "no column value"),
            ("value\n", "--type"), ("type,value,type\n", "type stands twice"), ("type,\"value\n", "not closed"),
            ("type,value", "ends within the line"),
        ] {
            #expect {
                try Imported(.csv, text)
            } throws: { error in
                (error as? ImportFailure)?.description.contains(reason) == true
            }
        }
    }

    @Test(arguments: ["\n", "\r\n"]) func fieldsMayBeQuoted(end: String) throws {
        let rows = [
            "value,note", "\"a,b\",\"say \"\"so\"\"\"", "\"\",x", "\"two\nlines\",", "plain,\"\"", "", "bad\"quote,",
            "\"bad\"x,",
            "last,",
        ]
        let imported = try Imported(.csv, "\u{FEFF}" + rows.map { $0 + end }.joined(), defaults: terms)
        #expect(imported.signals.map(\.value) == ["a,b", "two\nlines", "plain", "last"])
        #expect(imported.signals.first?.note == "say \"so\"")
        #expect(imported.rejected.map(\.number) == [3, 8, 9])
        #expect(imported.rejected.map(\.error).first == "value: is required")
    }

    @Test func aQuoteThatIsNotClosedEndsTheFileAndIsSaid() throws {
        let imported = try Imported(.csv, "value,note\na,\nb,\"open\nc,\nd,\n", defaults: terms)
        #expect(imported.signals.map(\.value) == ["a"])
        #expect(imported.rejected.map(\.number) == [3])
        #expect(imported.rejected.first?.error.contains("nothing behind it was read") == true)
    }

    @Test func withdrawalsAreNotGuessed() throws {
        let imported = try Imported(.csv, "value,deleted\na,true\nb,false\nc,\nd,yes\n", defaults: terms)
        #expect(imported.signals.map(\.deleted) == [true, false, false])
        #expect(imported.rejected.map(\.error) == ["deleted: expected true or false"])
    }

    @Test func bytesThatAreNoTextAndHugeRecordsAreRejected() throws {
        var signals = SignalImport(.csv, defaults: terms)
        let huge = String(repeating: "x", count: SignalLineReader.longestLine)
        let page = try signals.read(
            Array("value\n".utf8) + [0xFF, 0x0A] + Array("\"\(huge)\"\nlast\n".utf8))
        #expect(page.signals.map(\.value) == ["last"])
        #expect(page.rejected.map(\.error).first == "value: is not UTF-8")
        #expect(page.rejected.last?.error.contains("at most \(SignalLineReader.longestLine) are read") == true)
    }

    /// Escapes may make a line longer than one that is read.
    @Test func whatCouldNotBeReadAgainIsRejected() throws {
        let bells = String(repeating: "\u{7}", count: 60_000)
        let imported = try Imported(.csv, "value\na\(bells)\nlast\n", defaults: terms)
        #expect(imported.signals.map(\.value) == ["last"])
        #expect(imported.rejected.first?.error.hasPrefix("the signal has 36") == true, "\(imported.rejected)")
    }
}
