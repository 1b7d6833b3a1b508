import Detection
import Events
import HashDetection
import Imaging
import TestSupport
import Testing

@testable import Media

@Suite struct MediaServiceTests {
    @Test func tellsAllOfPictures() async throws {
        let files = [try jpeg(), try png()]
        let batch = try batch(files.map { [Item.carried($0)] })
        let facts = await MediaService().read(batch)
        for (index, file) in files.enumerated() {
            let fact = facts[index]
            let expected = PDQ.hash(try Pixels.decode(file.span.bytes, maxPixels: 1 << 20))
            #expect(fact.state == .read)
            #expect(fact.sha256 == SHA256.hash(file))
            var (sha1, md5) = (SHA1(), MD5())
            file.withUnsafeBytes { sha1.update($0) }
            file.withUnsafeBytes { md5.update($0) }
            #expect(fact.sha1 == sha1.finish())
            #expect(fact.md5 == md5.finish())
            #expect(fact.byteCount == file.count)
            #expect(fact.type == [.jpeg, .png][index])
            #expect(fact.pdq == expected.hash)
            #expect(fact.quality == expected.quality)
            #expect(fact.pictureFailure == nil)
        }
    }

    @Test func turnsPicturesIfThatIsNeeded() async throws {
        // Squares, so that its quality lets it be compared.
        let drawn = (0..<128 * 128).map { ($0 % 128 / 16 + $0 / 128 / 16 * 3) % 5 * 50 }
        let pixels = Pixels(width: 128, height: 128, layout: .grey, copying: drawn.map { UInt8($0) })
        let file = try #require(try pixels?.png())
        let batch = try batch([[Item.carried(file)]])
        let service = MediaService()
        let upright = await service.read(batch, needs: .picture)
        #expect(upright[0].views.isEmpty)
        let facts = await service.read(batch, needs: [.picture, .orientations], knowing: upright)
        let hashes = try PictureHashes(of: file.span.bytes, maxPixels: 1 << 20, orientations: true)
        #expect(facts[0].pdq == upright[0].pdq)
        #expect(facts[0].views.map(\.hash) == hashes.views.map(\.hash))
        #expect(facts[0].views.map(\.view) == PictureOrientation.allCases.dropFirst().map { PictureView($0) })
    }

    /// Larger than one piece of the pass, and no multiple of it.
    @Test(arguments: [0, 1, 16 << 10, (16 << 10) + 1, 100_003]) func digestsWholeFiles(count: Int) async throws {
        let file = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let facts = await MediaService().read(try batch([[.carried(file)]]), needs: .digests)
        var (sha1, md5) = (SHA1(), MD5())
        file.withUnsafeBytes { sha1.update($0) }
        file.withUnsafeBytes { md5.update($0) }
        #expect(facts[0].sha256 == SHA256.hash(file))
        #expect(facts[0].sha1 == sha1.finish())
        #expect(facts[0].md5 == md5.finish())
        #expect(facts[0].byteCount == count)
        #expect(facts[0].pictureFailure == nil)
    }

    @Test func hostileMediaCostOnlyThemselves() async throws {
        let good = try jpeg()
        var bomb = try jpeg()
        let frame = try #require((0..<bomb.count - 9).first { bomb[$0] == 0xFF && bomb[$0 + 1] == 0xC0 })
        bomb.replaceSubrange(frame + 5..<frame + 9, with: [0xFD, 0xE8, 0xFD, 0xE8])
        let bitmap: [UInt8] =
            Array("BM".utf8) + [58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40] + [UInt8](repeating: 0, count: 43)
        let batch = try batch([
            [Item(inline: "not base64!"), .carried(good)],
            [.carried(Array(good.prefix(300))), .carried(bomb), .carried(Array("text".utf8))],
            [.carried(bitmap), .carried(Array("%PDF-1.7".utf8)), Item(inline: ""), Item(contentType: "image/png")],
        ])
        let facts = await MediaService().read(batch)
        #expect(facts[0].state == .failed("inline-broken"))
        #expect(facts[1].state == .read)
        #expect(facts[1].pdq != nil)
        let failures: [Code?] = [
            "picture-broken", "decode-too-large", "picture-unsupported", "picture-unsupported", nil,
            "picture-unsupported",
        ]
        for (offset, failure) in failures.enumerated() {
            let fact = facts[2 + offset]
            #expect(fact.state == .read)
            #expect(fact.sha256 != nil)
            #expect(fact.pdq == nil)
            #expect(fact.pictureFailure == failure, "item \(2 + offset)")
        }
        #expect(facts[8].state == .unread)
    }

