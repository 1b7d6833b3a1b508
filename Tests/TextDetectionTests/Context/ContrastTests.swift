import Detection
import Events
import Foundation
import Signals
import TestSupport
import Testing

@testable import TextDetection

/// Authored sentences with one invented slogan, in which only what surrounds it differs: what must be softened, and what
/// must not be for all its quotation marks.
@Suite struct ContrastTests {
    struct Line: Decodable, CustomTestStringConvertible {
        let functionality: String
        let language: String
        let term: String
        let text: String
        let context: [String]

        var testDescription: String { "\(functionality) (\(language)): \(text)" }
    }

    static let lines: [Line] = {
        let lines = (try? goldenLines("contrast")) ?? []
        return lines.compactMap { try? JSONDecoder().decode(Line.self, from: $0) }
    }()

    @Test func theSetIsWhole() {
        #expect(ContrastTests.lines.count == 133)
        #expect(Set(ContrastTests.lines.map(\.language)).count == 7)
        #expect(Set(ContrastTests.lines.map(\.functionality)).count == 10)
    }

    /// Who writes it so that others miss it reports nothing.
    @Test func aDisguiseIsNoReport() throws {
        let detector = try detector([signal("lanterns", .leet)])
        let found = detector.findings(
            try batch([Post("Police said l4nterns were seen"), Post("Police said lanterns were")])
        )
        .found
        #expect(found.map(\.textContext) == [[], .reported])
    }

    /// Every place of a term counts, in title and body for itself, and however many there are.
    @Test func eachPlaceCounts() throws {
        let detector = try detector([signal("lantern")])
        let reported = "Police said the lantern was lit. "
        let many = String(repeating: reported, count: 50)
        let flood = String(repeating: "said lantern ", count: 3_000)
        let found = detector.findings(
            try batch([
                Post(many), Post(many + "Lantern!"), Post("Lantern!", title: reported), Post(flood),
                Post(String(repeating: "said lantern ", count: 5_000)),
            ])
        ).found
        #expect(found.map(\.textContext) == [.reported, [], .reported, [], .reported, []])
        #expect(found.map(\.value) == [50, 51, nil, nil, 3_000, 5_000])
    }

    @Test(arguments: lines) func contextIsWhatStandsAroundTheTerm(line: Line) throws {
        let detector = try detector([signal(line.term, type: .phrase)])
        let found = detector.findings(try batch([Post(line.text)])).found
        #expect(found.count == 1)
        #expect(found.first?.textContext.names == line.context)
    }
}

/// What tells cheaply that a text has no cue must not overlook one.
@Suite struct ContextCuesTests {
    @Test(arguments: UInt64(1)...60) func noCueIsOverlooked(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let cues = ContextCues.words.filter { $0.kind != .endorsing && $0.kind != .firstPerson }
            .flatMap { $0.phrases.split(separator: ",").map(String.init) }
        let around = ["“", "”", " ", ", ", "«", "\"", "日", "\u{200B}", "!", "؟", "-", "(", "\u{202E}"]
        for _ in 0..<40 {
            let cue = try #require(cues.randomElement(using: &random))
            let prefix = cue.utf8.first == 0xD9 && Bool.random(using: &random) ? "و" : ""
            let text =
                "word" + (around.filter { $0 != "\u{200B}" && $0 != "\u{202E}" }.randomElement(using: &random) ?? "")
                + prefix + cue + (around.randomElement(using: &random) ?? "")
            let (found, mayStandApart) = try look(text)
            if found { #expect(mayStandApart, "\(text)") }
        }
    }

    @Test func mostTextsHaveNone() throws {
        #expect(try look("A sunny day at the lake with friends and cake") == (false, false))
        #expect(try look("Long live the lake, we agree, join us") == (false, false))
        #expect(try look("وقال") == (true, true))
    }

    private func look(_ text: String) throws -> (Bool, Bool) {
        var text = text
        return try text.withUTF8 { original in
            let folded = try #require(FoldedTexts(original))
            let base = try #require(folded.bytes.baseAddress)
            var structure = TextStructure()
            structure.read(
                folded.bytes, folded.texts[0], folded.edits[folded.texts[0].edits],
                original: UnsafeRawBufferPointer(original))
            let cues = ContextCues.shared.cues(in: structure, base)
            return (
                cues.contains { $0.kind != .endorsing && $0.kind != .firstPerson },
                ContextCues.shared.gate.isOpen(for: base, folded.texts[0].bytes)
            )
        }
    }
}
