import Detection
import Dispatch
import Events
import Operations
import Signals
import TestSupport
import Testing

@testable import Pipeline

/// Detectors that are made anew beside the signals' changes.
@Suite(.timeLimit(.minutes(3))) struct DetectorRebuilderTests {
    /// Counts how often it was built on; reports that, and the signals that it was made for.
    private struct Layered: RebuiltDetector {
        let signals: SignalSet
        let layers: Int
        let isUrgent: Bool
        let rebuilding: @Sendable () throws -> Void

        var rebuild: DetectorRebuild? {
            guard layers > 1 else { return nil }
            return DetectorRebuild(isUrgent: isUrgent) {
                try rebuilding()
                return Layered(signals: signals, layers: 1, isUrgent: isUrgent, rebuilding: rebuilding)
            }
        }

        func inspect(_ inspection: Inspection) -> Findings { Findings() }
    }

    private struct Failure: Error {}

    private func harness(isUrgent: Bool = true, _ rebuilding: @escaping @Sendable () throws -> Void) throws -> Harness {
        let registration = DetectorRegistration(name: "layered", version: "1", summary: "", uses: [.term]) { context in
            guard let previous = context.previous as? Layered else {
                return Layered(signals: context.signals, layers: 1, isUrgent: isUrgent, rebuilding: rebuilding)
            }
            let isSame = context.signals.isUnchanged([.term], since: previous.signals)
            return Layered(
                signals: context.signals, layers: previous.layers + (isSame ? 0 : 1), isUrgent: isUrgent,
                rebuilding: rebuilding)
        }
        return try Harness("  - { name: s, detectors: [layered] }", [registration])
    }

    private func current(_ harness: Harness) throws -> Layered {
        try #require(harness.judge.current.stages[0].steps[0].detector as? Layered)
    }

    private func running(_ store: SignalStore, _ body: () async throws -> Void) async throws {
        let shutdown = ShutdownSignal()
        let rebuilder = DetectorRebuilder(store, logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await rebuilder.run(until: shutdown) }
            defer { shutdown.trigger() }
            try await body()
            shutdown.trigger()
            try await group.waitForAll()
        }
    }

    private func put(_ value: String, _ store: SignalStore) async throws {
        try await store.apply([SignalChange(Signal(type: .term, value: value))], offsets: [])
    }

    @Test func whatIsBuiltOnIsMadeAnew() async throws {
        let harness = try harness {}
        let store = await harness.store()
        try await running(store) {
            try await put("one", store)
            try await put("two", store)
            let isRebuilt = try await eventually {
                try current(harness).layers <= 2 && current(harness).signals.count == 2
            }
            #expect(isRebuilt)
            try await put("three", store)
            #expect(try await eventually { try current(harness).signals.count == 3 })
        }
    }

    /// While one is made anew, signals go on to come into force; it then builds on those that came meanwhile.
    @Test func changesDoNotWaitForIt() async throws {
        let (began, mayEnd) = (Shared(0), DispatchSemaphore(value: 0))
        let harness = try harness {
            began.update { $0 += 1 }
            mayEnd.wait()
            mayEnd.signal()
        }
        let store = await harness.store()
        try await running(store) {
            try await put("one", store)
            try await put("two", store)
            #expect(await eventually { began.value == 1 })
            for number in 0..<5 {
                try await put("urgent \(number)", store)
                #expect(try current(harness).signals.count == 3 + number)
            }
            #expect(try current(harness).layers == 7)
            mayEnd.signal()
            #expect(try await eventually { try current(harness).layers <= 2 })
            #expect(try current(harness).signals.count == 7)
        }
    }

    @Test func aFailureLeavesWhatIsInForce() async throws {
        let tries = Shared(0)
        let harness = try harness {
            tries.update { $0 += 1 }
            throw Failure()
        }
        let store = await harness.store()
        try await running(store) {
            try await put("one", store)
            try await put("two", store)
            #expect(await eventually { tries.value == 1 })
            try await put("three", store)
            #expect(try current(harness).layers == 3 && current(harness).signals.count == 3)
        }
        // It did not try again and again meanwhile.
        #expect(tries.value == 1)
    }

    @Test func whatIsNotUrgentWaitsItsTurn() {
        let pause = RebuildPause()
        #expect(pause.length(after: .milliseconds(30), hasFailed: false) == .milliseconds(570))
        #expect(pause.length(after: .seconds(5), hasFailed: false) == .seconds(95))
        #expect(pause.length(after: .seconds(100), hasFailed: false) == .seconds(600))
        #expect(pause.length(after: .milliseconds(1), hasFailed: true) == .seconds(60))
    }

    @Test func itEndsWhenToldAndWhenCancelled() async throws {
        let harness = try harness {}
        let store = await harness.store()
        try await running(store) {}
        let rebuilder = DetectorRebuilder(store, logger: silent)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await rebuilder.run(until: ShutdownSignal()) }
            group.cancelAll()
        }
    }

    /// What no term has to do with is not made anew by a term.
    @Test func theGenerationSaysWhatIsDue() async throws {
        let harness = try harness {}
        let store = await harness.store()
        try await put("one", store)
        #expect(await store.rebuildDue == nil)
        try await put("two", store)
        let due = try #require(await store.rebuildDue)
        #expect(due.place == Generation.Place(stage: 0, step: 0) && due.rebuild.isUrgent)
        let before = try current(harness)
        try await store.apply([SignalChange(Signal(type: .domain, value: "site.example"))], offsets: [])
        #expect(try current(harness).layers == before.layers)
    }
}