    @Test(arguments: UInt64(1)...4) func mutatedMediaDoNoHarm(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let files = [try jpeg(), try png(), try jpeg(2)]
        let items = (0..<200).map { _ in
            var file = files[Int.random(in: 0..<files.count, using: &random)]
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                file[Int.random(in: 0..<file.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Int.random(in: 0..<8, using: &random) == 0 { file = Array(file.prefix(file.count / 2)) }
            var item = Item.carried(file)
            if Int.random(in: 0..<10, using: &random) == 0 { item.inline?.removeLast() }
            return item
        }
        let batch = try batch(stride(from: 0, to: items.count, by: 10).map { Array(items[$0..<$0 + 10]) })
        let facts = await MediaService().read(batch)
        for position in batch.media.indices {
            let fact = facts[position]
            if items[position].inline?.utf8.count.isMultiple(of: 4) == false {
                #expect(fact.state == .failed("inline-broken"))
            } else {
                #expect(fact.state == .read)
                #expect((fact.pdq == nil) != (fact.pictureFailure == nil))
            }
        }
    }

    @Test func readsWhatIsAskedForOnly() async throws {
        let batch = try batch([[.carried(try jpeg())], [.carried(try jpeg(2))], []])
        let service = MediaService()
        let nothing = await service.read(batch, needs: [])
        #expect(nothing[0].state == .unread)
        let digests = await service.read(batch, .some([1]), needs: .digests)
        #expect(digests[0].state == .unread)
        #expect(digests[1].sha256 != nil)
        #expect(digests[1].pdq == nil)
    }

    @Test func noMediaAreNoWork() async throws {
        #expect(await MediaService().read(try batch([[], []])).facts.isEmpty)
    }

    /// More than the budget together, and each must wait for others.
    @Test func budgetOfOneFileIsEnough() async throws {
        var limits = MediaLimits()
        limits.fileBytes = 64 << 10
        limits.budget = 64 << 10
        let items = (0..<40).map { number in
            Item.carried([UInt8](repeating: UInt8(number), count: 50_000))
        }
        let batch = try batch(items.map { [$0] })
        let facts = await MediaService(limits).read(batch, needs: .digests)
        for position in batch.media.indices { #expect(facts[position].byteCount == 50_000) }
    }

    /// The digests stand, the picture is given up, and its worker goes on with the next when it is free.
    @Test func slowPicturesAreGivenUp() async throws {
        let release = Gate()
        var limits = MediaLimits()
        limits.workers = 1
        limits.deadline = .seconds(1)
        let service = MediaService(limits, hosts: AllowedHosts()) { _, _, _, _ in
            release.wait()
            return .failure(.picture(.broken))
        }
        let slow = await service.read(try batch([[.carried(try jpeg())]]))
        #expect(slow[0].state == .read)
        #expect(slow[0].sha256 != nil)
        #expect(slow[0].pictureFailure == "decode-timeout")
        release.open()
        let next = await service.read(try batch([[.carried(try jpeg())]]))
        #expect(next[0].pictureFailure == "picture-broken")
    }

    @Test func sameBytesAreReadOnce() async throws {
        let count = Tally()
        let hash = PDQ.hash(try picture())
        let service = MediaService(MediaLimits(), hosts: AllowedHosts()) { _, _, _, _ in
            count.add()
            return .success(PictureHashes(displayed: hash))
        }
        let (one, other) = (try jpeg(1), try jpeg(2))
        let batch = try batch([[.carried(one), .carried(other)], [.carried(one)], [.carried(one), .carried(other)]])
        let facts = await service.read(batch)
        #expect(count.value == 2)
        for position in [0, 2, 3] { #expect(facts[position].sha256 == SHA256.hash(one)) }
        for position in [1, 4] { #expect(facts[position].sha256 == SHA256.hash(other)) }
        #expect(batch.media.indices.allSatisfy { facts[$0].pdq == hash.hash })
    }

    @Test func cancellationLeavesNothingBehind() async throws {
        let release = Gate()
        defer { release.open() }
        let service = MediaService(MediaLimits(), hosts: AllowedHosts()) { _, _, _, _ in
            release.wait()
            return .failure(.picture(.broken))
        }
        let batch = try batch((1..<20).map { [Item.carried(try jpeg($0))] })
        let facts = await withTaskGroup(of: MediaFacts.self) { group in
            group.addTask { await service.read(batch) }
            group.cancelAll()
            return await group.next()
        }
        #expect(batch.media.indices.allSatisfy { facts?[$0].pdq == nil })
    }
}
