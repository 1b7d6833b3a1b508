import Events
import Testing

/// What a platform tells of its own action on an account.
struct AccountActionTests {
    private func action(_ members: String) -> Record {
        Record(
            """
            {"specversion":"1.0","type":"weir.account.action.v1","source":"/desk","id":"d-1",\
            "data":{"account":{"id":"a-1"}\(members)}}
            """)
    }

    @Test(arguments: AccountAction.allCases) func eachIsRead(known: AccountAction) {
        let (batch, errors) = decode([
            action(",\"action\":\"\(known.name)\""), action(",\"weight\":7,\"action\":\"\(known.name)\""),
            action(",\"action\":\"\(known.name)\",\"weight\":null,\"links\":[],\"media\":[],\"text\":{\"body\":null}"),
        ])
        #expect(errors == [nil, nil, nil])
        #expect(batch.events.map(\.type) == [.accountAction, .accountAction, .accountAction])
        #expect(batch.events.map(\.action) == [known, known, known])
        #expect(batch.events.map(\.actionWeight) == [nil, 7, nil])
        #expect(batch.events.allSatisfy { batch.text($0.accountID) == "a-1" && batch.text($0.subject) == "d-1" })
    }

    @Test func theExampleIsRead() throws {
        let (batch, errors) = decode([Record(bytes: Array(try topology("examples/upload-account-action.json")))])
        #expect(errors == [nil])
        #expect(batch.events[0].action == .terrorismStrike && batch.events[0].actionWeight == 2)
        // What the account showed, by which it may be known again.
        let (removal, none) = decode([Record(bytes: Array(try topology("examples/upload-account-removed.json")))])
        #expect(none == [nil] && removal.events[0].action == .removed)
        let read = fields(removal, 0)
        #expect(read["account.name"] == "Grey_Lantern_04" && read["account.profile"]?.hasPrefix("Keeper") == true)
        #expect(read["account.avatar"]?.count == 64 && read["client.device"] == "d-31")
    }

    @Test func itIsReadInBinaryModeAndThroughAMapping() throws {
        var record = Record(#"{"account":{"id":"a"},"action":"removed"}"#)
        record.headers = [
            ("ce_specversion", "1.0"), ("ce_type", "weir.account.action.v1"), ("ce_source", "/d"), ("ce_id", "1"),
        ].map { ($0.0, Array($0.1.utf8)) }
        #expect(decode([record]).batch.events.map(\.action) == [.removed])
        let shape = try EventMapping.read(
            Array(
                """
                version: 1
                constants: { source: /d }
                fields: { id: /n, type: /what, account.id: /who, action: /did/it, weight: /did/much }
                types: { sanction: weir.account.action.v1 }
                """.utf8), file: "m.yaml")
        let own = Record(#"{"n":1,"what":"sanction","who":"a","did":{"it":"strike","much":3}}"#)
        let (batch, errors) = decode([own], shape: shape)
        #expect(errors == [nil])
        #expect(batch.events.map(\.action) == [.strike] && batch.events.map(\.actionWeight) == [3])
    }

    static let names = "strike, terrorism-strike, removed, restored"

    @Test(
        arguments: [
            ("", .fieldMissing, "data.action: is required: one of \(names)"),
            (",\"action\":null", .fieldMissing, "data.action: is required: one of \(names)"),
            (",\"action\":\"stryke\"", .fieldValue, "data.action: must be one of \(names)"),
            (",\"action\":\"\"", .fieldValue, "data.action: must be one of \(names)"),
            (",\"action\":3", .fieldValue, "data.action: must be one of \(names)"),
            (",\"action\":{\"a\":[1]}", .fieldValue, "data.action: must be one of \(names)"),
            (",\"action\":\"strike\",\"action\":\"strike\"", .fieldDuplicate, "data.action: stands twice"),
            (",\"action\":\"strike\",\"weight\":0", .fieldRange, "data.weight: must be a whole number from 1 to 100"),
            (",\"action\":\"strike\",\"weight\":101", .fieldRange, "data.weight: must be a whole number from 1 to 100"),
            (",\"weight\":-1,\"action\":\"strike\"", .fieldRange, "data.weight: must be a whole number from 1 to 100"),
            (",\"action\":\"strike\",\"weight\":1.5", .fieldRange, "data.weight: must be a whole number from 1 to 100"),
            (
                ",\"action\":\"strike\",\"weight\":\"2\"", .fieldRange,
                "data.weight: must be a whole number from 1 to 100"
            ),
            (
                ",\"action\":\"strike\",\"weight\":99999999999999999999", .fieldRange,
                "data.weight: does not fit 64 bits"
            ),
            (",\"action\":\"strike\",\"weight\":1x", .jsonNumber, "a number is malformed"),
            (
                ",\"action\":\"strike\",\"text\":{\"body\":\"\"}", .fieldValue,
                "data: an account's action has no text, media or links; content is an event of its own"
            ),
            (
                ",\"action\":\"strike\",\"links\":[\"x\"]", .fieldValue,
                "data: an account's action has no text, media or links; content is an event of its own"
            ),
            (
                ",\"action\":\"strike\",\"media\":[{}]", .fieldValue,
                "data: an account's action has no text, media or links; content is an event of its own"
            ),
        ] as [(String, DecodeError.Code, String)])
    func whatIsWrongIsNamed(members: String, code: DecodeError.Code, message: String) {
        #expect(failure(action(members)) == DecodeError(code, message))
    }

    /// Platforms may have members of these names for reasons of their own.
    @Test(arguments: ["\"action\":{\"a\":1}", "\"action\":\"strike\",\"weight\":1.5", "\"weight\":[1e400,-1]"])
    func elsewhereTheyMeanNothing(members: String) {
        let (batch, errors) = decode([Record(event(data: "\"account\":{\"id\":\"a\"},\"links\":[\"x\"],\(members)"))])
        #expect(errors == [nil])
        #expect(batch.events.map(\.action) == [nil] && batch.events.map(\.actionWeight) == [nil])
    }
}
