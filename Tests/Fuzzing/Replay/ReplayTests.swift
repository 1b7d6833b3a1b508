import Foundation
import FuzzTargets
import Testing

/// Whatever fuzzing found stays found: the corpus and the seeds go through their targets, without the fuzzer.
@Suite struct ReplayTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let package = folder.deletingLastPathComponent().deletingLastPathComponent()

    @Test(arguments: FuzzTarget.all.map(\.name)) func corpus(_ name: String) async throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let corpus = Self.folder.appendingPathComponent("Corpus/\(name)")
        let cases = try FileManager.default.contentsOfDirectory(at: corpus, includingPropertiesForKeys: nil)
        #expect(!cases.isEmpty)
        for file in cases + target.seeds.map(Self.package.appendingPathComponent) {
            do {
                try await target.run(Array(try Data(contentsOf: file)))
            } catch {
                Issue.record("\(file.lastPathComponent): \(error)")
            }
        }
        try await target.run([])
    }
}
