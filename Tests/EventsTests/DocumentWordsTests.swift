import Events
import TestSupport
import Testing

@Suite struct DocumentWordsTests {
    private func rejection(_ value: String) -> String? {
        do throws(DocumentWords.Failure) {
            _ = try DocumentWords(value)
            return nil
        } catch {
            return error.description
        }
    }

    @Test(arguments: UInt64(1)...20) func isReadBack(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for count in [12, 13, 14, 100, Int.random(in: 12...400, using: &random)] {
            let words = DocumentWords(
                folding: UInt8.random(in: 0...255, using: &random),
                hashes: (0..<count).map { _ in UInt16.random(in: 0...UInt16.max, using: &random) })
            #expect(DocumentWords.isWritten(words.value))
            #expect(try DocumentWords(words.value) == words)
            #expect(DocumentWords.folding(of: words.value) == words.folding)
        }
    }

    @Test func hasOneForm() {
        let words = DocumentWords(folding: 1, hashes: Array(repeating: 0x0201, count: 12))
        #expect(words.value == "weirdoc1:AQECAQIBAgECAQIBAgECAQIBAgECAQIBAg")
        for other in [
            "weirdoc1:", "weirdoc1:AQECAQIBAgECAQIBAgECAQIBAgECAQIBAh", words.value + "=", words.value + "A",
            "weirdoc1:A",
            "weirdoc1:AQECAQIBAgECAQIBAgECAQIBAgECAQIBA+", words.value + "\n",
        ] { #expect(rejection(other)?.contains("base64url") == true, "\(other)") }
        #expect(
            rejection(DocumentWords(folding: 1, hashes: [1, 2]).value) == "has 2 words; a document has 12 to 24000")
        let long = DocumentWords(folding: 1, hashes: Array(repeating: 5, count: DocumentWords.most + 1))
        #expect(rejection(long.value) == "has 24001 words; a document has 12 to 24000")
        let most = DocumentWords(folding: 1, hashes: Array(repeating: 5, count: DocumentWords.most))
        #expect(most.value.utf8.count <= SignalValue.longest)
        #expect(rejection(most.value) == nil)
    }

    /// A value of this form is checked when the signal is read; any other text is one.
    @Test func signalsAreChecked() throws {
        let words = DocumentWords(folding: 1, hashes: Array(1...20))
        #expect(try SignalValue.normalized(words.value, .document) == words.value)
        #expect(
            try SignalValue.normalized("a text that stands for itself", .document) == "a text that stands for itself")
        #expect(try SignalValue.normalized("weirdoc1:%", .phrase) == "weirdoc1:%")
        #expect(throws: SignalLineReader.Rejection.self) { try SignalValue.normalized("weirdoc1:%", .document) }
    }

    @Test(arguments: UInt64(1)...20) func base64IsStrict(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for count in 0..<20 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let text = Array(Base64URL.encode(bytes).utf8)
            #expect(text.withUnsafeBytes { Base64URL.decode($0) } == bytes)
            // Any other text of that length stands for something else, or for nothing.
            guard var other = text.isEmpty ? nil : text else { continue }
            other[Int.random(in: 0..<other.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            if other != text { #expect(other.withUnsafeBytes { Base64URL.decode($0) } != bytes) }
        }
    }
}
