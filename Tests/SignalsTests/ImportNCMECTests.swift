import Events
import Testing

@testable import Signals

@Suite struct ImportNCMECTests {
    private func entry(_ rest: String = "", as name: String = "image", id: String = "e1", time: Int = 0) -> String {
        """
        <\(name)><member id="42">M</member><timestamp>2026-11-23T10:00:0\(time)Z</timestamp><id>\(id)</id>\(rest)</\(name)>
        """
    }

    private func prints(_ inner: String) -> String { "<fingerprints>\(inner)</fingerprints>" }
    private var md5: String { prints("<md5>\(Digests.md5)</md5>") }

    private func page(_ entries: String...) -> String {
        "<queryResult xmlns=\"https://hashsharing.ncmec.org/hashsharing/v2\"><images>\(entries.joined())</images></queryResult>"
    }

    @Test func theExample() throws {
        let imported = try Imported(.ncmec, Imported.example(.ncmec))
        #expect(
            imported.lines == [
                "md5:a1a1… ncmec/42 positive", "sha1:b2b2… ncmec/42 disputed", "pdq:f8f8… ncmec/42 positive",
                "sha256:c3c3… ncmec/42 positive", "-md5:a1a1… ncmec/42", "-sha1:b2b2… ncmec/42", "-pdq:f8f8… ncmec/42",
                "md5:d4d4… ncmec/43 positive",
            ])
        #expect(imported.signals[0].labels == ["A1"])
        #expect(imported.signals[0].id == "image1")
        #expect(
            imported.notes == [
                "1 record of type pdna is not supported",
                "1 record of type tmk-pdqf (no value, or a huge one) is not supported",
            ])
    }

    /// Clients in use take the local time for UTC.
    @Test func timesAreUTC() throws {
        let imported = try Imported(.ncmec, page(entry(md5)))
        #expect(imported.signals.first?.updatedAt == (try Timestamp(rfc3339: "2026-11-23T10:00:00Z")))
    }

    @Test func everyFingerprintIsTaken() throws {
        let all = prints(
            "<md5>\(Digests.md5)</md5><sha1>\(Digests.sha1.uppercased())</sha1><pdq>\(Digests.pdq)</pdq><tmk-pdqf>AAAA</tmk-pdqf>"
        )
        for name in ["image", "video"] {
            let imported = try Imported(.ncmec, page(entry(all, as: name)))
            #expect(imported.signals.map(\.type) == [.md5, .sha1, .pdq, .tmk])
            #expect(imported.signals.allSatisfy { $0.opinion == .positive })
            #expect(imported.signals[1].value == Digests.sha1)
        }
    }

    @Test func negativeFeedbackDisputesItsFingerprint() throws {
        let feedback = { (type: String) in
            "<feedback><negativeFeedback \(type)><reasons/></negativeFeedback></feedback>"
        }
        let both = prints("<md5>\(Digests.md5)</md5><tmk-pdqf>AAAA</tmk-pdqf>")
        let opinions = { (type: String) throws -> [Opinion] in
            try Imported(.ncmec, page(entry(both + feedback(type)))).signals.map(\.opinion)
        }
        #expect(try opinions("type=\"Md5\"") == [.disputed, .positive])
        #expect(try opinions("type=\"TMK_PDQF\"") == [.positive, .disputed])
        // On what, nobody says.
        #expect(try opinions("") == [.disputed, .disputed])
    }

    /// They name the entry, and nothing else.
    @Test func deletionsWithdrawAllFingerprintsOfTheEntry() throws {
        for name in ["deletedImage", "deletedVideo"] {
            let deletion = page(entry(as: name, time: 5))
            let first = page(entry(md5))
            let imported = try Imported(.ncmec, first, deletion)
            #expect(imported.lines.last == "-md5:a1a1… ncmec/42")
            #expect(imported.set.signals.isEmpty)

            let earlier = try Imported(.ncmec, first)
            let later = try Imported(.ncmec, deletion, known: earlier.signals)
            #expect(later.lines == ["-md5:a1a1… ncmec/42"])
            #expect(SignalSet(earlier.signals + later.signals).signals.isEmpty)

            let unknown = try Imported(.ncmec, deletion)
            #expect(unknown.signals.isEmpty)
            #expect(unknown.rejected.isEmpty)
            #expect(unknown.notes.first?.contains("--known") == true)
        }
    }

    @Test func aFingerprintStandsUntilBothEntriesHaveGone() throws {
        let imported = try Imported(
            .ncmec, page(entry(md5), entry(md5, id: "e2"), entry(as: "deletedImage", time: 5)))
        #expect(imported.set.signals.count == 1)
        let both = try Imported(
            .ncmec,
            page(
                entry(md5), entry(md5, id: "e2"), entry(as: "deletedImage", time: 5),
                entry(as: "deletedImage", id: "e2", time: 6)))
        #expect(both.set.signals.isEmpty)
    }

    @Test func aFingerprintThatIsGoneFromItsEntryIsWithdrawn() throws {
        let imported = try Imported(
            .ncmec, page(entry(md5), entry(prints("<sha1>\(Digests.sha1)</sha1>"), time: 5)))
        #expect(imported.set.signals.map(\.type) == [.sha1])
    }

    @Test func aBrokenFingerprintCostsOnlyItself() throws {
        let imported = try Imported(
            .ncmec, page(entry(prints("<md5>\(Digests.md5)\n</md5><sha1>\(Digests.sha1)</sha1>"))))
        #expect(imported.lines == ["sha1:b2b2… ncmec/42 positive"])
        #expect(imported.rejected.map(\.error) == ["md5: value: must be 32 hexadecimal digits (type md5)"])
    }

    @Test func whatIsWrongWithAnEntryIsSaid() throws {
        let cases = [
            ("<image><id>e</id>\(md5)</image>", "member: is required, with its id"),
            ("<image><member id=\"1\"/>\(md5)</image>", "id: is required"),
            ("<image><member id=\"1\"/><id>e</id><timestamp>today</timestamp></image>", "timestamp: is not"),
            ("<image><member id=\"1\"/><id>a&#10;b</id>\(md5)</image>", "md5: id: has a control character"),
        ]
        for (bad, reason) in cases {
            let imported = try Imported(.ncmec, page(bad, entry(md5)))
            #expect(imported.lines == ["md5:a1a1… ncmec/42 positive"])
            #expect(imported.rejected.map(\.number) == [1])
            #expect(imported.rejected.first?.error.hasPrefix(reason) == true, "\(imported.rejected)")
        }
    }

    @Test func anotherKindOfEntryIsCounted() throws {
        let imported = try Imported(.ncmec, page("<sound><id>1</id></sound>", entry(md5)))
        #expect(imported.signals.count == 1)
        #expect(imported.notes == ["1 record of type sound is not supported"])
    }

    @Test func aDocumentTypeIsRefused() {
        let bomb = """
            <?xml version="1.0"?><!DOCTYPE queryResult [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">
            <!ENTITY c SYSTEM "file:///etc/hostname">]><queryResult><images><image><id>&b;&c;</id></image></images></queryResult>
            """
        for (text, reason) in [
            (bomb, "document type"), ("<status/>", "the root is <status>, not <queryResult>"),
            ("", "line 1, column 1: "),
            ("<queryResult><images></queryResult>", "line 1, column 24: mismatched tag"), ("{}", "not well-formed"),
            ("<queryResult>" + String(repeating: "<a>", count: 20), "nested deeper than 16 levels"),
            ("<queryResult>&x;</queryResult>", "undefined entity"),
        ] {
            #expect {
                try Imported(.ncmec, text)
            } throws: { error in
                (error as? ImportFailure)?.description.contains(reason) == true
            }
        }
    }

    /// The parser takes a megabyte at a time.
    @Test func manyEntries() throws {
        let many = (0..<12_000).map {
            entry(prints("<md5>\(String(repeating: "0", count: 26))\(100_000 + $0)</md5>"), id: "e\($0)")
        }
        let imported = try Imported(.ncmec, page(many.joined()))
        #expect(imported.signals.count == 12_000)
        #expect(imported.rejected.isEmpty)
        #expect(imported.signals.last?.id == "e11999")
    }
}
