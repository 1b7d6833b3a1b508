import TestSupport
import Testing

@testable import Concurrency

@Suite(.timeLimit(.minutes(3))) struct DeadlineTests {
    private struct Failure: Error {}

    @Test func whatEndsInTimeIsReturned() async throws {
        #expect(try await withDeadline(.seconds(3_600)) { 7 } == 7)
    }

    @Test func whatIsLateIsCancelledAndWaitedFor() async throws {
        let ended = Shared(false)
        let result = try await withDeadline(.milliseconds(5)) {
            try? await Task.sleep(for: .seconds(3_600))
            ended.update { $0 = true }
            return 7
        }
        #expect(result == nil)
        #expect(ended.value)
    }

    @Test func anErrorPassesThrough() async {
        await #expect(throws: Failure.self) {
            try await withDeadline(.seconds(3_600)) { throw Failure() }
        }
    }

    @Test func anErrorAfterTheTimeIsNotHeard() async throws {
        let result: Int? = try await withDeadline(.milliseconds(5)) {
            try? await Task.sleep(for: .seconds(3_600))
            throw Failure()
        }
        #expect(result == nil)
    }

    @Test func cancellationFromOutsideIsNoDeadline() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) {
                    try await withDeadline(.seconds(3_600)) { try await Task.sleep(for: .seconds(3_600)) }
                }
            }
            group.cancelAll()
        }
    }
}
