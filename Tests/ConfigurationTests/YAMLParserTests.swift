import TestSupport
import Testing

@testable import Configuration

struct YAMLParserTests {
    private func parse(_ text: String) throws -> YAMLNode { try YAMLParser.parse(Array(text.utf8), file: "t.yaml") }

    private func firstProblem(_ text: String) -> Problem? {
        do {
            _ = try YAMLParser.parse(Array(text.utf8), file: "t.yaml")
            return nil
        } catch {
            return error.problems.first
        }
    }

    @Test func keepsPlaces() throws {
        let root = try parse("a: 1\nb:\n  - x\n  - \"null\"\n")
        guard case .mapping(let members) = root.content else { throw Failure() }
        #expect(members.map(\.key) == ["a", "b"])
        #expect(members[1].place == Place(line: 2, column: 1))
        guard case .sequence(let items) = members[1].value.content else { throw Failure() }
        #expect(items[1].place == Place(line: 4, column: 5))
        #expect(!items[1].isNull, "a quoted null is text")
    }

    @Test(arguments: ["~", "null", ""])
    func plainNullsAreNull(_ text: String) throws {
        guard case .mapping(let members) = try parse("a: \(text)\n").content else { throw Failure() }
        #expect(members[0].value.isNull)
    }

    @Test(arguments: [
        ("a: &x 1\nb: *x\n", 1, "anchors"), ("b: *x\n", 1, "anchors"), ("a: [1, 2\n", 2, "not YAML"),
        ("a: 1\na: 2\n", 2, "stands twice"), ("? [1]\n: 2\n", 1, "plain text"),
        ("a: 1\n---\nb: 2\n", 3, "more than one"),
    ])
    func refusesWithPlace(_ text: String, _ line: Int, _ message: String) throws {
        let problem = try #require(firstProblem(text))
        #expect(problem.place?.line == line, "\(problem)")
        #expect(problem.message.contains(message), "\(problem)")
    }

    @Test func refusesDeepNesting() throws {
        let text = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(try #require(firstProblem(text)).message.contains("nested deeper"))
    }

    @Test func refusesEmptyAndHuge() throws {
        #expect(try #require(firstProblem("")).message == "is empty")
        #expect(try #require(firstProblem("# only a comment\n")).message == "is empty")
        let huge = [UInt8](repeating: UInt8(ascii: " "), count: YAMLParser.maximumBytes + 1)
        #expect(throws: InvalidConfiguration.self) { try YAMLParser.parse(huge, file: "t.yaml") }
    }

    /// Whatever the bytes, the parser answers, with a tree or with problems.
    @Test(arguments: UInt64(1)...20)
    func survivesMutations(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let seedText = Array(
            "version: 1\nstages:\n  - name: \"a\\n\"\n    detectors: [x, {y: z}]\n    deadline: 5s # c\n".utf8)
        for _ in 0..<50 {
            var text = seedText
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text[at] = UInt8.random(in: 0...255, using: &random)
                case 1: text.remove(at: at)
                default: text.insert(UInt8.random(in: 0...255, using: &random), at: at)
                }
            }
            do {
                _ = try YAMLParser.parse(text, file: "t.yaml")
            } catch {
                #expect(!error.problems.isEmpty)
            }
        }
    }

    private struct Failure: Error {}
}
