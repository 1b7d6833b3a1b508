import Detection
import Events
import Foundation
import TestSupport
import Testing

@testable import Media

/// What files say of how they were made.
@Suite struct FileTracesTests {
    private struct Found: Equatable {
        var software: String?
        var made: [UInt8]?
        var container: Bool
    }

    private func traces(_ file: [UInt8]) -> Found {
        file.withUnsafeBytes { bytes in
            let traces = FileTraces(bytes, MediaSniffer.type(of: bytes))
            return Found(
                software: traces.software.map { String(decoding: bytes[$0], as: UTF8.self) }, made: traces.made,
                container: !traces.container.isEmpty)
        }
    }

    private func keys(_ file: [UInt8], _ key: String = "k") -> [LinkingKey] {
        file.withUnsafeBytes { FileTraces($0, MediaSniffer.type(of: $0)).keys(LinkingHash(key: Array(key.utf8))) }
    }

    /// Seconds since 1904.
    private static let made: [UInt8] = {
        let seconds = UInt32(1_795_428_000 + 2_082_844_800)
        return withUnsafeBytes(of: seconds.bigEndian) { Array($0) }
    }()

    /// Files as programs write them: ffmpeg's, and Pillow's.
    @Test(
        arguments: [
            ("film.mp4", "Lavf63.1.102", made, true), ("film.mov", "Lavf63.1.102", nil, true),
            ("exif.jpg", "Turnip Paint 1.2", Array("2026:11:23 10:00:00".utf8), false),
            ("exif.png", "Turnip Paint 1.2", Array("2026:11:23 10:00:00".utf8), false),
            ("exif.webp", "Turnip Paint 1.2", Array("2026:11:23 10:00:00".utf8), false),
            ("exif.tif", "Turnip Paint 1.2", nil, false),
            ("text.png", "Turnip Paint 1.2", Array("23 Nov 2026 10:00".utf8), false),
            ("itxt.png", "Turnip Paint 1.2", nil, false), ("baseline.jpg", nil, nil, false),
            ("alpha.png", nil, nil, false),
        ] as [(String, String?, [UInt8]?, Bool)])
    func realFiles(name: String, software: String?, made: [UInt8]?, container: Bool) throws {
        #expect(traces(try seed(name)) == Found(software: software, made: made, container: container))
    }

