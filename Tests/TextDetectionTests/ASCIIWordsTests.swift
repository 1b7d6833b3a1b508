import TestSupport
import Testing

@testable import TextDetection

/// Stretches of ASCII are hashed in a way of their own, to the same end.
@Suite struct ASCIIWordsTests {
    private func check(_ bytes: [UInt8], _ comment: Comment? = nil) {
        let plain = PlainDocumentText(bytes)
        var words = DocumentText()
        bytes.withUnsafeBufferPointer { words.append($0) }
        #expect(Array(words.hashes) == plain.hashes, comment)
        #expect(Array(words.starts) == plain.starts, comment)
        #expect(Array(words.ends) == plain.ends, comment)
    }

    @Test func maskAndTableAgree() {
        for byte in UInt8(0)..<128 {
            let isWord = WordTable.shared.traits(of: UInt32(byte)) & WordTable.word != 0
            for place in 0..<8 {
                let alone = UInt64(byte) << UInt64(8 * place)
                #expect(ASCIIBlock.words(alone) == (isWord ? 1 << UInt64(place) : 0))
                // Among others that are all words.
                let among = 0x7A7A_7A7A_7A7A_7A7A & ~(0xFF << UInt64(8 * place)) | alone
                #expect(ASCIIBlock.words(among) == (isWord ? 0xFF : 0xFF & ~(1 << UInt64(place))))
            }
        }
    }

    @Test(arguments: UInt64(1)...20) func anyBytes(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for count in [0, 1, 31, 32, 33, 63, 64, 65, 200, 2_047, 2_048, 2_049, 5_000] {
            check((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
            check((0..<count).map { _ in UInt8.random(in: 0...127, using: &random) })
            // Stretches of any length, with what is no UTF-8 between them.
            check(
                (0..<count).map { _ in
                    Int.random(in: 0..<150, using: &random) == 0 ? 0xFF : UInt8.random(in: 0x1F...0x7F, using: &random)
                })
        }
    }

    /// Words of all lengths, so that they lie across the ends of parts and of stretches.
    @Test(arguments: UInt64(1)...20) func longAndShortWords(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for longest in [1, 3, 10, 70, 700, 5_000] {
            var bytes: [UInt8] = []
            while bytes.count < 6_000 {
                let letters = Int.random(in: 1...longest, using: &random)
                bytes += (0..<letters).map { _ in UInt8.random(in: 0x61...0x7A, using: &random) }
                if Int.random(in: 0..<9, using: &random) == 0 { bytes += Array("é".utf8) } else { bytes.append(0x20) }
            }
            check(bytes)
            check(bytes.dropLast(Int.random(in: 1...5_990, using: &random)))
        }
        check(Array(repeating: 0x61, count: 10_000))
        check(Array(repeating: 0x2E, count: 10_000))
    }

    @Test(arguments: UInt64(1)...20) func textsOfManyScripts(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let alphabets = [
            "etaoin shrdlu", "ab9_z  .,-'", "deutsch größe über ", "français été ça “ ” ", "привет мир", "قال في  ",
            "灯笼会在那里かな", "กขคงจฉ", "मंत्री है ", "한국어 말 ", "🏮 lantern ",
        ].map { Array($0.unicodeScalars) }
        for _ in 0..<12 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let letters = alphabets[Int.random(in: 0..<alphabets.count, using: &random)]
                for _ in 0..<Int.random(in: 1...400, using: &random) {
                    text.append(letters[Int.random(in: 0..<letters.count, using: &random)])
                }
            }
            check(Array(String(text).utf8), "\(String(text).prefix(80))")
        }
    }

    @Test(arguments: UInt64(1)...20) func anyCharacters(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var text = String.UnicodeScalarView()
        for _ in 0..<2_000 {
            let limit: UInt32 = [0x80, 0x80, 0x250, 0x3000, 0x1_0000, 0x11_0000].randomElement(using: &random) ?? 0x80
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) { text.append(scalar) }
        }
        check(Array(String(text).utf8))
    }
}
