import Detection
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite struct LockedArchiveTests {
    private func locked(_ file: [UInt8]) -> Int { file.withUnsafeBytes { LockedArchive.entries(of: $0) } }

    private func number(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(value >> (8 * $0) & 0xFF) } }

    // MARK: RAR 4

    private static let rar4: [UInt8] = [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x00]

    private func old(_ type: UInt8, _ flags: Int, _ rest: [UInt8] = []) -> [UInt8] {
        [0, 0, type] + number(flags, 2) + number(7 + rest.count, 2) + rest
    }

    private func oldFile(_ flags: Int, _ data: [UInt8]) -> [UInt8] {
        old(0x74, 0x8000 | flags, number(data.count, 4) + [UInt8](repeating: 0, count: 21) + Array("name".utf8)) + data
    }

    @Test func rar4() {
        let head = Self.rar4 + old(0x73, 0, [0, 0, 0, 0, 0, 0])
        let end = old(0x7B, 0)
        #expect(locked(head + oldFile(0, [1, 2]) + end) == 0)
        #expect(locked(head + oldFile(4, [1, 2]) + oldFile(0, []) + oldFile(4, [3]) + end) == 2)
        // What comes behind the end is none of its files.
        #expect(locked(head + end + oldFile(4, [])) == 0)
        // Names locked too.
        #expect(locked(Self.rar4 + old(0x73, 0x80, [0, 0, 0, 0, 0, 0]) + [9, 9, 9, 9]) == 1)
    }

    // MARK: RAR 5

    private static let rar5: [UInt8] = [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x01, 0x00]

    private func varint(_ value: Int) -> [UInt8] {
        var (rest, out) = (value, [UInt8]())
        while rest >= 0x80 {
            out.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return out + [UInt8(rest)]
    }

    private func new(_ type: Int, extra: [UInt8] = [], data: [UInt8] = [], _ rest: [UInt8] = []) -> [UInt8] {
        let flags = (extra.isEmpty ? 0 : 1) | (data.isEmpty ? 0 : 2)
        let content =
            varint(type) + varint(flags) + (extra.isEmpty ? [] : varint(extra.count))
            + (data.isEmpty ? [] : varint(data.count)) + rest + extra
        return [0, 0, 0, 0] + varint(content.count) + content + data
    }

    @Test func rar5() {
        let encryption: [UInt8] = [3, 1, 0, 0]
        let time: [UInt8] = [3, 3, 0, 0]
        let head = Self.rar5 + new(1, [0])
        let plain = new(2, extra: time, data: [UInt8](repeating: 7, count: 200), [1, 2, 3])
        let secret = new(2, extra: time + encryption, data: [8], [1, 2, 3])
        #expect(locked(head + plain + plain + new(5)) == 0)
        #expect(locked(head + plain + secret + plain + secret + new(5)) == 2)
        #expect(locked(head + new(5) + secret) == 0)
        // Headers locked too.
        #expect(locked(Self.rar5 + new(4, [0, 0, 15]) + [1, 2, 3, 4, 5]) == 1)
    }

    // MARK: 7z, as py7zr writes it: with nothing locked, with its list, and with what is in it alone

    @Test(arguments: [("plain.7z", 0), ("locked.7z", 1), ("content.7z", 0)]) func sevenZip(name: String, count: Int)
        throws
    {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = Array(try Data(contentsOf: folder.appendingPathComponent("Fuzzing/Corpus/image/\(name)")))
        #expect(locked(file) == count)
        let shape = file.withUnsafeBytes { FileShape($0, MediaSniffer.type(of: $0)) }
        #expect(shape.encryptedEntries == count)
    }

    @Test func whatIsNoArchive() {
        #expect(locked([]) == 0)
        #expect(locked(Array("Rar!".utf8)) == 0)
        var random = SplitMix64(seed: 9)
        let heads: [[UInt8]] = [Self.rar4, Self.rar5, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]]
        for head in heads {
            for _ in 0..<1_000 {
                let rest = (0..<Int.random(in: 0...120, using: &random)).map { _ -> UInt8 in
                    let choices: [UInt8] = [
                        0, 1, 2, 4, 0x73, 0x74, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random),
                    ]
                    return choices.randomElement(using: &random) ?? 0
                }
                _ = locked(head + rest)
            }
        }
        _ = locked(Self.rar5 + [UInt8](repeating: 0x80, count: 1_000))
    }
}