    private func seed(_ name: String) throws -> [UInt8] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: folder.appendingPathComponent("Fuzzing/Corpus/image/\(name)")))
    }

    // MARK: Films

    private func box(_ name: String, _ content: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(content.count + 8).bigEndian) { Array($0) } + Array(name.utf8.map { $0 }) + content
    }

    /// `©` is one byte in names of boxes.
    private func mark(_ name: String, _ content: [UInt8]) -> [UInt8] {
        var box = box("x\(name)", content)
        box[4] = 0xA9
        return box
    }

    private func film(
        time: [UInt8] = [0, 0, 0, 9], scale: UInt8 = 10, handler: String = "VideoHandler", data: [UInt8] = []
    ) -> [UInt8] {
        let header =
            [time.count == 8 ? 1 : 0, 0, 0, 0] + time + time + [0, 0, 0, scale] + [UInt8](repeating: 0, count: 80)
        let track = [UInt8](repeating: 0, count: 8) + Array("vide".utf8) + [UInt8](repeating: 0, count: 12)
        return box("ftyp", Array("isom".utf8) + [0, 0, 2, 0] + Array("isom".utf8))
            + box(
                "moov",
                box("mvhd", header) + box("trak", box("mdia", box("hdlr", track + Array(handler.utf8) + [0]))) + data)
            + box("mdat", [1, 2, 3])
    }

    @Test func whatFilmsHaveInCommon() {
        let one = film()
        #expect(keys(one).map(\.kind) == [.made, .container])
        #expect(keys(one) == keys(one + [1, 2, 3]))
        // A time of other seconds, or of sixteen figures, or none.
        #expect(keys(film(time: [0, 0, 0, 8]))[0] != keys(one)[0])
        #expect(keys(film(time: [0, 0, 0, 8]))[1] == keys(one)[1])
        #expect(keys(film(time: [0, 0, 0, 0, 0, 0, 0, 9])) == keys(one))
        #expect(keys(film(time: [0, 0, 0, 0])).map(\.kind) == [.container])
        // Another way to put it together.
        #expect(keys(film(scale: 11))[1] != keys(one)[1])
        #expect(keys(film(handler: "Other"))[1] != keys(one)[1])
        // Another deployment.
        #expect(zip(keys(one), keys(one, "other")).allSatisfy { $0.hash != $1.hash })
    }

    @Test func encodersInEachOfTheirPlaces() {
        let text = Array("Turnip Cut 3".utf8)
        let item = box("data", [0, 0, 0, 1, 0, 0, 0, 0] + text)
        let list = box("ilst", mark("too", item))
        for data in [
            box("udta", mark("swr", [0, 12, 0x15, 0xC7] + text)), box("udta", mark("too", item)),
            box("udta", box("meta", [0, 0, 0, 0] + list)), box("udta", box("meta", box("hdlr", [0, 0]) + list)),
            box("meta", [0, 0, 0, 0] + list),
        ] {
            #expect(traces(film(data: data)).software == "Turnip Cut 3")
        }
        // The first that says anything counts.
        let empty = box("udta", mark("too", box("data", [0, 0, 0, 1, 0, 0, 0, 0, 0x20, 0])))
        #expect(traces(film(data: empty)).software == nil)
        #expect(traces(film(data: empty + box("meta", [0, 0, 0, 0] + list))).software == "Turnip Cut 3")
    }

    // MARK: Pictures

    /// Exif with both entries, in either order of bytes.
    private func exif(big: Bool, software: String = "Turnip Paint", made: String = "2026:11:23 10:00:00") -> [UInt8] {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] {
            (0..<bytes).map { UInt8(value >> (8 * (big ? bytes - 1 - $0 : $0)) & 0xFF) }
        }
        let texts = Array(software.utf8) + [0] + Array(made.utf8) + [0]
        let start = 8 + 2 + 24 + 4 + 2 + 12 + 4
        var out = Array((big ? "MM" : "II").utf8) + number(42, 2) + number(8, 4)
        out += number(2, 2)
        out += number(0x0131, 2) + number(2, 2) + number(software.utf8.count + 1, 4) + number(start, 4)
        out += number(0x8769, 2) + number(4, 2) + number(1, 4) + number(38, 4) + number(0, 4)
        out += number(1, 2)
        out += number(0x9003, 2) + number(2, 2) + number(made.utf8.count + 1, 4)
        return out + number(start + software.utf8.count + 1, 4) + number(0, 4) + texts
    }

    private func jpeg(_ exif: [UInt8]) -> [UInt8] {
        let segment = Array("Exif".utf8) + [0, 0] + exif
        let length = segment.count + 2
        return [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 0xFF)] + segment
            + [0xFF, 0xDA, 0, 2, 9, 0xFF, 0xD9]
    }

    @Test(arguments: [true, false]) func bothOrdersOfBytes(big: Bool) {
        let found = traces(jpeg(exif(big: big)))
        #expect(found.software == "Turnip Paint" && found.made == Array("2026:11:23 10:00:00".utf8))
        #expect(keys(jpeg(exif(big: big))) == keys(jpeg(exif(big: !big))))
        #expect(traces(jpeg(exif(big: big, made: "0000:00:00 00:00:00"))).made == nil)
        #expect(traces(jpeg(exif(big: big, made: "    :  :     :  :  "))).made == nil)
        #expect(traces(jpeg(exif(big: big, software: "      "))).software == nil)
    }

    /// No look goes past the end, and none takes for ever.
    @Test func hostileFiles() throws {
        let files = [
            film(data: box("udta", box("meta", [0, 0, 0, 0]))), jpeg(exif(big: true)), try seed("exif.webp"),
            try seed("text.png"), try seed("itxt.png"), try seed("exif.tif"), try seed("film.mp4"),
        ]
        var random = SplitMix64(seed: 5)
        for file in files {
            for count in file.indices where count < 300 || count % 7 == 0 { _ = keys(Array(file[..<count])) }
            for _ in 0..<400 {
                var broken = file
                for _ in 0..<3 {
                    broken[Int.random(in: 0..<file.count, using: &random)] =
                        [0, 1, 0x7F, 0xFF, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
                }
                _ = keys(broken)
            }
        }
        // Boxes within boxes, and many of them.
        var deep: [UInt8] = []
        for _ in 0..<5_000 { deep = box("meta", [0, 0, 0, 0] + deep) }
        _ = keys(film(data: deep))
        _ = keys(film(data: (0..<20_000).flatMap { _ in box("trak", []) }))
    }

    @Test func theyAreReadWhereTheyAreWanted() async throws {
        let file = try seed("exif.jpg")
        let service = MediaService(linkingKey: Array("k".utf8))
        let batch = try batch([[Item.carried(file)]])
        let plain = await service.read(batch, needs: .digests)
        #expect(plain[0].linkingKeys == nil && plain[0].sha256 != nil)
        let linked = await service.read(batch, needs: [.digests, .linking], knowing: plain)
        #expect(linked[0].linkingKeys == keys(file) && linked[0].sha256 == plain[0].sha256)
    }
}
