import Testing

@testable import Events

@Suite struct CombinationTests {
    @Test(arguments: [
        (
            "near(8; grey lantern; march | gather)", Combination.Kind.near(words: 8),
            [["grey lantern"], ["march", "gather"]]
        ),
        (" near ( 2;a;b ) ", .near(words: 2), [["a"], ["b"]]),
        ("without(attack|strike; game | level)", .without, [["attack", "strike"], ["game", "level"]]),
        ("some(2; torch; oil; rope)", .some(least: 2), [["torch"], ["oil"], ["rope"]]),
        (#"near(3; a\;b; c\|d\)\\)"#, .near(words: 3), [["a;b"], [#"c|d)\"#]]),
        ("some(1; é; 日本)", .some(least: 1), [["é"], ["日本"]]),
    ])
    func valuesAreRead(value: String, kind: Combination.Kind, parts: [[String]]) throws {
        let combination = try Combination(value)
        #expect(combination.kind == kind)
        #expect(combination.parts == parts)
    }

    @Test(arguments: [
        ("", "is none of near(…), without(…) and some(…)"),
        ("grey lantern", "is none of near(…), without(…) and some(…)"),
        ("far(2; a; b)", "\"far\" is no combination: near, without or some"),
        ("near(8; a; b", "has no bracket at its end"),
        ("near(8; a; b) c", "goes on behind its last bracket"),
        ("near(8; a; )", "has an empty term before \")\"; write \\ before a sign that is text"),
        ("near(8; a | ; b)", "has an empty term before \";\"; write \\ before a sign that is text"),
        ("near(8; a\\", "ends behind \\"),
        ("near(1; a; b)", "near begins with a number, 2 to 100: words"),
        ("near(101; a; b)", "near begins with a number, 2 to 100: words"),
        ("near(a; b)", "near begins with a number, 2 to 100: words"),
        ("near(8; a)", "has 1 parts; near has 2 to 16"),
        ("without(a; b; c)", "has 3 parts; without has two"),
        ("some(3; a; b)", "some begins with a number, 1 to 2: so many of its parts"),
        ("some(0; a; b)", "some begins with a number, 1 to 2: so many of its parts"),
    ])
    func mistakesAreNamed(value: String, expected: String) {
        #expect(throws: Combination.Failure(description: expected)) { try Combination(value) }
    }

    @Test func thereIsALimitOfPartsAndTerms() {
        let many = (0..<17).map { "t\($0)" }.joined(separator: ";")
        #expect(throws: Combination.Failure(description: "has 17 parts; near has 2 to 16")) {
            try Combination("near(8;\(many))")
        }
        let terms = (0..<256).map { "t\($0)" }.joined(separator: "|")
        #expect(throws: Combination.Failure(description: "has 257 terms; at most 256")) {
            try Combination("without(a;\(terms))")
        }
    }
}
