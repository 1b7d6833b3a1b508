import Configuration
import Detection
import Events
import Foundation
import Operations
import Signals
import TestSupport
import Testing

@testable import Pipeline

@Suite(.timeLimit(.minutes(3))) final class SignalFileFeedTests {
    private let directory: String
    private var path: String { "\(directory)/signals.jsonl" }

    init() throws {
        directory = NSTemporaryDirectory() + "weir-signals-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func write(_ values: [String], also line: String = "") throws {
        let lines = values.map { "{\"type\":\"term\",\"value\":\"\($0)\"}" } + [line]
        try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func values(_ harness: Harness) -> [String] { harness.judge.current.signals.signals.map(\.value) }

    /// Runs the feed as long as `body` does.
    private func feeding(_ harness: Harness, loaded: [FileFingerprint?]? = nil, _ body: () async throws -> Void)
        async throws
    {
        let shutdown = ShutdownSignal()
        let feed = SignalFileFeed(
            paths: [path], loaded: loaded ?? SignalFileFeed.look(at: [path]), interval: .milliseconds(2),
            store: await harness.store(), logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await feed.run(until: shutdown) }
            defer { shutdown.trigger() }
            try await body()
            shutdown.trigger()
            try await group.waitForAll()
        }
    }

    private func harness() throws -> Harness { try Harness("  - { name: s, detectors: [d] }", [finder("d", "f")]) }

    @Test func aChangeIsTakenUp() async throws {
        try write(["one"])
        let harness = try harness()
        try await feeding(harness) {
            for round in 1...3 {
                try write((0..<round + 1).map { "t\($0)" })
                #expect(await eventually { values(harness).count == round + 1 })
            }
        }
    }

    @Test func whatCameBetweenReadingAndStartIsNotMissed() async throws {
        try write(["one"])
        let loaded = SignalFileFeed.look(at: [path])
        try write(["one", "two"])
        let harness = try harness()
        try await feeding(harness, loaded: loaded) {
            #expect(await eventually { values(harness) == ["one", "two"] })
        }
    }

    @Test func badLinesCostOnlyThemselves() async throws {
        try write(["one"])
        let harness = try harness()
        try await feeding(harness) {
            try write(["two", "three"], also: "{broken")
            #expect(await eventually { values(harness) == ["three", "two"] })
        }
    }

    @Test func aFileThatCannotBeReadKeepsTheOldOnesUntilItCan() async throws {
        try write(["one"])
        let harness = try harness()
        try await feeding(harness) {
            try write(["two"])
            #expect(await eventually { values(harness) == ["two"] })
            let generation = harness.judge.current
            // A directory of that name can be looked at, but not read.
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            for _ in 0..<20 { try await Task.sleep(for: .milliseconds(1)) }
            #expect(harness.judge.current === generation)
            try FileManager.default.removeItem(atPath: path)
            for _ in 0..<20 { try await Task.sleep(for: .milliseconds(1)) }
            #expect(harness.judge.current === generation)
            try write(["three"])
            #expect(await eventually { values(harness) == ["three"] })
        }
    }

    @Test func aFileThatNeverRestsIsTakenUpAllTheSame() async throws {
        try write(["one"])
        let harness = try harness()
        try await feeding(harness) {
            var count = 1
            let isTakenUp = try await eventually {
                count += 1
                try write((0..<count).map { "t\($0)" })
                return values(harness).count > 2
            }
            #expect(isTakenUp)
        }
    }

    @Test func itEndsWhenToldAndWhenCancelled() async throws {
        try write(["one"])
        let harness = try harness()
        try await feeding(harness) {}
        let feed = SignalFileFeed(
            paths: [path], loaded: SignalFileFeed.look(at: [path]), interval: .seconds(3_600),
            store: await harness.store(), logger: silent)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await feed.run(until: ShutdownSignal()) }
            group.cancelAll()
        }
    }
}
