import Events
import TestSupport
import Testing

struct JSONReaderTests {
    private func walk(_ text: [UInt8], _ reader: JSONReader) -> JSONFailure? {
        text.withUnsafeBytes { bytes in
            do throws(JSONFailure) {
                guard try reader.begin(bytes) == .object else { return .type }
                try reader.finish()
                return nil
            } catch {
                return error
            }
        }
    }

    /// What is passed over is checked all the same: `finish` agrees with the model on spoiled texts.
    @Test(arguments: UInt64(1)...100)
    func vouchesForTheWholeText(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var events = RandomEvent(seed: seed)
        let reader = JSONReader(maximumDepth: 6)
        let pieces: [[UInt8]] =
            "{ } [ ] , : \" \\ \\u \\ud800 \\udc00 \\u0041 0 - . e + 1 tru true null n x [1] {\"\":0}".split(
                separator: " "
            )
            .map { Array($0.utf8) } + [
                [0], [0x0A], [0x1F], [0x20], [0x7F], [0x80], [0xC2], [0xE2, 0x80], [0xEF, 0xBB, 0xBF],
            ]
        for _ in 0..<20 {
            var text = Array(events.next().utf8)
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let start = Int.random(in: 0...text.count, using: &random)
                let end = min(start + Int.random(in: 0...1, using: &random), text.count)
                text.replaceSubrange(start..<end, with: pieces.randomElement(using: &random) ?? [])
            }
            if Int.random(in: 0..<8, using: &random) == 0 {
                text.removeLast(Int.random(in: 1...text.count, using: &random))
            }
            let failure = walk(text, reader)
            #expect(
                (failure == nil) == JSONModel.isObject(text, depth: 6),
                "\(failure.map { "\($0)" } ?? "valid"): \(String(decoding: text, as: UTF8.self))")
        }
    }

    /// Every proper beginning of a text is cut, whatever it ends in.
    @Test func beginningsAreTruncated() {
        let text = Array(#"{"a":{"b":[1,{"c":"}]"},true,null,-1.5e3]},"\"d":[[]],"e":{}}"#.utf8)
        let reader = JSONReader(maximumDepth: 8)
        #expect(walk(text, reader) == nil)
        for count in 0..<text.count { #expect(walk(Array(text[..<count]), reader) == .truncated, "\(count) bytes") }
    }

    @Test func valuesComeAsTheTypeAskedForOrNotAtAll() throws {
        let reader = JSONReader(maximumDepth: 2)
        let text = Array(#"{"i":-9223372036854775808,"d":1.5,"t":"é\n","b":true,"z":null,"o":{"x":1},"l":[0]}"#.utf8)
        try text.withUnsafeBytes { bytes in
            #expect(try reader.begin(bytes) == .object)
            try reader.enter()
            func next() throws -> (String, JSONKind)? {
                try reader.next().map { (String(decoding: $0.key, as: UTF8.self), $0.kind) }
            }
            #expect(try #require(try next()) == ("i", .number))
            let integer = try reader.number()
            #expect(integer.integer == .min && integer.value == -0x1p63)
            #expect(try #require(try next()) == ("d", .number))
            let double = try reader.number()
            #expect(double.integer == nil && double.value == 1.5)
            #expect(try #require(try next()) == ("t", .string))
            #expect(String(decoding: try reader.string(), as: UTF8.self) == "é\n")
            #expect(try #require(try next()) == ("b", .boolean))
            #expect(try reader.boolean())
            #expect(try #require(try next()) == ("z", .null))
            #expect(try #require(try next()) == ("o", .object))
            #expect(try #require(try next()) == ("l", .array))
            #expect(try next() == nil)
            try reader.finish()
        }
    }

    /// What an error left behind is not walked any further; the next text is not affected.
    @Test func anErrorStandsUntilTheNextText() throws {
        let reader = JSONReader(maximumDepth: 2)
        #expect(throws: JSONFailure.truncated) { try reader.finish() }
        try Array(#"{"a":"x","b":[{}]}"#.utf8).withUnsafeBytes { bytes in
            _ = try reader.begin(bytes)
            try reader.enter()
            _ = try reader.next()
            #expect(throws: JSONFailure.type) { try reader.number() }
            #expect(throws: JSONFailure.type) { try reader.string() }
            #expect(throws: JSONFailure.type) { try reader.next() }
            #expect(throws: JSONFailure.type) { try reader.finish() }
            _ = try reader.begin(bytes)
            #expect(throws: JSONFailure.depth) { try reader.finish() }
            #expect(throws: JSONFailure.depth) { try reader.enter() }
        }
        [UInt8]().withUnsafeBytes { bytes in
            #expect(throws: JSONFailure.truncated) { try reader.begin(bytes) }
            #expect(throws: JSONFailure.truncated) { try reader.enter() }
            #expect(throws: JSONFailure.truncated) { try reader.finish() }
        }
        #expect(walk(Array("{}".utf8), reader) == nil)
    }

    @Test func longTextsGrowTheBuffer() {
        let reader = JSONReader(maximumDepth: 2)
        for count in [8_190, 8_191, 8_192, 8_193, 100_000, 10] {
            let text = "{\"a\":\"" + String(repeating: "\\n", count: count / 2) + "\"}"
            #expect(walk(Array(text.utf8), reader) == nil)
        }
    }
}
