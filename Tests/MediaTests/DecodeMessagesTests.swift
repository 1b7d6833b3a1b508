import Detection
import Events
import HashDetection
import Imaging
import TestSupport
import Testing

@testable import Media

/// What two processes say to each other, of which one may be in anybody's hands.
struct DecodeMessagesTests {
    private func digest(_ random: inout SplitMix64) -> Digest256 {
        var digest = Digest256()
        digest.words = (random.next(), random.next(), random.next(), random.next())
        return digest
    }

    @Test func requestsAreReadAsTheyWereWritten() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<1_000 {
            let request = DecodeRequest(
                number: UInt32(truncatingIfNeeded: random.next()), byteCount: random.next(), maxPixels: random.next(),
                limit: UInt32(truncatingIfNeeded: random.next()), orientations: Bool.random(using: &random))
            #expect(request.bytes.count == DecodeRequest.size)
            #expect(DecodeRequest(request.bytes) == request)
            #expect(DecodeRequest(Array(request.bytes.dropLast())) == nil)
            #expect(DecodeRequest(request.bytes + [0]) == nil)
        }
    }

    @Test func repliesAreReadAsTheyWereWritten() throws {
        var random = SplitMix64(seed: 2)
        for round in 0..<1_000 {
            let number = UInt32(truncatingIfNeeded: random.next())
            var result = Result<PictureHashes, PictureError>.failure(PictureError.allCases[round % 4])
            if round % 5 != 0 {
                var hashes = PictureHashes(
                    displayed: PDQHash(hash: digest(&random), quality: Int.random(in: 0...100, using: &random)))
                for _ in 0..<Int.random(in: 0...DecodeReply.mostViews, using: &random) {
                    let orientation = PictureOrientation.allCases.randomElement(using: &random) ?? .original
                    let view = PictureView(orientation, isOverWhite: Bool.random(using: &random))
                    hashes.add(ViewedHash(digest(&random), view))
                }
                result = .success(hashes)
            }
            let bytes = DecodeReply(number: number, result: result).bytes
            #expect(bytes.count <= DecodeReply.largest)
            let read = try #require(DecodeReply(bytes))
            #expect(read.number == number)
            switch (result, read.result) {
            case (.failure(let a), .failure(let b)): #expect(a == b)
            case (.success(let a), .success(let b)):
                #expect(a.displayed == b.displayed)
                #expect(a.views == b.views)
            default: Issue.record("\(result) became \(read.result)")
            }
        }
    }

    /// Whatever is made of a reply is either refused, or means exactly what its bytes are.
    @Test func nothingIsReadIntoAReply() {
        var random = SplitMix64(seed: 3)
        let zeros = [UInt8](repeating: 0, count: DecodeReply.headSize)
        for _ in 0..<20_000 {
            var bytes = zeros
            let count = Int.random(in: 0...3, using: &random)
            bytes[6] = UInt8(count)
            bytes += [UInt8](repeating: 0, count: count * DecodeReply.viewSize)
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0...bytes.count, using: &random)) }
            if let reply = DecodeReply(bytes) { #expect(reply.bytes == bytes) }
        }
    }
}
