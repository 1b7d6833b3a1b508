import Detection
import Events
import Foundation
import Signals
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
