import Synchronization
import TestSupport
import Testing

@testable import Operations

let silent = Logger(label: "test", sink: LogSink(level: .critical, format: .text, descriptor: -1))

/// What happened, in order.
final class Chronicle: Sendable {
    private let entries = Mutex<[String]>([])
    func note(_ entry: String) { entries.withLock { $0.append(entry) } }
    var all: [String] { entries.withLock { $0 } }
}

struct ServiceFailure: Error, Equatable { let name: String }

/// Runs until told to stop, or ends as it is told beforehand.
struct FakeService: Service {
    enum Behaviour: Sendable { case waits, ends, fails, failsWhenStopped, saysCancelled }

    let name: String
    let chronicle: Chronicle
    var behaviour = Behaviour.waits

    func run(until shutdown: ShutdownSignal) async throws {
        chronicle.note("\(name) began")
        switch behaviour {
        case .waits: await shutdown.wait()
        case .ends: break
        case .fails: throw ServiceFailure(name: name)
        case .failsWhenStopped:
            await shutdown.wait()
            throw ServiceFailure(name: name)
        case .saysCancelled: throw CancellationError()
        }
        // Whoever is stopped next could overtake if it did not wait for this one.
        for _ in 0..<20 { await Task.yield() }
        chronicle.note("\(name) ended")
    }
}

@Suite(.timeLimit(.minutes(3))) struct ServiceGroupTests {
    private let chronicle = Chronicle()

    private func service(_ name: String, _ behaviour: FakeService.Behaviour = .waits) -> FakeService {
        FakeService(name: name, chronicle: chronicle, behaviour: behaviour)
    }

    @Test(arguments: 0..<10) func servicesStartInOrderAndStopInReverse(_: Int) async throws {
        let shutdown = ShutdownSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            let services = [service("a"), service("b"), service("c")]
            group.addTask { try await ServiceGroup(services, logger: silent).run(until: shutdown) }
            #expect(await eventually { chronicle.all.count == 3 })
            shutdown.trigger()
            try await group.waitForAll()
        }
        #expect(chronicle.all == ["a began", "b began", "c began", "c ended", "b ended", "a ended"])
    }

    @Test func aFailureStopsTheOthersInReverse() async {
        let services = [service("a"), service("b"), service("c", .fails)]
        await #expect(throws: ServiceFailure(name: "c")) {
            try await ServiceGroup(services, logger: silent).run(until: ShutdownSignal())
        }
        #expect(chronicle.all.suffix(2) == ["b ended", "a ended"])
    }

    @Test func theFirstFailureIsTheOneThatCounts() async {
        let services = [service("a", .failsWhenStopped), service("b", .failsWhenStopped), service("c", .fails)]
        await #expect(throws: ServiceFailure(name: "c")) {
            try await ServiceGroup(services, logger: silent).run(until: ShutdownSignal())
        }
    }

    @Test func aFailureWhileStoppingIsAFailure() async {
        let shutdown = ShutdownSignal()
        shutdown.trigger()
        let services = [service("a"), service("b", .failsWhenStopped), service("c")]
        await #expect(throws: ServiceFailure(name: "b")) {
            try await ServiceGroup(services, logger: silent).run(until: shutdown)
        }
        #expect(chronicle.all.last == "a ended")
    }

    @Test func aServiceMayEndByItself() async throws {
        let shutdown = ShutdownSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            let services = [service("a"), service("b", .ends)]
            group.addTask { try await ServiceGroup(services, logger: silent).run(until: shutdown) }
            #expect(await eventually { chronicle.all.contains("b ended") })
            #expect(!chronicle.all.contains("a ended"))
            shutdown.trigger()
            try await group.waitForAll()
        }
        #expect(chronicle.all.last == "a ended")
    }

    @Test func whenAllHaveEndedTheGroupHas() async throws {
        try await ServiceGroup([service("a", .ends), service("b", .ends)], logger: silent).run(until: ShutdownSignal())
        try await ServiceGroup([], logger: silent).run(until: ShutdownSignal())
        #expect(chronicle.all.count == 4)
    }

    @Test func shutdownBeforeTheStartStillCleansUp() async throws {
        let shutdown = ShutdownSignal()
        shutdown.trigger()
        try await ServiceGroup([service("a"), service("b")], logger: silent).run(until: shutdown)
        #expect(chronicle.all.suffix(2) == ["b ended", "a ended"])
    }

    @Test func cancellationEndsAll() async {
        await withTaskGroup(of: Void.self) { group in
            let services = [service("a"), service("b")]
            group.addTask { try? await ServiceGroup(services, logger: silent).run(until: ShutdownSignal()) }
            #expect(await eventually { chronicle.all.count == 2 })
            group.cancelAll()
        }
        #expect(chronicle.all.count == 4)
    }

    /// Nobody was cancelled: then that error is a failure like any other, not an end with success.
    @Test func aCancellationErrorOutOfNowhereIsAFailure() async {
        await #expect(throws: CancellationError.self) {
            try await ServiceGroup([service("a"), service("b", .saysCancelled)], logger: silent)
                .run(until: ShutdownSignal())
        }
        #expect(chronicle.all.last == "a ended")
    }
}

@Suite(.timeLimit(.minutes(3))) struct ShutdownSignalTests {
    @Test func handlersAreCalledOnce() {
        let signal = ShutdownSignal()
        let calls = Mutex(0)
        signal.onTrigger { calls.withLock { $0 += 1 } }
        #expect(!signal.isTriggered)
        signal.trigger()
        signal.trigger()
        #expect(signal.isTriggered)
        #expect(calls.withLock { $0 } == 1)
        signal.onTrigger { calls.withLock { $0 += 1 } }
        #expect(calls.withLock { $0 } == 2)
    }

    @Test func allWhoWaitAreWoken() async {
        let signal = ShutdownSignal()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await signal.wait() } }
            await Task.yield()
            signal.trigger()
        }
        await signal.wait()
    }

    @Test func cancellationEndsTheWait() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await ShutdownSignal().wait() }
            group.cancelAll()
        }
    }
}
