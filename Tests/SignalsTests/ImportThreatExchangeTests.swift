import Events
import Testing

@testable import Signals

@Suite struct ImportThreatExchangeTests {
    private func record(
        _ descriptors: String..., type: String = "HASH_PDQ", value: String = Digests.pdq, time: Int = 100,
        deleted: Bool = false
    ) -> String {
        """
        {"indicator":"\(value)","type":"\(type)","last_updated":\(time),"should_delete":\(deleted),
        "descriptors":{"data":[\(descriptors.joined(separator: ","))]}}
        """
    }

    private func descriptor(_ owner: String, _ status: String = "MALICIOUS", _ rest: String = "") -> String {
        #"{"id":"d\#(owner)","owner":{"id":"\#(owner)"},"status":"\#(status)"\#(rest)}"#
    }

    private func page(_ records: String...) -> String { #"{"data":[\#(records.joined(separator: ","))]}"# }

    @Test func theExample() throws {
        let imported = try Imported(.threatexchange, Imported.example(.threatexchange))
        #expect(
            imported.lines == [
                "pdq:f8f8… threatexchange/1 positive", "pdq:f8f8… threatexchange/2 negative",
                "pdq:f8f8… threatexchange/8 seed", "pdq:f8f8… threatexchange/3 positive",
                "pdq:f8f8… threatexchange/4 positive", "pdq:f8f8… threatexchange/5 negative",
                "pdq:f8f8… threatexchange/7 negative", "-md5:a1a1… threatexchange/2",
                "url:http… threatexchange/2 positive", "sha1:b2b2… threatexchange/9 positive",
            ])
        #expect(imported.signals[0].labels == ["turnip", "fair"])
        #expect(imported.signals[0].id == "11")
        #expect(imported.signals[0].updatedAt == .at(1_795_428_000))
        #expect(imported.notes == ["1 record of type HASH_TEXT_TLSH is not supported"])
    }

    @Test func aHashWithANewLineIsRejectedAndSpoilsNothing() throws {
        let imported = try Imported(.threatexchange, Imported.example(.threatexchange))
        #expect(imported.rejected.map(\.number) == [5])
        #expect(imported.rejected.first?.error == "value: must be 32 hexadecimal digits (type md5)")
        #expect(imported.lines.last == "sha1:b2b2… threatexchange/9 positive")
    }

    @Test func statusIsTheOwnersOpinion() throws {
        for (status, opinion) in [
            ("MALICIOUS", Opinion.positive), ("NON_MALICIOUS", .negative), ("SUSPICIOUS", .seed), ("UNKNOWN", .seed),
            ("", .seed),
        ] {
            let imported = try Imported(.threatexchange, page(record(descriptor("1", status))))
            #expect(imported.signals.map(\.opinion) == [opinion], "\(status)")
        }
        // One owner, two descriptors.
        let both = try Imported(
            .threatexchange, page(record(descriptor("1"), descriptor("1", "NON_MALICIOUS"))))
        #expect(both.lines == ["pdq:f8f8… threatexchange/1 disputed"])
    }

