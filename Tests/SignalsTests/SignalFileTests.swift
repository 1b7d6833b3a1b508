import Configuration
import Events
import Testing

@testable import Signals

@Suite struct SignalFileTests {
    private func read(_ text: String) -> SignalFile { SignalFile(Array(text.utf8)) }
    private let good = #"{"type":"term","value":"turnip front","opinion":"positive"}"#

    @Test func aBadLineSpoilsNothing() {
        let file = read(
            """
            \(good)
            not json
            {"type":"term"}
            {"type":"trm","value":"x"}
            {"type":"sha256","value":"abc"}

               \t
            {"type":"domain","value":"exa mple"}
            {"type":"term","value":"x","opinion":"certain"}
            {"type":"term","value":"x","expiresAt":"tomorrow"}
            {"type":"term","value":"x","labels":"one"}
            {"type":"term","value":"x","deleted":"yes"}
            ["type"]
            {"type":"term","value":"x"} trailing
            {"type":"term","value":"second"}

            """)
        #expect(file.signals.map(\.value) == ["turnip front", "second"])
        #expect(file.rejected.map(\.line) == [2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14])
        let reasons = Dictionary(uniqueKeysWithValues: file.rejected.map { ($0.line, $0.error) })
        #expect(reasons[3] == "value: is required")
        #expect(reasons[4]?.contains("\"trm\" is none of sha256, md5") == true)
        #expect(reasons[5] == "value: must be 64 hexadecimal digits (type sha256)")
        #expect(reasons[8] == "value: is not a domain name (type domain)")
        #expect(reasons[9]?.contains("\"certain\" is none of positive, negative") == true)
        #expect(reasons[10]?.hasPrefix("expiresAt: ") == true)
        #expect(reasons[11] == "labels: expected a list of texts")
        #expect(reasons[12] == "deleted: expected true or false")
        #expect(file.rejected.allSatisfy { !$0.error.isEmpty })
    }

    @Test(arguments: ["\n", "\r\n"]) func linesEndAsTheyDo(end: String) {
        let other = #"{"type":"term","value":"two"}"#
        #expect(read(good + end + other + end).signals.map(\.value) == ["turnip front", "two"])
        // The last line need not end.
        #expect(read(good + end + other).signals.map(\.value) == ["turnip front", "two"])
        #expect(read(end + end + good).signals.count == 1)
        #expect(read(good + end + "{").rejected.map(\.line) == [2])
    }

    @Test func nothingIsNoSignals() {
        for text in ["", "\n", "\r\n\r\n", "  "] {
            #expect(read(text).signals.isEmpty)
            #expect(read(text).rejected.isEmpty)
        }
    }

    @Test func aByteOrderMarkIsNoPartOfTheFirstLine() {
        let file = read("\u{FEFF}\(good)\n\(good)")
        #expect(file.rejected == [])
        #expect(file.signals.count == 2)
    }

    @Test func hugeLinesAreRejectedAndTheNextIsRead() {
        let huge = String(repeating: "x", count: SignalLineReader.longestLine)
        let file = read("\(good)\n{\"type\":\"term\",\"value\":\"\(huge)\"}\n\(good)")
        #expect(file.signals.count == 2)
        #expect(file.rejected.map(\.line) == [2])
        #expect(file.rejected.first?.error.contains("at most \(SignalLineReader.longestLine)") == true)
        let long = String(repeating: "x", count: SignalValue.longest + 1)
        #expect(read("{\"type\":\"term\",\"value\":\"\(long)\"}").rejected.count == 1)
    }

    @Test func bytesThatAreNoTextAreRejected() {
        var bytes = Array(#"{"type":"term","value":""#.utf8) + [0xFF, 0xFE] + Array("\"}\n".utf8)
        bytes += Array(good.utf8)
        let file = SignalFile(bytes)
        #expect(file.signals.count == 1)
        #expect(file.rejected.map(\.line) == [1])
        #expect(SignalFile([0, 0, 0, 10, 0]).rejected.map(\.line) == [1, 2])
    }

    @Test func manyLines() {
        var text = ""
        for number in 0..<10_000 {
            text += number % 10 == 3 ? "{broken\n" : "{\"type\":\"term\",\"value\":\"t\(number)\"}\n"
        }
        let file = read(text)
        #expect(file.signals.count == 9_000)
        #expect(file.rejected.map(\.line) == Array(stride(from: 4, through: 10_000, by: 10)))
        #expect(file.signals.last?.value == "t9999")
    }

    @Test func aMissingFileIsAnErrorThatNamesIt() {
        #expect {
            try SignalFile(path: "/no/such/signals.jsonl")
        } throws: { error in
            (error as? FileError)?.description.hasPrefix("/no/such/signals.jsonl: ") == true
        }
    }
}
