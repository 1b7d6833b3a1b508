import Events
import Testing

@testable import Signals

@Suite struct SignalTopicDecoderTests {
    private let hash = String(repeating: "a", count: 64)
    private let separator = "\u{1F}"

    private func line(_ signal: Signal) -> [UInt8] {
        var out = ByteWriter()
        out.append(signal)
        return Array(out.bytes.dropLast())
    }

    private func read(
        _ decoder: inout SignalTopicDecoder, _ key: [UInt8], _ value: [UInt8]?
    ) throws -> SignalChange? {
        try key.withUnsafeBytes { key in
            guard let value else { return try decoder.read(key: key, value: nil) }
            return try value.withUnsafeBytes { try decoder.read(key: key, value: $0) }
        }
    }

    @Test func recordsAreSignals() throws {
        var decoder = SignalTopicDecoder()
        let signals = [
            signal(.sha256, hash), signal(.pdq, hash, source: "a"), signal(.term, "a: b", source: "x:y"),
            signal(.url, "https://a.example/\u{e9}"),
            signal(.phrase, String(repeating: "p", count: 5_000), source: "s"),
        ]
        for signal in signals {
            let change = try read(&decoder, SignalTopicDecoder.key(of: signal), line(signal))
            #expect(change?.signal == signal)
            #expect(change?.slot == signal.source ?? "")
            // And what takes it back.
            let back = try read(&decoder, SignalTopicDecoder.key(of: signal), nil)
            #expect(back?.signal.deleted == true)
            #expect(back?.signal.type == signal.type && back?.signal.value == signal.value)
            #expect(back?.slot == signal.source ?? "")
        }
        #expect(SignalTopicDecoder.key(of: signals[1]) == Array("pdq:\(hash)\(separator)a".utf8))
        #expect(SignalTopicDecoder.key(of: signals[4]).count < 100)
    }

    /// Who writes records by hand may leave the source out of the key: the key decides what takes whose place.
    @Test func theKeyDecidesWhatIsReplaced() throws {
        var decoder = SignalTopicDecoder()
        let one = try read(&decoder, Array("sha256:\(hash)".utf8), line(signal(.sha256, hash, .positive, source: "a")))
        let other = try read(&decoder, Array("sha256:\(hash)".utf8), line(signal(.sha256, hash, .seed, source: "b")))
        let set = SignalSet.empty.applying(
            [one, other].compactMap(\.self), from: .topic, version: SignalVersion(topic: "t"))
        #expect(set.signals.map(\.source) == ["b"])
        #expect(set.signals.map(\.opinion) == [.seed])
    }

    /// The newline that stops today's matching service for good, and others of its kind.
    @Test func badRecordsAreRejectedWithTheirReason() throws {
        var decoder = SignalTopicDecoder()
        let cases: [(key: String, value: String?, reason: String)] = [
            (
                "pdq:\(hash)\n", #"{"type":"pdq","value":"\#(hash)\n"}"#,
                "value: must be 64 hexadecimal digits (type pdq)"
            ),
            ("pdq:\(hash)", "{", "JSON"), ("pdq:\(hash)", "", "JSON"), ("", nil, "key: \"\" is not type:value"),
            ("pdq", nil, "key: \"pdq\" is not type:value"), ("nosuch:x", nil, "key: \"nosuch:x\" is not type:value"),
            ("pdq:\(hash)\n", nil, "key: value: must be 64 hexadecimal digits (type pdq)"),
            ("sha256:\(hash)", #"{"type":"pdq","value":"\#(hash)"}"#, "key: is not that of its value"),
            ("pdq:\(hash)\(separator)b", #"{"type":"pdq","value":"\#(hash)","source":"a"}"#, "key: is not that of"),
        ]
        for (key, value, reason) in cases {
            do {
                _ = try read(&decoder, Array(key.utf8), value.map { Array($0.utf8) })
                Issue.record("\(key) was taken")
            } catch let rejection as SignalTopicDecoder.Rejection {
                #expect(reason == "JSON" || rejection.description.hasPrefix(reason), "\(rejection)")
            }
        }
        // The next is not affected.
        #expect(try read(&decoder, Array("pdq:\(hash)".utf8), line(signal(.pdq, hash))) != nil)
    }

    /// A record that takes a long value back, when what it stood for is gone by compaction.
    @Test func whatIsNotKnownIsTakenBackForNothing() throws {
        var decoder = SignalTopicDecoder()
        let long = signal(.phrase, String(repeating: "p", count: 5_000))
        #expect(throws: SignalTopicDecoder.Rejection.self) {
            try read(&decoder, Array("sha256:\(hash.dropLast())".utf8), nil)
        }
        let back = try read(&decoder, SignalTopicDecoder.key(of: long), nil)
        let set = SignalSet([signal(.term, "a")]).applying(
            [back].compactMap(\.self), from: .topic, version: SignalVersion())
        #expect(set.count == 1)
    }

    @Test func versionsNameFilesAndPlaces() {
        #expect(SignalVersion().description == "none")
        #expect(SignalVersion(files: "ab").description == "files:ab")
        let both = SignalVersion(files: "ab", topic: "signals", offsets: [17, 0, 5])
        #expect(both.description == "files:ab signals@17.0.5")
        let many = SignalVersion(topic: "s", offsets: Array(repeating: 1, count: 65))
        #expect(many.description.hasPrefix("s@#") && many.description.count == 15)
    }
}
