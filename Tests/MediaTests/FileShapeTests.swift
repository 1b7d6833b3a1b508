import Detection
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite struct FileShapeTests {
    private static let pictures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .appendingPathComponent("ImagingTests/Fixtures")

    private func shape(_ file: [UInt8]) -> FileShape {
        file.withUnsafeBytes { FileShape($0, MediaSniffer.type(of: $0)) }
    }

    private func picture(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: FileShapeTests.pictures.appendingPathComponent(name)))
    }

    /// Pictures as programs write them end where they end, are longer with something behind them, and cut anywhere they
    /// are truncated.
    @Test func realPictures() throws {
        var seen: Set<MediaType> = []
        let names = try FileManager.default.contentsOfDirectory(atPath: FileShapeTests.pictures.path)
        for name in names.sorted() where name.contains(".") {
            let file = try picture(name)
            let type = file.withUnsafeBytes { MediaSniffer.type(of: $0) }
            let whole = shape(file)
            // A TIFF's parts stand anywhere.
            guard type.isPicture, type != .tiff else { continue }
            #expect(whole.trailingBytes == 0, "\(name)")
            seen.insert(type)
            #expect(!whole.isTruncated && whole.alsoIs == nil && whole.encryptedEntries == 0, "\(name)")
            #expect(shape(file + Array("behind".utf8)).trailingBytes == 6, "\(name)")
            for cut in [1, 2, file.count / 3] where file.count - cut > 32 {
                let less = shape(Array(file.dropLast(cut)))
                // One byte that only fills up may be missing; a box that goes on to the end has none.
                #expect(less.isTruncated || type == .webp && cut == 1, "\(name) without its last \(cut)")
            }
        }
        #expect(seen.isSuperset(of: [.jpeg, .png, .gif, .webp]), "only \(seen)")
    }

    @Test func anArchiveOnAPicture() throws {
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: FileShapeTests.pictures.path).sorted().first {
                $0.hasSuffix(".jpg")
            })
        let file = try picture(name)
        for (encrypted, count) in [(false, 1), (true, 2)] {
            let archive = FileShapeTests.archive(files: count, encrypted: encrypted)
            let both = shape(file + archive)
            #expect(both.alsoIs == .zip)
            #expect(both.trailingBytes == archive.count)
            #expect(both.encryptedEntries == (encrypted ? count : 0))
            let alone = shape(archive)
            #expect(alone.alsoIs == nil && !alone.isTruncated && alone.encryptedEntries == (encrypted ? count : 0))
            // With a comment behind it.
            var commented = archive
            commented[archive.count - 2] = 5
            #expect(shape(file + commented + Array("hello".utf8)).alsoIs == .zip)
            #expect(shape(Array(archive.dropLast(30))).isTruncated)
        }
        // A list that stands elsewhere, as that of a large archive does, can't be followed; nothing is cut by that.
        var large = FileShapeTests.archive(files: 1, encrypted: true)
        for place in large.count - 10..<large.count - 2 { large[place] = 0xFF }
        #expect(!shape(large).isTruncated && shape(large).encryptedEntries == 0)
        #expect(shape(file + large).alsoIs == nil)
        // The letters alone are no archive.
        #expect(shape(file + [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)).alsoIs == nil)
        #expect(
            shape(file + [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 9, 0, 9, 0, 0xFF, 0, 0, 0] + [UInt8](repeating: 0, count: 6))
                .alsoIs == nil)
    }

    @Test func documents() {
        let plain = Array("%PDF-1.7\n1 0 obj\n".utf8) + [UInt8](repeating: 0x20, count: 3_000)
        #expect(shape(plain).encryptedEntries == 0)
        #expect(shape(plain + Array("trailer << /Encrypt 5 0 R >>\n%%EOF".utf8)).encryptedEntries == 1)
        // A picture's comment that readers of PDF take for one.
        let gif = Array("GIF89a".utf8) + [1, 0, 1, 0, 0, 0, 0, 0x21, 0xFE, 9] + Array("%PDF-1.4 ".utf8) + [0, 0x3B]
        #expect(shape(gif).alsoIs == .pdf && shape(gif).trailingBytes == 0)
    }

    @Test func films() {
        func box(_ name: String, _ content: [UInt8]) -> [UInt8] {
            withUnsafeBytes(of: UInt32(content.count + 8).bigEndian) { Array($0) } + Array(name.utf8) + content
        }
        let head = box("ftyp", Array("isom".utf8) + [0, 0, 2, 0] + Array("isom".utf8))
        let film = head + box("mdat", [UInt8](repeating: 7, count: 100)) + box("moov", [UInt8](repeating: 1, count: 40))
        #expect(shape(film).trailingBytes == 0)
        #expect(shape(film + [0xFF, 0xFF, 0, 0, 1, 2, 3, 4, 5]).trailingBytes == 9)
        #expect(shape(Array(film.dropLast(3))).isTruncated)
        // A size of sixteen figures, and one of none, which is the rest.
        let large = [0, 0, 0, 1] + Array("mdat".utf8) + [0, 0, 0, 0, 0, 0, 0, 20, 1, 2, 3, 4]
        #expect(shape(head + large).trailingBytes == 0)
        #expect(shape(head + [0, 0, 0, 0] + Array("mdat".utf8) + [1, 2, 3]).trailingBytes == 0)
        #expect(shape(head + [0, 0, 0, 1] + Array("mdat".utf8) + [UInt8](repeating: 0xFF, count: 8)).isTruncated)
    }

    /// No look goes past the end, and none takes for ever.
    @Test func hostileFiles() {
        var random = SplitMix64(seed: 3)
        let heads: [[UInt8]] = [
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], Array("GIF89a".utf8), [0xFF, 0xD8, 0xFF],
            Array("RIFF".utf8), [0x50, 0x4B, 3, 4], Array("%PDF-".utf8), [0, 0, 0, 16] + Array("ftypmp42".utf8), [],
        ]
        for _ in 0..<2_000 {
            let rest = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? UInt8.random(in: 0...255, using: &random)
                    : [0xFF, 0, 0x50, 0x4B, 5, 6, 1, 0x2C][Int.random(in: 0..<8, using: &random)]
            }
            _ = shape((heads.randomElement(using: &random) ?? []) + rest)
        }
        _ = shape([0xFF, 0xD8, 0xFF] + [UInt8](repeating: 0xFF, count: 100_000))
        _ = shape(Array("GIF89a".utf8) + [UInt8](repeating: 0x21, count: 100_000))
    }

    /// As `zip` writes it: each file's header and content, the directory, its end.
    private static func archive(files: Int, encrypted: Bool) -> [UInt8] {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(value >> (8 * $0) & 0xFF) } }
        var out: [UInt8] = []
        var directory: [UInt8] = []
        for file in 0..<files {
            let name = Array("file-\(file)".utf8)
            let flags = number(encrypted ? 1 : 0, 2)
            let sizes = number(0, 4) + number(4, 4) + number(4, 4) + number(name.count, 2) + number(0, 2)
            let start = out.count
            out += [0x50, 0x4B, 3, 4] + number(20, 2) + flags + number(0, 6) + sizes + name + [1, 2, 3, 4]
            directory += [0x50, 0x4B, 1, 2] + number(20, 2) + number(20, 2) + flags + number(0, 6) + sizes
            directory += number(0, 10) + number(start, 4) + name
        }
        let start = out.count
        out += directory
        out += [0x50, 0x4B, 5, 6] + number(0, 4) + number(files, 2) + number(files, 2)
        return out + number(directory.count, 4) + number(start, 4) + number(0, 2)
    }
}