    @Test func reactionsCountForThoseWithoutADescriptor() throws {
        let reactions = #","reactions":[{"key":"NON_MALICIOUS","value":"2, 3"},{"key":"HELPFUL","value":"3,1"}]"#
        let imported = try Imported(
            .threatexchange, page(record(descriptor("1", "MALICIOUS", reactions), descriptor("2", "SUSPICIOUS"))))
        #expect(
            imported.lines == [
                "pdq:f8f8… threatexchange/1 positive", "pdq:f8f8… threatexchange/2 seed",
                "pdq:f8f8… threatexchange/3 disputed",
            ])
        let seen = #","reactions":[{"key":"SAW_THIS_TOO","value":"4"},{"key":"NEW","value":"5"}]"#
        #expect(try Imported(.threatexchange, page(record(descriptor("1", "MALICIOUS", seen)))).signals.count == 1)
    }

    @Test func aDeletionWithdrawsWhatItsOwnersHadStated() throws {
        let first = page(record(descriptor("1"), descriptor("2")))
        let named = try Imported(
            .threatexchange, first, page(record(descriptor("1"), descriptor("2"), time: 200, deleted: true)))
        #expect(named.lines.suffix(2) == ["-pdq:f8f8… threatexchange/1", "-pdq:f8f8… threatexchange/2"])
        #expect(named.set.signals.isEmpty)
        // Graph leaves the descriptors out when there are none.
        let bare = try Imported(.threatexchange, first, page(record(time: 200, deleted: true)))
        #expect(bare.set.signals.isEmpty)
        #expect(bare.notes.isEmpty)
        #expect(bare.signals.last?.updatedAt == .at(200))
    }

    @Test func aDeletionIsLookedUpInEarlierImports() throws {
        let first = try Imported(.threatexchange, page(record(descriptor("1"), descriptor("2"))))
        let deletion = page(record(time: 200, deleted: true))
        let later = try Imported(.threatexchange, deletion, known: first.signals)
        #expect(SignalSet(first.signals + later.signals).signals.isEmpty)
        #expect(later.notes.isEmpty)
        let unknown = try Imported(.threatexchange, deletion)
        #expect(unknown.lines == ["-pdq:f8f8… threatexchange"])
        #expect(unknown.notes.first?.contains("--known") == true)
    }

    @Test func anOwnerWhoHasGoneFromARecordHasWithdrawn() throws {
        let imported = try Imported(
            .threatexchange, page(record(descriptor("1"), descriptor("2"))), page(record(descriptor("2"), time: 200)))
        #expect(imported.lines.suffix(2) == ["pdq:f8f8… threatexchange/2 positive", "-pdq:f8f8… threatexchange/1"])
    }

    @Test func aPageReadTooLateBringsNothingBack() throws {
        let imported = try Imported(
            .threatexchange, page(record(descriptor("1"), time: 200, deleted: true)), page(record(descriptor("1"))))
        #expect(imported.set.signals.isEmpty)
        #expect(imported.notes == ["1 record is older than what the same import had read, and left out"])
    }

    /// One hash may be two indicators, HASH_MD5 and HASH_VIDEO_MD5.
    @Test func twoTypesOfOneHashAreTwoRecords() throws {
        // The withdrawal is later than what the other record states, which stands all the same.
        let both = page(
            record(descriptor("1"), type: "HASH_MD5", value: Digests.md5),
            record(descriptor("1"), type: "HASH_VIDEO_MD5", value: Digests.md5),
            record(type: "HASH_VIDEO_MD5", value: Digests.md5, time: 200, deleted: true))
        let imported = try Imported(.threatexchange, both)
        #expect(imported.set.signals.map(\.value) == [Digests.md5])
        let again = try Imported(.threatexchange, both, known: imported.signals)
        #expect(SignalSet(imported.signals + again.signals).signals.count == 1)
    }

    @Test func tagsComeInThreeForms() throws {
        for tags in [#"{"data":[{"text":"a"},{"text":"b"}]}"#, #"["a","b","a",""]"#] {
            let imported = try Imported(
                .threatexchange, page(record(descriptor("1", "MALICIOUS", ",\"tags\":\(tags)"))))
            #expect(imported.signals.first?.labels == ["a", "b"])
        }
    }

    @Test func labelsBeyondTheLimitsAreLeftOutAndCounted() throws {
        let many = (0..<20).map { "\"t\($0)\"" } + ["\"\(String(repeating: "x", count: 65))\"", #""a\nb""#]
        let imported = try Imported(
            .threatexchange,
            page(record(descriptor("1", "MALICIOUS", ",\"tags\":[\(many.reversed().joined(separator: ","))]"))))
        #expect(imported.signals.first?.labels.count == SignalLimits.labels)
        #expect(imported.notes.first?.hasPrefix("6 labels were left out") == true)
        #expect(imported.rejected.isEmpty)
    }

    @Test func whatIsWrongWithARecordIsSaid() throws {
        let cases = [
            (#"{"type":"HASH_PDQ"}"#, "value: must be 64"), ("7", "is not a JSON object"),
            (#"{"indicator":"x"}"#, "type: is required"),
            (
                #"{"indicator":"\#(Digests.md5)","type":"HASH_MD5","should_delete":"true"}"#,
                "should_delete: expected true"
            ),
            (
                #"{"indicator":"\#(Digests.md5)","type":"HASH_MD5","last_updated":"soon"}"#,
                "last_updated: expected seconds"
            ),
            (
                #"{"indicator":"\#(Digests.md5)","type":"HASH_MD5","last_updated":99999999999999}"#,
                "last_updated: expected"
            ),
            (#"{"type":"HASH_MD5","type":"HASH_PDQ","indicator":"x"}"#, "type: stands twice"),
            (record(descriptor(String(repeating: "9", count: 300))), "source: has 315 bytes; at most 256"),
        ]
        for (bad, reason) in cases {
            let imported = try Imported(.threatexchange, page(bad, record(descriptor("1"))))
            #expect(imported.signals.count == 1)
            #expect(imported.rejected.map(\.number) == [1])
            #expect(imported.rejected.first?.error.hasPrefix(reason) == true, "\(imported.rejected)")
        }
    }

    @Test func aFileThatIsNoAnswerIsAnErrorThatSaysWhy() {
        let cases = [
            ("", "ends before"), ("[]", "not a JSON object"),
            ("{\"error\":{\"message\":\"x\"}}", "has no list \"data\""),
            (#"{"data":[{"a":1},{"b":tru}]}"#, "at record 2"), (#"{"data":[]} {"data":[]}"#, "something follows"),
            (#"{"data":[],"data":[]}"#, "twice"), ("{\"data\":{}}", "has no list"),
            (
                "{\"data\":\(String(repeating: "[", count: 40))\(String(repeating: "]", count: 40))}",
                "nested deeper than 16"
            ),
        ]
        for (text, reason) in cases {
            #expect {
                try Imported(.threatexchange, text)
            } throws: { error in
                (error as? ImportFailure)?.description.contains(reason) == true
            }
        }
    }
}
