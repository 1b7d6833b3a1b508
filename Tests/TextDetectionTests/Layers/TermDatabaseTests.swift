import Events
import Foundation
import Signals
import Synchronization
import TestSupport
import Testing

@testable import TextDetection

/// Compiled databases that are kept from start to start.
@Suite final class TermDatabaseTests {
    private let path = NSTemporaryDirectory() + "weir-terms-\(UInt64.random(in: 0 ... .max))"
    private let lines = Notes()
    private let compiled = Shared(0)

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private func folder(_ platform: TermPlatform? = .current, in subfolder: String = "/a/b") -> TermDatabaseFolder {
        TermDatabaseFolder(path + subfolder, platform: platform) { [lines] in
            lines.add("\($0): \($1["reason"] ?? $1["error"] ?? "")")
        }
    }

    private func texts(_ number: Int = 0) -> ContiguousArray<[UInt8]> {
        ContiguousArray((0..<20).map { Array("term\(number)x\($0)".utf8) })
    }

    /// How often it is compiled is what is asked.
    private func database(_ texts: ContiguousArray<[UInt8]>, _ folder: TermDatabaseFolder) throws -> TermDatabase {
        try folder.database(of: texts) { [compiled] () throws(TermCompileError) in
            compiled.update { $0 += 1 }
            return try TermDatabase(texts)
        }
    }

    private func finds(_ database: TermDatabase, _ text: String) -> Int {
        var count = 0
        let scratch = TermScratch(for: [database])
        let isDone = withUnsafeMutablePointer(to: &count) { count in
            Array(text.utf8).withUnsafeBufferPointer { bytes in
                database.scan(bytes, with: scratch, context: count) { _, _, _, _, context in
                    context?.assumingMemoryBound(to: Int.self).pointee += 1
                    return 0
                }
            }
        }
        #expect(isDone)
        return count
    }

    @Test func theNextStartTakesWhatWasCompiled() throws {
        let made = try database(texts(), folder())
        let read = try database(texts(), folder())
        #expect(compiled.value == 1)
        #expect(finds(made, "a term0x7 b") == 1 && finds(read, "a term0x7 b term0x9") == 2)
        #expect(lines.all == [])
        let file = try #require(try FileManager.default.contentsOfDirectory(atPath: path + "/a/b").first)
        #expect(file.hasSuffix(".hsdb") && file.count == 69)
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/a/b/\(file)")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func whatDecidesTheBytesDecidesTheName() throws {
        let platform = try #require(TermPlatform.current)
        var keys = [platform.key(of: texts()), platform.key(of: texts(1))]
        keys.append(platform.key(of: ContiguousArray(texts().reversed())))
        // One text is not two, whatever their bytes in a row.
        keys.append(platform.key(of: [Array("ab".utf8), Array("c".utf8)]))
        keys.append(platform.key(of: [Array("a".utf8), Array("bc".utf8)]))
        var other = platform
        other.features ^= 1
        keys.append(other.key(of: texts()))
        other = platform
        other.version = "5.4.10"
        keys.append(other.key(of: texts()))
        #expect(Set(keys).count == keys.count)
        #expect(platform.key(of: texts()) == keys[0])
    }

    @Test func anotherProcessorCompilesItsOwn() throws {
        var other = try #require(TermPlatform.current)
        _ = try database(texts(), folder())
        other.features ^= 4
        _ = try database(texts(), folder(other))
        #expect(compiled.value == 2 && lines.all == [])
        // A file of another under this one's name.
        try FileManager.default.removeItem(atPath: folder().file(of: try key()))
        try FileManager.default.copyItem(
            atPath: folder().file(of: other.key(of: texts())), toPath: folder().file(of: try key()))
        #expect(finds(try database(texts(), folder()), "term0x1") == 1)
        #expect(compiled.value == 3)
        #expect(lines.all.count == 1 && lines.all[0].contains("another processor"))
    }

    private func key() throws -> Digest256 { try #require(TermPlatform.current).key(of: texts()) }

    @Test func aDamagedFileIsCompiledAnewAndReplaced() throws {
        _ = try database(texts(), folder())
        let file = folder().file(of: try key())
        let whole = try Data(contentsOf: URL(filePath: file))
        var broken: [Data] = [Data(), whole.prefix(7), whole.prefix(90), whole.dropLast(), whole + [0]]
        for place in [0, 8, 12, 20, 60, 80, 90, whole.count / 2, whole.count - 1] {
            var copy = whole
            copy[place] ^= 1
            broken.append(copy)
        }
        for (number, bytes) in broken.enumerated() {
            try Data(bytes).write(to: URL(filePath: file))
            #expect(finds(try database(texts(), folder()), "term0x1") == 1)
            #expect(compiled.value == number + 2)
            #expect(lines.all.count == number + 1)
            #expect(lines.all.last?.hasPrefix("database of terms not used, compiled anew: ") == true)
            #expect(try Data(contentsOf: URL(filePath: file)) == whole)
        }
    }

    @Test func aFolderThatCannotBeWrittenCostsNothingButALine() throws {
        try "file".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(finds(try database(texts(), folder()), "term0x1") == 1)
        #expect(lines.all.count == 1 && lines.all[0].hasPrefix("database of terms not kept"))
    }

    @Test func oldOnesGo() throws {
        for number in 0..<TermDatabaseFolder.mostFiles {
            _ = try database(texts(number), folder())
            // In the past, the first the oldest: the test need not wait for the clock.
            let file = folder().file(of: try #require(TermPlatform.current).key(of: texts(number)))
            let date = Date(timeIntervalSinceNow: Double(number) - 1_000)
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
        }
        let unfinished = "\(path)/a/b/old.hsdb.new"
        try "x".write(toFile: unfinished, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -7_200)], ofItemAtPath: unfinished)
        try "mine".write(toFile: "\(path)/a/b/notes.txt", atomically: false, encoding: .utf8)
        _ = try database(texts(0), folder())  // used, and so no longer the oldest
        let before = compiled.value
        _ = try database(texts(100), folder())
        let left = try FileManager.default.contentsOfDirectory(atPath: path + "/a/b")
        #expect(left.count == TermDatabaseFolder.mostFiles + 1 && left.contains("notes.txt"))
        _ = try database(texts(0), folder())
        #expect(compiled.value == before + 1)
        _ = try database(texts(1), folder())
        #expect(compiled.value == before + 2)
    }

    /// Through the detector: what many terms are compiled to is kept, and what few are is not.
    @Test func aDetectorKeepsTheLargeOnes() throws {
        let compiler = TermCompiler(folder: folder())
        let few = SignalSet((0..<100).map { signal("few\($0)", .despaced) })
        _ = try TermMatcher(few, after: nil, compiler)
        #expect(!FileManager.default.fileExists(atPath: path))
        let many = SignalSet((0..<1_100).map { signal("many \($0)", .despaced, type: .phrase) })
        let made = try TermMatcher(many, after: nil, compiler)
        // One for the texts, one for their letters alone.
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/a/b").count == 2)
        let read = try TermMatcher(many, after: nil, compiler)
        let text = "many 7, m a n y 1 0 0 9"
        #expect(read.occurrences(in: text) == made.occurrences(in: text))
        #expect(read.occurrences(in: text)?.count == 2)
        #expect(lines.all == [])
    }
}
